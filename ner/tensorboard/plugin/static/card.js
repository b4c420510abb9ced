// A sentence in the list: its entities, what another evaluation predicted, where it is, its history, and why.

import { evaluationNames } from "./comparison.js";
import { element } from "./dom.js";
import { locationOf, shortLocationOf } from "./entities.js";
import { historyView } from "./history.js";
import { entitiesInFocus } from "./listing.js";
import { sentenceView } from "./sentence.js";
import { whyView } from "./why.js";

/** A list item; `view` is what is drawn, with its `listing`: see model.js. */
export function card(item, view) {
  const { state, run, comparable, listing, step } = view;
  const { sentence, other, focus } = item;
  const confidence = confidenceOf(item, listing.header);
  const history = listing.histories?.get(sentence.n);
  const names = comparable ? evaluationNames(view) : [];
  const [shown, counterpart] = state.list === "fixed" ? names.toReversed() : names;
  const label = (name) => element("span", { class: "which" }, name);
  return element("li", { class: "card" },
    comparable ? label(shown) : null,
    sentenceView(sentence, listing.header, focus),
    comparable ? label(counterpart) : null,
    comparable ? otherView(sentence, other, listing.header) : null,
    element("div", { class: "meta" },
      element("bdi", { title: locationOf(sentence, listing.header) }, shortLocationOf(sentence, listing.header)),
      confidence === null ? null : element("span", { class: "confidence" }, `confidence ${confidence}%`),
      history ? historyView(history, step) : null,
    ),
    whyView({ run, sentence, focus, header: listing.header }),
  );
}

/**
 * The confidence of the open cell in a sentence, in percent, as the sentence shows it: of its most confident error, or
 * of its least confident correct prediction. null where no cell is open.
 */
function confidenceOf(item, header) {
  if (item.confidence === null) return null;
  const isCorrect = item.focus?.gold === item.focus?.predicted;
  const shown = confidencesInFocus(item, header);
  if (!shown.length) return Math.floor(100 * item.confidence + 1e-6);
  return isCorrect ? Math.min(...shown) : Math.max(...shown);
}

/** Confidences of the entities, words or wrong characters of the open cell; none for slices. */
function confidencesInFocus(item, header) {
  const { sentence, focus } = item;
  if (!focus) return [];
  const isOpen = (gold, predicted) => header.labels[gold] === focus.gold && header.labels[predicted] === focus.predicted;
  if (focus.level === "entity") return entitiesInFocus(item, header.labels).map(({ confidence }) => confidence);
  if (focus.level === "word") return sentence.confidences.filter((_, index) => isOpen(sentence.gold[index], sentence.predicted[index]));
  return sentence.characters.filter(([, , gold, predicted]) => isOpen(gold, predicted)).map((run) => run.at(-1));
}

/** The sentence as the other evaluation predicted it. */
function otherView(sentence, other, header) {
  if (!other) return element("p", { class: "note" }, sentence.unannotated.length ? "not kept" : "wrong too, not kept");
  const confidences = other.confidences ?? sentence.tokens.map(() => 100);
  return sentenceView({ ...sentence, ...other, confidences, characters: [] }, header, null);
}
