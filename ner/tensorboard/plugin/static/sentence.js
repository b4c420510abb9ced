// One sentence with its entities: a bar above predicted ones, a bar below gold ones, types after them.

import { element } from "./dom.js";
import { entitiesOf, ERROR_TYPES, errorTypeOf, isInFocus, spansOf } from "./entities.js";
import { classColour, typeColour, typePattern } from "./palette.js";

const LONG_NAMES = 40; // letters of the types of a chip
const RIGHT_TO_LEFT = ["Adlam", "Arabic", "Hebrew", "Nko", "Syriac", "Thaana"].map((name) => `\\p{Script=${name}}`).join("");
const BEGINS_RIGHT_TO_LEFT = new RegExp(`^\\P{L}*(?=\\p{L})[${RIGHT_TO_LEFT}]`, "u");

/** Direction of the first letter of `text`. `dir="auto"` passes over isolated text, which here is every word. */
export function directionOf(text) {
  return BEGINS_RIGHT_TO_LEFT.test(text) ? "rtl" : "ltr";
}

/**
 * A paragraph. `focus` is the cell `{level, gold, predicted}` that the sentence is an example of, or null: its
 * occurrences are highlighted. `header` has the names of labels and types.
 */
export function sentenceView(sentence, header, focus) {
  const { units, marks, chips } =
    focus?.level === "character" ? ofCharacters(sentence, header, focus) : ofWords(sentence, header, focus);
  const paragraph = element("p", { class: "sentence", dir: directionOf(units.join("")) });
  if (sentence.before) paragraph.append(element("span", { class: "cut", dir: "ltr" }, `… ${sentence.before} words before … `));
  for (const [start, end] of pieces(units.length, marks)) {
    const own = marks.filter((mark) => mark.start <= start && end <= mark.end);
    const text = units.slice(start, end).join("");
    const space = text.endsWith(" ") ? " " : "";
    const bare = space ? text.slice(0, -1) : text;
    const ends = chips.filter((chip) => endOfBars(marks, chip.end) === end);
    paragraph.append(own.length ? marked(bare, own) : element("bdi", {}, bare));
    for (const chip of ends) paragraph.append(chip.node);
    const onward = own.filter((mark) => mark.end > end); // the bar of an entity has no gap
    if (space) paragraph.append(onward.length ? marked(space, onward) : space);
  }
  if (sentence.after) paragraph.append(element("span", { class: "cut", dir: "ltr" }, `… ${sentence.after} words more`));
  return paragraph;
}

/** The first position from `end` on where no bar goes on: a chip there cuts none. */
function endOfBars(marks, end) {
  const onward = marks.filter((mark) => ["gold", "predicted"].includes(mark.kind) && mark.start < end && end < mark.end);
  return onward.length ? endOfBars(marks, Math.max(...onward.map((mark) => mark.end))) : end;
}

/** Ranges between the positions where a mark begins or ends. */
function pieces(length, marks) {
  const edges = new Set([0, length, ...marks.flatMap(({ start, end }) => [start, end])]);
  const ordered = [...edges].sort((one, other) => one - other);
  return ordered.slice(1).map((end, index) => [ordered[index], end]);
}

function marked(text, marks) {
  const classes = ["mark", ...new Set(marks.map((mark) => mark.kind))];
  const style = Object.fromEntries(marks.filter((mark) => mark.colour).flatMap((mark) => [
    [`--${mark.kind}`, mark.colour], [`--${mark.kind}-pattern`, mark.pattern ?? "solid"],
  ]));
  return element("bdi", { class: classes.join(" "), style }, text);
}

function ofWords(sentence, header, focus) {
  const { tokens, noSpaceAfter } = sentence;
  const units = tokens.map((token, index) => token + (index === tokens.length - 1 || noSpaceAfter.includes(index) ? "" : " "));
  const [marks, chips] = [[], []];
  for (const index of sentence.unannotated) {
    const isFollowed = sentence.unannotated.includes(index + 1);
    marks.push({ start: index, end: index + 1 + isFollowed, kind: "unannotated" }); // one line under neighbours
  }
  const entities = entitiesOf(sentence, header.labels);
  for (const entity of entities) {
    const { start, end, gold, predicted } = entity;
    if (gold !== "spurious") marks.push({ start, end, kind: "gold", ...lookOf(gold, header) });
    if (predicted !== "missed") marks.push({ start, end, kind: "predicted", ...lookOf(predicted, header) });
    if (isInFocus(entity, focus)) marks.push({ start, end, kind: "focus" });
  }
  for (const group of overlappingGroups(entities)) {
    const isFocus = group.some((entity) => isInFocus(entity, focus));
    chips.push({ end: Math.max(...group.map(({ end }) => end)), node: groupChip(group, isFocus, header.types) });
  }
  if (focus?.level === "word") {
    tokens.forEach((_, index) => {
      const names = [sentence.gold[index], sentence.predicted[index]].map((id) => header.labels[id]);
      if (names[0] !== focus.gold || names[1] !== focus.predicted) return;
      marks.push({ start: index, end: index + 1, kind: "focus" });
      chips.push({ end: index + 1, node: chip(...names, sentence.confidences[index], true, header.types) });
    });
  }
  return { units, marks, chips };
}

/** At the level of characters: gold entities, and runs of wrongly labelled characters. */
function ofCharacters(sentence, header, focus) {
  const [units, starts, ends] = [[], [], []];
  sentence.tokens.forEach((token, index) => {
    starts.push(units.length);
    units.push(...token);
    ends.push(units.length);
    if (index < sentence.tokens.length - 1 && !sentence.noSpaceAfter.includes(index)) units.push(" ");
  });
  const [marks, chips] = [[], []];
  for (const { type, start, end } of spansOf(sentence.gold.map((id) => header.labels[id]))) {
    marks.push({ start: starts[start], end: ends[end - 1], kind: "gold", ...lookOf(type, header) });
  }
  for (const index of sentence.unannotated) marks.push({ start: starts[index], end: ends[index], kind: "unannotated" });
  for (const [start, end, gold, predicted, confidence] of sentence.characters) {
    const names = [header.labels[gold], header.labels[predicted]];
    const isFocus = names[0] === focus.gold && names[1] === focus.predicted;
    marks.push({ start, end, kind: "predicted", colour: classColour(names[1], header.types) });
    if (isFocus) {
      marks.push({ start, end, kind: "focus" });
      chips.push({ end, node: chip(...names, confidence, true, header.types) });
    }
  }
  return { units, marks, chips };
}

function lookOf(type, { types }) {
  return { colour: typeColour(type, types), pattern: typePattern(type, types) };
}

/** Entities in text order, those that overlap together: a boundary error is one gold and one predicted entity or more. */
function overlappingGroups(entities) {
  const groups = [];
  let end = -1;
  for (const entity of entities) {
    if (entity.start < end) groups.at(-1).push(entity);
    else groups.push([entity]);
    end = Math.max(end, entity.end);
  }
  return groups;
}

/** One chip after the last word of a group, so that it cuts no span: `ORG → LOC 91% boundary`. */
function groupChip(group, isFocus, types) {
  const error = ERROR_TYPES.find(([key]) => key === errorTypeOf(group[0], group))?.[1];
  if (group.length === 1) return chip(group[0].gold, group[0].predicted, group[0].confidence, isFocus, types, error);
  const gold = group.filter((one) => one.gold !== "spurious").map((one) => one.gold).join(" + ");
  const predicted = group.filter((one) => one.predicted !== "missed");
  const made = chip(gold, predicted.map((one) => one.predicted).join(" + "), Math.max(...predicted.map((one) => one.confidence)), isFocus, types, error, true);
  made.append(element("span", { class: "error-name" }, ` ${error}`));
  return made;
}

/** `ORG` after a correct entity, `ORG → LOC 91%` after an error; one with long names is broken over lines. */
function chip(gold, predicted, confidence, isFocus, types, error, isWrong = gold !== predicted) {
  const part = (kind, name) =>
    element("span", { class: `${kind}-name`, style: { "--colour": classColour(name, types) } }, element("bdi", {}, name));
  const percent = element("span", { class: "percent" }, ` ${confidence}%`);
  const kinds = [isFocus ? "open" : "", gold.length + predicted.length > LONG_NAMES ? "long" : ""].join(" ");
  if (!isWrong) {
    const title = `${predicted}, correct, confidence ${confidence}%`;
    return element("span", { class: `chip correct ${kinds}`.trim(), dir: "ltr", title }, part("gold", gold), isFocus ? percent : null);
  }
  const title = `gold ${gold}, predicted ${predicted}, confidence ${confidence}%${error ? `; error: ${error}` : ""}`;
  const arrow = element("span", { class: "arrow" }, " → ");
  return element("span", { class: `chip wrong ${kinds}`.trim(), dir: "ltr", title }, part("gold", gold), arrow, part("predicted", predicted), percent);
}
