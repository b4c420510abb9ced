// Why an entity has its label: the letters that speak for it and against it, computed by the server on demand.

import { choiceList } from "./controls.js";
import { element, replace } from "./dom.js";
import { entitiesOf, isInFocus, textOf } from "./entities.js";
import { number, signedShare } from "./numbers.js";
import { directionOf } from "./sentence.js";
import * as server from "./server.js";

const OUTSIDE = "O";
const READ = 200; // characters of words on each side of an entity: what the server reads, or more where it reads spaces
const WEAK = 0.04; // of the largest share: letters of less are not coloured
const POLL_MILLISECONDS = 400;

const opened = new Map(); // what is asked in open cards, by run and sentence: the list is drawn again while one is open

/** A folded part of a sentence's card, which asks when it is opened; null where there is no entity. */
export function whyView({ run, sentence, focus, header }) {
  const entities = entitiesOf(sentence, header.labels);
  if (!entities.length) return null;
  const answer = element("div", { class: "answer", role: "status", "aria-live": "polite" });
  const key = JSON.stringify([run, sentence.n]);
  const before = opened.get(key);
  let entity = entities[before?.index] ?? firstAsked(entities, focus);
  let pair = pairsOf(entity, header.types).find((one) => String(one) === before?.pair) ?? pairsOf(entity, header.types)[0];
  let requests = 0;

  const ask = () => {
    const request = (requests += 1);
    const isWanted = () => request === requests && node.open;
    const question = { ...around(sentence, entity), label: pair[0], against: pair[1] };
    return explain(run, question, isWanted, (nodes) => replace(answer, ...nodes));
  };
  const which = choiceList("Entity", (index) => { entity = entities[index]; pair = pairsOf(entity, header.types)[0]; draw(); });
  const pairs = choiceList("Why", (value) => { pair = JSON.parse(value); draw(); });
  const draw = () => {
    which.set(entities.map((one, index) => [String(index), `${textOf(sentence, one.start, one.end)} (${described(one)})`]), String(entities.indexOf(entity)));
    opened.set(key, { index: entities.indexOf(entity), pair: String(pair) });
    pairs.set(pairsOf(entity, header.types).map((one) => [JSON.stringify(one), `${one[0]} rather than ${one[1]}`]), JSON.stringify(pair));
    ask();
  };
  const toggle = () => (node.open ? draw() : opened.delete(key));
  const node = element("details", { class: "why", open: before !== undefined, ontoggle: toggle },
    element("summary", {}, "Why?"), element("div", { class: "tools" }, which.node, pairs.node), answer);
  return node;
}

/** Asks until the model is loaded; what is known is shown, as long as `isWanted()`. */
async function explain(run, question, isWanted, show) {
  try {
    for (;;) {
      const found = await server.explain(run, question);
      if (!isWanted()) return;
      if (found.state !== "loading") return show(letters(found, [question.label, question.against]));
      show([element("p", { class: "note" }, "Loading the model …")]);
      await new Promise((done) => setTimeout(done, POLL_MILLISECONDS));
    }
  } catch (error) {
    const message = server.messageOf(error);
    if (isWanted()) show([element("p", { class: "note" }, message)]);
  }
}

/** The entity of the open cell, else the first wrong one, else the first. */
function firstAsked(entities, focus) {
  return entities.find((one) => isInFocus(one, focus)) ?? entities.find((one) => one.gold !== one.predicted) ?? entities[0];
}

function described({ gold, predicted }) {
  return gold === predicted ? `${gold}, correct` : `gold ${gold}, predicted ${predicted}`;
}

/** Labels to compare, `[label, against]`: first what was predicted with what is right. */
function pairsOf({ gold, predicted }, types) {
  const own = [predicted, gold].filter((name, index, all) => types.includes(name) && all.indexOf(name) === index);
  const first = own.length === 2 ? [own] : [];
  const others = own.flatMap((label) => [OUTSIDE, ...types].filter((one) => one !== label).map((one) => [label, one]));
  return [...first, ...others.filter(([label, one]) => label !== first[0]?.[0] || one !== first[0]?.[1])];
}

/** The part of a sentence that the server needs to explain an entity. */
function around({ tokens, noSpaceAfter }, { start, end }) {
  let [from, to] = [start, end];
  for (let left = READ; from > 0 && left > 0; ) left -= tokens[(from -= 1)].length;
  for (let left = READ; to < tokens.length && left > 0; to += 1) left -= tokens[to].length;
  const inside = noSpaceAfter.filter((index) => index >= from && index < to).map((index) => index - from);
  return { tokens: tokens.slice(from, to), noSpaceAfter: inside, first: start - from, end: end - from };
}

function letters({ step, text, start, end, first, shares, score, baseline, gap, complete, fragments }, [label, against]) {
  const characters = [...text];
  const largest = Math.max(...shares.map(Math.abs)) || 1;
  const paragraph = element("p", { class: "sentence letters", dir: directionOf(text) });
  let word = null;
  characters.forEach((character, place) => {
    const share = shares[place - first] ?? 0;
    const strength = Math.abs(share) / largest;
    const classes = [strength > WEAK ? (share > 0 ? "for" : "against") : "", place >= start && place < end ? "asked" : ""];
    if (word === null || character === " ") paragraph.append((word = element("bdi")));
    const style = { "--strength": `${Math.round(100 * strength)}%` };
    word.append(element("span", { class: classes.join(" ").trim() || null, style, title: `${character} ${signedShare(share)}` }, character));
    if (character === " ") word = null;
  });
  const parts = (sign) => fragments.filter(([, , share]) => Math.sign(share) === sign)
    .map(([from, to, share]) => `“${characters.slice(from, to).join("")}” ${signedShare(share)}`).join(", ") || "nothing";
  const missing = complete ? "" : ` but for ${signedShare(gap)}`; // the integral is a sum of finitely many terms
  return [
    paragraph,
    element("p", {}, element("b", {}, `For ${label}: `), `${parts(1)}. `, element("b", {}, `Against ${label}: `), `${parts(-1)}.`),
    element("p", { class: "note" },
      element("span", { class: "letters" }, element("span", { class: "for", style: { "--strength": "100%" } }, "Blue"), " letters speak for ", label, ", ",
        element("span", { class: "against", style: { "--strength": "100%" } }, "orange"), " ones against it, strong colours most; underlined: the entity. "),
      `Log-odds of ${label} to ${against}: ${signedShare(score)}; ${signedShare(baseline)} where nothing is read, and the letters add up to the difference${missing} (integrated gradients). `,
      `Best weights, of step ${number(step)}.`),
  ];
}
