// Entities of a sentence, gold and predicted; same rules as ner/text/spans.py and ner/evaluation/metrics/span_alignment.py.

import { number } from "./numbers.js";

/** Spans `{type, start, end}` (end exclusive) of IOB2 labels; I-X starts one if none of type X is open. */
export function spansOf(labels) {
  const found = [];
  let open = "";
  let start = 0;
  [...labels, "O"].forEach((label, index) => {
    const [prefix, type] = label === "O" ? ["O", ""] : [label[0], label.slice(2)];
    if (prefix === "I" && type === open) return;
    if (open) found.push({ type: open, start, end: index });
    [open, start] = [type, index];
  });
  return found;
}

/**
 * Entities of a sentence in text order: `{start, end, gold, predicted, confidence, number}`. The number counts all gold
 * entities as they were annotated, those that are left undecided included: see outcomes.py.
 */
export function entitiesOf(sentence, labels) {
  const names = (ids) => ids.map((id) => labels[id] ?? "O"); // of an unannotated token
  const annotated = spansOf(names(sentence.annotation ?? sentence.gold));
  const predicted = spansOf(names(sentence.predicted));
  const gold = spansOf(names(sentence.gold)).map((span) => {
    const match = predicted.findIndex((other) => other.start === span.start && other.end === span.end);
    const type = match < 0 ? "missed" : predicted.splice(match, 1)[0].type;
    // If tokens are cut off before, the number of entities in them is not known.
    const number = sentence.before ? null : sentence.first + annotated.findIndex((one) => one.start === span.start);
    return { ...bounds(span), gold: span.type, predicted: type, number };
  });
  const spurious = predicted.map((span) => ({ ...bounds(span), gold: "spurious", predicted: span.type, number: null }));
  return [...gold, ...spurious]
    .sort((one, other) => one.start - other.start || one.end - other.end)
    .map((entity) => ({ ...entity, confidence: meanConfidence(sentence, entity) }));
}

/** Whether `entity` is of the open cell, or of the open region of the data map; `focus` is null if neither is open. */
export function isInFocus(entity, focus) {
  if (focus?.level !== "entity") return false;
  if (focus.numbers) return focus.numbers.includes(entity.number);
  return entity.gold === focus.gold && entity.predicted === focus.predicted;
}

/** Types of entity errors in the order of reports, each with its name; the rules are those of error_types.py. */
export const ERROR_TYPES = [
  ["type", "type"],
  ["boundary", "boundary"],
  ["type_and_boundary", "type and boundary"],
  ["missed", "missed"],
  ["spurious", "spurious"],
];

/** `entity` of `entities` (all of a sentence): "correct" or a type of error. */
export function errorTypeOf(entity, entities) {
  if (entity.gold === entity.predicted) return "correct";
  const isMissed = entity.predicted === "missed";
  if (!isMissed && entity.gold !== "spurious") return "type";
  const isOther = (one) => (isMissed ? one.gold === "spurious" : one.predicted === "missed");
  const isSameType = (one) => (isMissed ? one.predicted === entity.gold : one.gold === entity.predicted);
  const overlapping = entities.filter((one) => isOther(one) && one.start < entity.end && entity.start < one.end);
  if (!overlapping.length) return isMissed ? "missed" : "spurious";
  return overlapping.some(isSameType) ? "boundary" : "type_and_boundary";
}

/** The text from token `start` to token `end` (exclusive). */
export function textOf(sentence, start, end) {
  return sentence.tokens
    .slice(start, end)
    .map((token, index) => token + (start + index === end - 1 || sentence.noSpaceAfter.includes(start + index) ? "" : " "))
    .join("");
}

/** A sentence from the server, with defaults for omitted fields. */
export function complete(sentence) {
  return { noSpaceAfter: [], characters: [], before: 0, after: 0, source: 0, line: 0, document: 0, ...sentence, unannotated: unannotatedOf(sentence) };
}

/** Indices of the unannotated tokens. */
function unannotatedOf({ annotation = [] }) {
  return annotation.flatMap((label, index) => (label === -2 ? [index] : [])); // UNLABELLED of ner/text/labels.py
}

function bounds({ start, end }) {
  return { start, end };
}

function meanConfidence({ confidences }, { start, end }) {
  return Math.floor(confidences.slice(start, end).reduce((total, one) => total + one, 0) / (end - start));
}

/** Where a sentence is: `valid.txt:120, document 3`; its number in the split if its file is not known. */
export function locationOf({ n, source, line, document }, { sources }) {
  if (source >= sources.length) return `sentence ${number(n + 1)}`;
  return `${sources[source]}:${line}, document ${number(document + 1)}`;
}

/** The same without the folders of the file, for where there is little room. */
export function shortLocationOf(sentence, { sources }) {
  const names = sources.map((source) => source.split("/").at(-1));
  return locationOf(sentence, { sources: new Set(names).size === names.length ? names : sources });
}
