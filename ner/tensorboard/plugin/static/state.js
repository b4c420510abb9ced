// What is looked at, kept in the address of the page so that it can be bookmarked and sent.
//
// The tab lives in a frame of TensorBoard's page; the address is that page's: #ner&p.ner.run=validation&p.ner.step=400

const PREFIX = "p.ner.";
const TAB = "ner";

/** Every setting with its default; "" stands for what the data suggest (the first run, the last step, ...). */
const DEFAULTS = {
  run: "",
  step: "",
  against_run: "",
  against_step: "",
  level: "entity",
  cells: "gold", // share of gold, share of predicted, or counts
  diagonal: "shown",
  gold: "", // names of the open cell's row and column
  predicted: "",
  list: "cell", // or "mended", "broken", where two evaluations are compared
  search: "",
  order: "telling",
  past: "any", // or "right", "never": what was made of it at earlier steps
};

const CHOICES = {
  level: ["entity", "word", "character"],
  cells: ["gold", "predicted", "counts"],
  diagonal: ["shown", "hidden"],
  list: ["cell", "mended", "broken"],
  order: ["telling", "other", "file"],
  past: ["any", "right", "never"],
};

/** The state that the address describes; what it does not name, or names wrongly, has its default. */
export function read() {
  const state = { ...DEFAULTS };
  for (const pair of place().hash.replace(/^#/, "").split("&")) {
    const [key, value = ""] = pair.split("=").map(decoded);
    const name = key.startsWith(PREFIX) ? key.slice(PREFIX.length) : "";
    if (name in DEFAULTS && (!CHOICES[name] || CHOICES[name].includes(value))) state[name] = value;
  }
  return state;
}

/** Writes `state` into the address, if the tab is the one that is shown. */
export function write(state) {
  const current = place().hash.replace(/^#/, "").split("&");
  if (window.parent !== window && current[0] !== TAB) return;
  const others = current.slice(1).filter((pair) => pair && !pair.startsWith(PREFIX));
  const own = Object.entries(state)
    .filter(([name, value]) => String(value) !== DEFAULTS[name])
    .map(([name, value]) => `${PREFIX}${name}=${encodeURIComponent(value)}`);
  const hash = `#${[TAB, ...others, ...own].join("&")}`;
  if (hash !== place().hash) outer().history.replaceState(outer().history.state, "", hash);
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return "";
  }
}

/** The window of TensorBoard's page; our own where somebody opened the frame alone. */
export function outer() {
  return window.parent;
}

function place() {
  return outer().location;
}
