/* Any two layouts, line by line: jsdiff finds the lines, which keep the colours of the page. */

const LONG = 60; // changed lines: a file with more is for the reader to open
const SIGNS = { removed: "-", added: "+", same: " ", note: "\\" };
const UNSEEN =
  "The same lines: they differ in line ends, permissions or characters that cannot be seen.";

/** Return a file's lines as lists of nodes: no element of a text spans two lines. */
function colouredLines(id) {
  const lines = [[]];
  for (const node of $(id)?.childNodes ?? []) {
    const parts = node.nodeType === Node.TEXT_NODE ? node.data.split("\n") : [node];
    parts.forEach((part, index) => {
      if (index) lines.push([]);
      lines.at(-1).push(part.cloneNode ? part.cloneNode(true) : part);
    });
  }
  return lines;
}

/** Yield [kind, number in one, number in the other, nodes] for each line of a hunk. */
function* hunkLines(hunk, before, after) {
  let [old, now] = [hunk.oldStart, hunk.newStart];
  for (const line of hunk.lines) {
    if (line[0] === "-") yield ["removed", old, "", before[old++ - 1]];
    else if (line[0] === "+") yield ["added", "", now, after[now++ - 1]];
    else if (line[0] === " ") yield ["same", old++, now, after[now++ - 1]];
    else yield ["note", "", "", [line.slice(2)]];
  }
}

function diffRow(kind, old, now, nodes) {
  return make(
    "tr",
    { className: kind },
    make("td", { className: "at" }, `${old}`),
    make("td", { className: "at" }, `${now}`),
    make("td", { className: "sign" }, SIGNS[kind]),
    make("td", {}, ...(nodes ?? [])),
  );
}

function hunkRow({ oldStart, oldLines, newStart, newLines }) {
  const at = `@@ -${oldStart},${oldLines} +${newStart},${newLines} @@`;
  return make("tr", { className: "hunk" }, make("td", { colSpan: 4 }, at));
}

function diffTable(file, hunks, one, other) {
  const [before, after] = [one, other].map((name) => colouredLines(file.texts[name]));
  const columns = [`line in ${titles[one]}`, `line in ${titles[other]}`, "change", "text"];
  const heads = columns.map((word) => make("th", { scope: "col" }, word));
  const caption = make("caption", { className: "unseen" }, `How ${file.path} differs`);
  const table = make("table", {}, caption);
  table.append(make("thead", { className: "unseen" }, make("tr", {}, ...heads)));
  const body = table.createTBody();
  for (const hunk of hunks) {
    body.append(hunkRow(hunk));
    for (const line of hunkLines(hunk, before, after)) body.append(diffRow(...line));
  }
  const ariaLabel = `Difference in ${file.path}`;
  return make("div", { className: "scroll", tabIndex: 0, role: "group", ariaLabel }, table);
}

/** Say in whose layout alone a file is, if it is in one alone. */
function onlyIn(file, one, other) {
  if (file.texts[one] && file.texts[other]) return "";
  return `only in ${titles[file.texts[one] ? one : other]}`;
}

function diffOf(file, one, other) {
  const [before, after] = [one, other].map((name) => $(file.texts[name])?.textContent ?? "");
  const { hunks } = Diff.structuredPatch("", "", before, after, "", "", { context: 3 });
  const lines = hunks.flatMap((hunk) => hunk.lines);
  const [added, removed] = ["+", "-"].map((sign) => lines.filter((one) => one[0] === sign).length);
  const only = onlyIn(file, one, other);
  const about = [only, `+${added} -${removed}`].filter(Boolean).join(", ");
  return make(
    "details",
    { className: "diff", open: added + removed <= LONG },
    make("summary", {}, make("code", {}, file.path), " ", make("small", {}, about)),
    hunks.length
      ? diffTable(file, hunks, one, other)
      : make("p", {}, only ? "The file is empty." : UNSEEN),
  );
}

function showDiffs() {
  const [one, other] = [$("diff-from").value, $("diff-to").value];
  const differing = data.files.filter(({ texts }) => texts[one] !== texts[other]);
  $("diff").replaceChildren(...differing.map((file) => diffOf(file, one, other)));
  $("diff-count").textContent =
    one === other
      ? "Choose two different managers."
      : `${plural(differing.length, "file")} of ${titles[one]} and ${titles[other]} differ.`;
}

function diffs() {
  if (!$("diff")) return;
  for (const side of ["diff-from", "diff-to"]) $(side).addEventListener("change", showDiffs);
  $("diff-all").addEventListener("click", () => {
    for (const details of $("diff").children) details.open = true;
  });
  showDiffs();
}
