// What was made of a sentence's entities at each step of the run.

import { element, number } from "./dom.js";
import { entitiesInFocus } from "./listing.js";
import { typeColour } from "./palette.js";
import * as server from "./server.js";

const RIGHT = 128; // see payload.py
const MOST_SQUARES = 60;
const ASKED_AT_ONCE = 500;

/**
 * Number of each sentence -> `{all, earlier, wholeSentence}`; `all` has one `{step, right, told}` a step, `earlier` those
 * before `step`. A gold entity of the open cell is followed by itself, anything else with its whole sentence.
 */
export async function histories(run, step, items, header) {
  const past = new Map();
  for (let first = 0; first < items.length; first += ASKED_AT_ONCE) {
    const followed = items.slice(first, first + ASKED_AT_ONCE).map((item) => ({ item, entity: followedEntity(item, header) }));
    const entities = followed.filter(({ entity }) => entity).map(({ entity }) => entity.number);
    const sentences = followed.filter(({ entity }) => !entity).map(({ item }) => item.sentence.n);
    const answer = await server.history(run, entities, sentences);
    for (const { item, entity } of followed) {
      const place = entity ? entities.indexOf(entity.number) : sentences.indexOf(item.sentence.n);
      const all = answer.steps.map((at, index) => {
        const value = (entity ? answer.entities : answer.sentences)[index][place];
        return { step: at, ...(entity ? ofEntity(value, entity, header.types) : ofSentence(value)) };
      });
      past.set(item.sentence.n, { all, earlier: all.filter((one) => one.step < step), wholeSentence: !entity });
    }
  }
  return past;
}

/** The first gold entity of the open cell in a sentence, if its number is known. */
function followedEntity(item, header) {
  if (item.focus?.level !== "entity") return null;
  const known = (entity) => entity.number !== null && entity.number < header.history;
  return entitiesInFocus(item, header.labels).find(known) ?? null;
}

/** Words and squares, one a step: "never right before", "right at 3 of 5 earlier steps, last at 400". */
export function pastView(history, step) {
  const { all, earlier, wholeSentence } = history;
  if (all.length < 2) return element("span", { class: "past" });
  const right = earlier.filter((one) => one.right);
  const who = wholeSentence ? "sentence " : "";
  const told = !earlier.length
    ? "the first step"
    : right.length
      ? `${who}right at ${right.length} of ${earlier.length} earlier steps, last at ${number(right.at(-1).step)}`
      : `${who}never right before`;
  const shown = all.slice(-MOST_SQUARES);
  const squares = shown.map((one) =>
    element("span", {
      class: `square ${one.right ? "right" : "wrong"}${one.step === step ? " now" : ""}`,
      style: { "--colour": one.colour ?? "var(--quiet)" },
      title: `step ${number(one.step)}: ${one.told}`,
    }),
  );
  const steps = shown.map((one) => `step ${one.step}: ${one.told}`).join("; ");
  return element("span", { class: "past" }, element("span", { class: "squares", role: "img", "aria-label": steps }, squares), told);
}

function ofEntity(byte, entity, types) {
  if (byte === null) return { right: false, told: "not known" };
  if (byte >= RIGHT) return { right: true, told: `right, ${entity.gold}`, colour: typeColour(entity.gold, types) };
  const type = types[byte] ?? "missed";
  return { right: false, told: type, colour: typeColour(type, types) };
}

function ofSentence(value) {
  return { right: value === true, told: value === null ? "not known" : value ? "all right" : "something wrong" };
}
