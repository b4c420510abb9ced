// What narrows and sorts the list of sentences, copies it and saves it.

import { conll, copy, entitiesCsv } from "./clipboard.js";
import { button, choiceList, searchField } from "./controls.js";
import { element } from "./dom.js";
import { download } from "./download.js";
import { ERROR_TYPES } from "./entities.js";
import { allItems } from "./model.js";
import { number } from "./numbers.js";

const HISTORIES = [["any", "any"], ["correct", "correct before"], ["never", "never correct"]];

/** The tools: `{node, draw(view)}`; they are hidden where there is nothing to narrow. */
export function makePanelTools({ change }) {
  let shown = null;
  const search = searchField("Search in these sentences", (text) => change({ search: text }));
  const error = choiceList("Error type", (value) => change({ error: value }));
  const order = choiceList("Order", (value) => change({ order: value }));
  const history = choiceList("Earlier steps", (value) => change({ history: value }));
  const node = element("div", { class: "tools" }, search.node, error.node, order.node, history.node, exports(() => shown));

  const draw = (view) => {
    const { state, listing } = view;
    shown = view;
    search.set(state.search);
    error.set([["any", "any"], ...ERROR_TYPES], state.error);
    order.set(orderNames(listing), state.order);
    history.set(HISTORIES, state.history);
    history.node.hidden = view.numAlike < 2;
    node.hidden = listing.kept === 0 && !state.search.trim() && state.error === "any" && state.history === "any";
  };
  return { node, draw };
}

/** Folded buttons that copy or save all sentences of the view that is `shown()`. */
function exports(shown) {
  const copyAs = (text, write) =>
    button(text, async () => {
      const { listing } = shown();
      const items = await allItems(shown(), listing);
      return (await copy(write(items, listing.header))) ? `Copied ${number(items.length)}` : "Not allowed here";
    });
  const saveAs = (text, form) => {
    const save = () => download(shown().run, shown().step, { ...shown().listing.query, form });
    return button(text, save, "to correct and build again, gold entities as annotation");
  };
  return element("details", { class: "exports" }, element("summary", { class: "plain" }, "Copy or save"),
    element("div", { class: "tools" }, copyAs("Copy CoNLL", conll), copyAs("Copy CSV", entitiesCsv),
      saveAs("Save JSONL", "jsonl"), saveAs("Save brat", "brat"), saveAs("Save CoNLL", "conll")));
}

/** Errors are ranked from the most confident one, correct predictions from the least confident one. */
function orderNames({ correct }) {
  const names = correct
    ? ["least confident first", "most confident first"]
    : ["most confident errors first", "least confident errors first"];
  return [["ranked", names[0]], ["reversed", names[1]], ["file", "file order"]];
}
