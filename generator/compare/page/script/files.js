/* The files of the layouts: rows that open. */

function fileRows() {
  for (const button of document.querySelectorAll(".open")) {
    button.addEventListener("click", () => {
      const shown = $(button.getAttribute("aria-controls")).classList.toggle("shown");
      button.setAttribute("aria-expanded", shown);
    });
  }
  const files = [...document.querySelectorAll(".files tbody")];
  const update = () => {
    for (const file of files)
      file.hidden = $("hide-shared").checked && file.dataset.state === "shared";
    const shown = files.filter((file) => !file.hidden).length;
    $("files-shown").textContent = `${shown} of ${plural(files.length, "file")}`;
  };
  $("hide-shared").addEventListener("change", update);
  update();
}
