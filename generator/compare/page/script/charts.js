/* One chart a verb, drawn by Observable Plot. */

const ROW = 30; // pixels for one manager: a cold bar above a warm one
const BAND = 0.8 * ROW; // the rest keeps rows apart
/** How much of a row is free above and below a bar. */
const HALF = { cold: [0, 0.5], warm: [0.5, 0], any: [0, 0] };
const CACHES = Object.keys(HALF);
/** How a value is written beside its bar, by its unit. */
const WRITE = {
  s: (value) => `${value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0)} s`,
  MB: (value) => `${value.toFixed(value < 10 ? 1 : 0)} MB`,
  files: (value) => Math.round(value).toLocaleString("en"),
};

/** Return one verb's figures as points; one that was not measured has no median. */
function pointsOf(verb, quantity) {
  const { scale } = data.quantities[quantity];
  const ofVerb = data.figures.filter((figure) => figure.verb === verb);
  return ofVerb.map((figure) => {
    const [median, low, high] = (figure[quantity] ?? []).map((value) => value / scale);
    const [manager, cache] = [titles[figure.manager] ?? figure.manager, figure.cache ?? "any"];
    return { manager, cache, status: figure.status, median, low, high };
  });
}

/** Return the managers from top to bottom. */
function rowsOf(points, order) {
  const names = [...new Set(points.map((point) => point.manager))];
  if (order === "listed") return names;
  const of = (name) => points.filter((point) => point.manager === name);
  const least = (name) => Math.min(...of(name).map((point) => point.median ?? Infinity));
  return names.sort((a, b) => least(a) - least(b));
}

/** Return the axis; a logarithmic one starts at half of the least value, as it has no zero. */
function axisOf(known, log, unit) {
  const [low, high] = [known.map((point) => point.low), known.map((point) => point.high)];
  const positive = low.filter((value) => value > 0);
  const most = Math.max(...high, 0);
  const words = unit === "s" ? "seconds" : unit;
  const shared = { grid: true, labelArrow: "none" };
  if (log && positive.length) {
    const domain = [Math.min(...positive) / 2, most];
    return { ...shared, type: "log", domain, ticks: 3, label: `${words}, logarithmic` };
  }
  const domain = [Math.min(...low, 0), most || 1];
  return { ...shared, type: "linear", domain, ticks: 4, label: words };
}

/** Return how far the middle of a bar is below the middle of its row. */
function middleOf(cache) {
  const [top, bottom] = HALF[cache];
  return ((top - bottom) * BAND) / 2;
}

/** Return the bars of one state of the cache, their spread, and their values as text. */
function barMarks(points, cache, axis, write) {
  const [first] = axis.domain; // nothing is drawn below it: a logarithm has no zero
  const drawn = ({ manager, median, low, high }) => {
    const [x, from, to] = [median, low, high].map((value) => Math.max(value, first));
    return { manager, x, from, to, text: write(median) };
  };
  const of = points.filter((point) => point.cache === cache).map(drawn);
  const [top, bottom] = HALF[cache].map((part) => part * BAND);
  const dy = middleOf(cache);
  const bar = { x1: baseOf(axis), x2: "x", insetTop: top + 1, insetBottom: bottom + 1 };
  const line = { x1: "from", x2: "to", stroke: "var(--ink)", strokeWidth: 1.5 };
  const label = { x: "to", text: "text", textAnchor: "start", dx: 6, fill: "currentColor" };
  const spread = of.filter((point) => point.from !== point.to);
  return [
    Plot.barX(of, { y: "manager", fill: `var(--${cache})`, ...bar }),
    Plot.ruleY(spread, { y: "manager", dy, ...line }),
    Plot.text(of, { y: "manager", dy, ...label }),
  ];
}

/** Return where bars start. */
function baseOf(axis) {
  return axis.type === "log" ? axis.domain[0] : 0;
}

/** Say what became of what has no bar: beside the other bar, or once where a row has none. */
function statusMarks(points, axis) {
  const isKnown = (point) => point.median !== undefined;
  const known = new Set(points.filter(isKnown).map((point) => point.manager));
  const place = { y: "manager", x: baseOf(axis), textAnchor: "start", dx: 4, fill: "var(--soft)" };
  const of = (name) => points.filter((point) => point.manager === name);
  const words = ({ status }) => (status === "passed" ? "not measured" : status.replace("_", " "));
  const all = ({ manager }) => [...new Set(of(manager).map(words))].join(", ");
  const rest = points.filter((point) => !isKnown(point));
  const names = new Set(rest.map((point) => point.manager).filter((name) => !known.has(name)));
  const empty = [...names].map((manager) => ({ manager }));
  return [
    Plot.text(empty, { ...place, text: all }),
    ...CACHES.map((cache) => {
      const half = rest.filter((point) => point.cache === cache && known.has(point.manager));
      return Plot.text(half, { ...place, text: words, dy: middleOf(cache) });
    }),
  ];
}

function plot(points, { quantity, log, order, width }) {
  const { unit } = data.quantities[quantity];
  const known = points.filter((point) => point.median !== undefined);
  const axis = axisOf(known, log, unit);
  const rows = rowsOf(points, order);
  const longest = Math.max(...rows.map((name) => name.length));
  const bars = CACHES.flatMap((cache) => barMarks(known, cache, axis, WRITE[unit]));
  return Plot.plot({
    width,
    height: rows.length * ROW + 40,
    ...{ marginTop: 4, marginRight: 72, marginBottom: 36, marginLeft: 16 + 7.5 * longest },
    style: { background: "transparent", color: "inherit", font: "12px var(--sans)" },
    x: axis,
    y: { domain: rows, label: null, padding: 1 - BAND / ROW, tickSize: 0 },
    marks: [...bars, ...statusMarks(points, axis)],
  });
}

/** Return a verb's chart, or nothing where nothing was measured. */
function chartOf(verb, choice) {
  const points = pointsOf(verb, choice.quantity);
  if (points.every((point) => point.median === undefined)) return [];
  const drawing = plot(points, choice);
  // Plot names groups of its SVG, which help nobody: the whole is one picture with one text.
  drawing.setAttribute("aria-hidden", "true");
  const { title } = data.quantities[choice.quantity];
  const ariaLabel = `${title} of ${verb} by manager; the table below has the figures`;
  const caption = make("figcaption", {}, make("b", {}, verb), ` ${data.purposes[verb] ?? ""}`);
  return [make("figure", {}, caption, make("div", { role: "img", ariaLabel }, drawing))];
}

function drawCharts() {
  const [column] = getComputedStyle($("charts")).gridTemplateColumns.split(" ");
  const choice = {
    quantity: $("quantity").value,
    order: $("order").value,
    log: $("log").checked,
    width: Math.floor(parseFloat(column)),
  };
  const verbs = [...new Set(data.figures.map((figure) => figure.verb))];
  $("charts").replaceChildren(...verbs.flatMap((verb) => chartOf(verb, choice)));
}

function charts() {
  if (!$("charts")) return;
  for (const id of ["quantity", "order", "log"]) $(id).addEventListener("change", drawCharts);
  let width = 0;
  new ResizeObserver(() => {
    if (width !== $("charts").clientWidth) drawCharts();
    width = $("charts").clientWidth;
  }).observe($("charts"));
}
