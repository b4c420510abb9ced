// Scores of entities by slice; a row opens the errors in its slice.

import { element, replace } from "./dom.js";
import { counted, number } from "./numbers.js";
import { ratios } from "./scores.js";
import { changeCell } from "./scoretable.js";

/** Draws into `parent`; `open` is the key of the open slice or "", `onOpen` is called with a key. */
export function drawSlices(parent, { header, before, comparable, open, onOpen }) {
  const earlier = new Map(before ? slicesOf(before).map((slice) => [slice.key, slice]) : []);
  const shown = slicesOf(header).filter(({ predicted, support }) => predicted + support > 0);
  const table = element("table", { class: "scores slices" });
  const heads = ["", "F1", ...(before ? ["change"] : []), "precision", "recall", "gold", "sentences"];
  table.append(element("thead", {}, element("tr", {}, heads.map((text) => element("th", { scope: "col" }, text)))));
  const body = element("tbody");
  let group = "";
  for (const slice of shown) {
    if (slice.group !== group) {
      group = slice.group;
      body.append(element("tr", { class: "group" }, element("th", { scope: "rowgroup", colspan: heads.length }, group)));
    }
    const isOpen = open === slice.key;
    const errors = counted(slice.sentences, "sentence");
    const opener = element("button", {
      type: "button", class: "plain", "aria-pressed": String(isOpen), title: `${errors} with an error in this slice`, "aria-label": `Errors in ${slice.key}: ${errors}`,
      onclick: () => onOpen(slice.key),
    }, number(slice.sentences));
    body.append(
      element("tr", { class: isOpen ? "open" : null },
        element("th", { scope: "row" }, slice.name),
        element("td", {}, bar(slice.f1), slice.f1.toFixed(3)),
        before ? changeCell(slice.f1, earlier.get(slice.key)?.f1, comparable) : null,
        element("td", {}, slice.precision.toFixed(3)),
        element("td", {}, slice.recall.toFixed(3)),
        element("td", {}, number(slice.support)),
        element("td", {}, slice.sentences ? opener : "none"),
      ),
    );
  }
  table.append(body);
  replace(parent, table);
}

/** The slices of an evaluation: `[{key, group, name, index, correct, predicted, support, sentences, f1, ...}]`. */
export function slicesOf({ slices }) {
  return slices.map(([group, name, correct, predicted, support, sentences], index) => (
    { key: `${group}: ${name}`, group, name, index, predicted, support, sentences, ...ratios(correct, predicted, support) }
  ));
}

function bar(share) {
  return element("span", { class: "share-bar", "aria-hidden": "true", style: { "--share": `${100 * share}%` } });
}
