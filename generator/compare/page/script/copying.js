/* Copying command lines. */

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // not offered to files in every browser, or refused: the old way works without permission
    const area = make("textarea", { value: text, className: "unseen", readOnly: true });
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  }
}

function copyButtons() {
  for (const button of document.querySelectorAll(".copy")) {
    button.addEventListener("click", async () => {
      const lines = button.parentElement.querySelectorAll(".lines span");
      const done = await copy([...lines].map((line) => line.textContent).join("\n"));
      button.focus();
      button.textContent = done ? "Copied" : "Not copied";
      $("said").textContent = done ? "Copied" : "Copying failed: select the text instead";
      setTimeout(() => (button.textContent = "Copy"), 1500);
    });
  }
}
