/* What the other parts share. Everything here adds to a page that is complete without it, and text
   is only ever set as text. */

const data = JSON.parse(document.getElementById("data").textContent);
const $ = (id) => document.getElementById(id);
const titles = Object.fromEntries(data.managers.map(({ name, title }) => [name, title]));
const plural = (count, word) => `${count} ${word}${count === 1 ? "" : "s"}`;

/** Make an element: its properties, then what is inside it (nodes or text). */
function make(tag, properties = {}, ...inside) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...inside);
  return element;
}
