// Entities by their text, sortable; a row opens the sentences in which the text is a wrong entity.

import { element, replace } from "./dom.js";
import { counted, number } from "./numbers.js";
import { classColour } from "./palette.js";

const PAGE = 12;
const ASCENDING = ["share", "text"];
const ORDERS = {
  wrong: (one, other) => other.times - other.correct - (one.times - one.correct),
  times: (one, other) => other.times - one.times,
  share: (one, other) => one.correct / one.times - other.correct / other.times,
  text: (one, other) => (one.text < other.text ? -1 : 1),
};

/** A table that keeps its order and length: `{node, draw({strings, header, open, level})}`; `onOpen` is called with a text. */
export function makeStrings(onOpen) {
  const note = element("p", { class: "note" });
  const holder = element("div", { class: "wide" });
  const node = element("section", { "aria-label": "Entities by text" }, element("h2", {}, "Entities by text"), note, holder);
  let order = "wrong";
  let count = PAGE;
  let shown = null;

  const redraw = () => {
    const { strings, header, open } = shown;
    const all = stringsOf(strings).sort(ORDERS[order]);
    const heading = (key, text) => element("th", { scope: "col", "aria-sort": key === order ? (ASCENDING.includes(key) ? "ascending" : "descending") : null },
      element("button", { type: "button", class: "sort", onclick: () => { order = key; redraw(); } }, text));
    const table = element("table", { class: "scores strings" },
      element("thead", {}, element("tr", {}, heading("text", "text"), heading("wrong", "wrong"), heading("times", "times"),
        heading("share", "correct"), element("th", { scope: "col" }, "gold"), element("th", { scope: "col" }, "predicted"))),
      element("tbody", {}, all.slice(0, count).map((one) => row(one, header, open, onOpen))));
    const more = element("button", { type: "button", class: "plain", onclick: () => { count += 4 * PAGE; redraw(); } },
      `Show more of ${number(all.length)}`);
    note.textContent = strings.numStrings > all.length
      ? `The ${number(all.length)} that are wrong most often, of ${counted(strings.numStrings, "text")}` : "";
    replace(holder, table, ...(all.length > count ? [more] : []));
  };
  const draw = (model) => {
    shown = model;
    node.hidden = model.level !== "entity" || !model.strings.strings.length;
    redraw();
  };
  return { node, draw };
}

function stringsOf({ strings }) {
  return strings.map(([text, times, correct, gold, predicted]) => ({ text, times, correct, gold, predicted }));
}

function row({ text, times, correct, gold, predicted }, header, open, onOpen) {
  const isOpen = open === text;
  const opener = element("button", {
    type: "button", class: "plain", "aria-pressed": String(isOpen), title: text, onclick: () => onOpen(text),
  }, element("bdi", {}, text));
  return element("tr", { class: isOpen ? "open" : null },
    element("th", { scope: "row" }, opener),
    element("td", {}, number(times - correct)),
    element("td", {}, number(times)),
    element("td", {}, `${Math.floor((100 * correct) / times)}%`),
    element("td", { class: "types" }, types(gold, header)),
    element("td", { class: "types" }, types(predicted, header)),
  );
}

/** `LOC 7 ORG 2`, the most frequent first. */
function types(counts, header) {
  const ordered = Object.entries(counts).sort(([, one], [, other]) => other - one);
  return ordered.map(([name, times]) => element("span", { class: "type-count", style: { "--colour": classColour(name, header.types) } },
    element("bdi", {}, name), ` ${number(times)}`));
}
