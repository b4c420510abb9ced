// Outcomes of a sentence's entities at each step of the run.

import { element } from "./dom.js";
import { entitiesInFocus } from "./listing.js";
import { number } from "./numbers.js";
import { typeColour } from "./palette.js";
import * as server from "./server.js";

const CORRECT = 128; // see payload.py
const UNDECIDED = 255;
const MAX_SQUARES = 60;
const MAX_REQUESTED = 500;

/**
 * Number of each sentence -> `{all, earlier, wholeSentence}`; `all` has one `{step, correct, outcome}` a step, `earlier`
 * those before `step`; `correct` is null where it is undecided or not stored. A gold entity of the open cell has its
 * own history, any other item that of its sentence.
 */
export async function histories(run, step, items, header) {
  const found = new Map();
  for (let first = 0; first < items.length; first += MAX_REQUESTED) {
    const followed = items.slice(first, first + MAX_REQUESTED).map((item) => ({ item, entity: followedEntity(item, header) }));
    const entities = followed.filter(({ entity }) => entity).map(({ entity }) => entity.number);
    const sentences = followed.filter(({ entity }) => !entity).map(({ item }) => item.sentence.n);
    const answer = await server.history(run, step, entities, sentences);
    for (const { item, entity } of followed) {
      const index = entity ? entities.indexOf(entity.number) : sentences.indexOf(item.sentence.n);
      const all = answer.steps.map((at, nth) => {
        const value = (entity ? answer.entities : answer.sentences)[nth][index];
        return { step: at, ...(entity ? ofEntity(value, entity, header.types) : ofSentence(value)) };
      });
      found.set(item.sentence.n, { all, earlier: all.filter((one) => one.step < step), wholeSentence: !entity });
    }
  }
  return found;
}

/** The first gold entity of the open cell in a sentence, if its outcomes are stored. */
function followedEntity(item, header) {
  if (item.focus?.level !== "entity" || item.focus.numbers) return null;
  const isStored = (entity) => entity.number !== null && entity.number < header.history;
  return entitiesInFocus(item, header.labels).find(isStored) ?? null;
}

/** Text and squares, one a step: "never correct before", "correct at 3 of 5 earlier steps, last at 400". */
export function historyView(history, step) {
  const { all, earlier, wholeSentence } = history;
  if (all.length < 2) return element("span", { class: "history" });
  const known = earlier.filter((one) => one.correct !== null);
  const correct = known.filter((one) => one.correct);
  const subject = wholeSentence ? "sentence " : "";
  const text = !earlier.length
    ? "the first step"
    : !known.length
      ? "not known whether it was correct before"
      : correct.length
        ? `${subject}correct at ${correct.length} of ${known.length} earlier steps, last at ${number(correct.at(-1).step)}`
        : `${subject}never correct before`;
  const shown = all.slice(-MAX_SQUARES);
  const cut = all.length > shown.length ? ` (squares: the last ${shown.length} of ${all.length} steps)` : "";
  const squares = shown.map((one) =>
    element("span", {
      class: `square ${one.correct === null ? "unknown" : one.correct ? "correct" : "wrong"}${one.step === step ? " selected" : ""}`,
      style: { "--colour": one.colour ?? "var(--muted)" },
      title: `step ${number(one.step)}: ${one.outcome}`,
    }),
  );
  const steps = shown.map((one) => `step ${one.step}: ${one.outcome}`).join("; ");
  return element("span", { class: "history" }, element("span", { class: "squares", role: "img", "aria-label": steps }, squares), text + cut);
}

function ofEntity(byte, entity, types) {
  if (byte === null) return { correct: null, outcome: "not known" };
  if (byte === UNDECIDED) return { correct: null, outcome: "undecided" };
  if (byte >= CORRECT) return { correct: true, outcome: `correct, ${entity.gold}`, colour: typeColour(entity.gold, types) };
  const type = types[byte] ?? "missed";
  return { correct: false, outcome: type, colour: typeColour(type, types) };
}

function ofSentence(value) {
  return { correct: value, outcome: value === null ? "not known" : value ? "correct" : "wrong" };
}
