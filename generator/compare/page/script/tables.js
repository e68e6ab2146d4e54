/* Tables that are sorted and filtered. */

function sortable(table) {
  const body = table.tBodies[0];
  for (const head of table.tHead.rows[0].cells) {
    const button = make("button", { type: "button" }, ...head.childNodes);
    head.replaceChildren(button);
    button.addEventListener("click", () => {
      const ascending = head.getAttribute("aria-sort") !== "ascending";
      for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", ascending ? "ascending" : "descending");
      const column = head.cellIndex;
      const rows = [...body.rows];
      rows.sort((a, b) => compare(a.cells[column], b.cells[column], ascending ? 1 : -1));
      body.append(...rows);
    });
  }
}

/** Compare cells: measured values as numbers, the rest as words; what is absent comes last. */
function compare(a, b, direction) {
  const absent = (cell) => Boolean(cell.querySelector(".none")) || !cell.textContent.trim();
  if (absent(a) || absent(b)) return absent(a) - absent(b);
  if (a.dataset.value) return direction * (a.dataset.value - b.dataset.value);
  return direction * a.textContent.localeCompare(b.textContent, "en", { numeric: true });
}

function versionFilter() {
  const [filter, differing] = [$("versions-filter"), $("versions-differing")];
  if (!filter) return;
  const rows = [...document.querySelector(".versions").tBodies[0].rows];
  const update = () => {
    const wanted = filter.value.trim().toLowerCase();
    for (const row of rows) {
      const found = row.textContent.toLowerCase().includes(wanted);
      row.hidden = !found || (differing.checked && !row.classList.contains("differs"));
    }
    const shown = rows.filter((row) => !row.hidden).length;
    $("versions-shown").textContent = `${shown} of ${plural(rows.length, "package")}`;
  };
  filter.addEventListener("input", update);
  differing.addEventListener("change", update);
  update();
}
