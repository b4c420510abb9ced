// The state of the view, stored in the page's address so that it can be bookmarked and shared.
//
// The tab is an iframe of TensorBoard's page; the address is that of the page: #ner&p.ner.run=validation&p.ner.step=400

import { ERROR_TYPES } from "./entities.js";

const PREFIX = "p.ner.";
const TAB = "ner";

/** Every setting with its default; "" means: depends on the data (the first run, the last step, ...). */
const DEFAULTS = {
  run: "",
  step: "",
  against_run: "",
  against_step: "",
  level: "entity",
  cells: "gold", // percent of gold, percent of predicted, or counts
  diagonal: "shown",
  gold: "", // names of the open cell's row and column
  predicted: "",
  slice: "", // key of the open slice
  text: "", // text of the entities whose errors are open
  region: "", // bins of the open region of the data map: see data_map.py
  list: "cell", // or "fixed", "regressed", when two evaluations are compared
  search: "",
  error: "any", // or a type of entity error
  order: "ranked",
  history: "any", // or "correct", "never": whether it was correct at an earlier step
};

const CHOICES = {
  level: ["entity", "word", "character"],
  cells: ["gold", "predicted", "counts"],
  diagonal: ["shown", "hidden"],
  list: ["cell", "fixed", "regressed"],
  error: ["any", ...ERROR_TYPES.map(([name]) => name)],
  order: ["ranked", "reversed", "file"],
  history: ["any", "correct", "never"],
};

/** What closes the cell, slice, text or region that is open, and shows errors of every type again. */
export const NOTHING_OPEN = { gold: "", predicted: "", slice: "", text: "", region: "", error: "any", list: "cell" };

/** Whether `NOTHING_OPEN` would change the state. */
export function isAnythingOpen(state) {
  return Object.entries(NOTHING_OPEN).some(([name, value]) => state[name] !== value);
}

/** What is open: `{gold, predicted, slice, text, region}`; none while what was fixed or regressed is listed instead. */
export function whatIsOpen(state) {
  return state.list === "cell" ? state : NOTHING_OPEN;
}

/** The state in the address; missing and invalid settings have their defaults. */
export function read() {
  const state = { ...DEFAULTS };
  for (const pair of address().hash.replace(/^#/, "").split("&")) {
    const [key, ...rest] = pair.split("=");
    const value = decoded(rest.join("=")); // a name of a run may contain =
    const name = key.startsWith(PREFIX) ? key.slice(PREFIX.length) : "";
    if (name in DEFAULTS && (!CHOICES[name] || CHOICES[name].includes(value))) state[name] = value;
  }
  return state;
}

/** Writes `state` into the address, if this tab is the active one and the browser lets it: some limit how often. */
export function write(state) {
  const current = address().hash.replace(/^#/, "").split("&");
  if (window.parent !== window && current[0] !== TAB) return;
  const others = current.slice(1).filter((pair) => pair && !pair.startsWith(PREFIX));
  const own = Object.entries(state)
    .filter(([name, value]) => String(value) !== DEFAULTS[name])
    .map(([name, value]) => `${PREFIX}${name}=${encodeURIComponent(value)}`);
  const hash = `#${[TAB, ...others, ...own].join("&")}`;
  if (hash === address().hash) return;
  try {
    outer().history.replaceState(outer().history.state, "", hash);
  } catch {
    // the next change writes it
  }
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return "";
  }
}

/** The window of TensorBoard's page; our own if the frame was opened alone. */
export function outer() {
  return window.parent;
}

function address() {
  return outer().location;
}
