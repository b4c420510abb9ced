// The list of sentences: a heading with their number, tools to search and copy them, and the sentences.

import { conll, copy, entitiesCsv } from "./clipboard.js";
import { button, choiceList, searchField, segments } from "./controls.js";
import { element, replace } from "./dom.js";
import { download } from "./download.js";
import { ERROR_TYPES, locationOf, shortLocationOf } from "./entities.js";
import { historyView } from "./history.js";
import { entitiesInFocus } from "./listing.js";
import { allItems, nextPage } from "./model.js";
import { number } from "./numbers.js";
import { sentenceView } from "./sentence.js";
import { isAnythingOpen } from "./state.js";
import { whyView } from "./why.js";

/** The panel: `{node, draw(model), reveal()}`; `change` is called with changes of the state. */
export function makePanel({ change, close }) {
  const title = element("h2");
  const note = element("p", { class: "note", role: "status", "aria-live": "polite" });
  const lists = segments("Sentences", [["cell", "Cell"], ["fixed", "Fixed"], ["regressed", "Regressed"]], (list) => change({ list }));
  const search = searchField("Search in these sentences", (text) => change({ search: text }));
  const error = choiceList("Error type", (value) => change({ error: value }));
  const order = choiceList("Order", (value) => change({ order: value }));
  const history = choiceList("Earlier steps", (value) => change({ history: value }));
  const closer = element("button", { type: "button", class: "plain", onclick: close }, "Close");
  let shown = null;
  const copyAs = (text, write) =>
    button(text, async () => {
      const items = await allItems(shown, shown.listing);
      return (await copy(write(items, shown.listing.header))) ? `Copied ${number(items.length)}` : "Not allowed here";
    });
  const downloadAs = (text, form) =>
    button(text, () => download(shown.run, shown.step, { ...shown.listing.query, form }), "to correct and build again, gold entities as annotation");
  const exports = element("details", { class: "exports" }, element("summary", { class: "plain" }, "Copy or save"),
    element("div", { class: "tools" }, copyAs("Copy CoNLL", conll), copyAs("Copy CSV", entitiesCsv),
      downloadAs("Save JSONL", "jsonl"), downloadAs("Save brat", "brat"), downloadAs("Save CoNLL", "conll")));
  const tools = element("div", { class: "tools" }, search.node, error.node, order.node, history.node, exports);
  const unannotated = element("span", {}, "; ", element("span", { class: "mark unannotated" }, "dotted"), " nobody annotated these words: they count nowhere");
  const legend = element("p", { class: "legend" },
    element("span", { class: "mark predicted", style: { "--predicted": "var(--muted)" } }, "bar above"), " predicted, ",
    element("span", { class: "mark gold", style: { "--gold": "var(--muted)" } }, "bar below"), " gold, coloured by type; missed: gold and not predicted; spurious: predicted and not gold; ",
    element("span", { class: "square correct", style: { "--colour": "var(--muted)" } }), " correct at a step, ",
    element("span", { class: "square wrong", style: { "--colour": "var(--muted)" } }), " wrong", unannotated);
  const list = element("ol", { class: "sentences" });
  const node = element("section", { class: "panel", "aria-label": "Sentences" },
    element("div", { class: "heading" }, title, closer), note, lists.node, tools, legend, list);

  const draw = (model) => {
    const { state, listing } = model;
    shown = model;
    lists.node.hidden = !model.comparable;
    lists.set(state.list);
    search.set(state.search);
    error.set([["any", "any"], ...ERROR_TYPES], state.error);
    order.set(orderNames(listing), state.order);
    history.set([["any", "any"], ["correct", "correct before"], ["never", "never correct"]], state.history);
    closer.hidden = !isAnythingOpen(state);
    title.textContent = listing.title;
    const isNarrowed = listing.matching < listing.kept;
    note.textContent = listing.note + (isNarrowed ? ` · ${number(listing.matching)} of them match` : "");
    tools.hidden = listing.kept === 0 && !state.search.trim() && state.error === "any" && state.history === "any";
    legend.hidden = listing.matching === 0;
    unannotated.hidden = !listing.items.some(({ sentence }) => sentence.unannotated.length);
    drawList(list, model);
  };
  /** Scrolls to the sentences if they are below the visible part of the page. */
  const reveal = () => {
    if (node.getBoundingClientRect().top > 0.8 * window.innerHeight) node.scrollIntoView();
  };
  return { node, draw, reveal };
}

/** Errors are ranked from the most confident one, correct predictions from the least confident one. */
function orderNames({ correct }) {
  const names = correct
    ? ["least confident first", "most confident first"]
    : ["most confident errors first", "least confident errors first"];
  return [["ranked", names[0]], ["reversed", names[1]], ["file", "file order"]];
}

function drawList(list, model) {
  const { listing } = model;
  const cards = listing.items.map((item) => card(item, model));
  const left = listing.matching - cards.length;
  if (left <= 0) return replace(list, cards);
  const more = element("button", { type: "button", class: "plain", onclick: async () => {
    more.disabled = true;
    const { items, histories } = await nextPage(model, listing, listing.items.length);
    const longer = { ...listing, items: [...listing.items, ...items], histories: new Map([...listing.histories, ...histories]) };
    drawList(list, { ...model, listing: longer });
  } }, `Show more of ${number(left)}`);
  return replace(list, [...cards, element("li", { class: "more" }, more)]);
}

function card(item, { state, run, header, before, comparable, listing, step }) {
  const { sentence, other, focus } = item;
  const confidence = confidenceOf(item, listing.header);
  const history = listing.histories?.get(sentence.n);
  const [shown, counterpart] = state.list === "fixed" ? [before, header] : [header, before];
  const named = (one) => (state.against_run === run ? "" : `${one === before ? state.against_run : run}, `) + `step ${number(one.step)}`;
  const label = (one) => element("span", { class: "which" }, named(one));
  return element("li", { class: "card" },
    comparable ? label(shown) : null,
    sentenceView(sentence, listing.header, focus),
    comparable ? label(counterpart) : null,
    comparable ? otherView(sentence, other, listing.header) : null,
    element("div", { class: "meta" },
      element("bdi", { title: locationOf(sentence, listing.header) }, shortLocationOf(sentence, listing.header)),
      confidence === null ? null : element("span", { class: "confidence" }, `confidence ${confidence} %`),
      history ? historyView(history, step) : null,
    ),
    whyView({ run, sentence, focus, header: listing.header }),
  );
}

/** The confidence of the open cell in a sentence, in percent: of its most confident entity, as that says itself. */
function confidenceOf(item, header) {
  if (item.confidence === null) return null;
  const entities = item.focus?.level === "entity" ? entitiesInFocus(item, header.labels) : [];
  return entities.length ? Math.max(...entities.map((one) => one.confidence)) : Math.floor(100 * item.confidence + 1e-6);
}

/** The sentence as the other evaluation predicted it. */
function otherView(sentence, other, header) {
  if (!other) return element("p", { class: "note" }, "wrong too, not kept");
  const confidences = other.confidences ?? sentence.tokens.map(() => 100);
  return sentenceView({ ...sentence, predicted: other.predicted, confidences, characters: [] }, header, null);
}
