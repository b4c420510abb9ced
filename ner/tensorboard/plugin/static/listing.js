// Which sentences are listed, and how many there are that are not.

import { counted, number } from "./dom.js";
import { complete, entitiesOf, textOf } from "./entities.js";

const RIGHT = 128; // see payload.py
const OUTSIDE = "O";

/**
 * The kept sentences of the open cell, or with no cell open those with an error:
 * `{title, note, items: [{sentence, confidence, focus}]}`.
 */
export function cellListing({ header, examples, state }) {
  const { level, gold, predicted } = state;
  const matrix = header.levels[level];
  const [row, column] = [matrix.rows.indexOf(gold), matrix.columns.indexOf(predicted)];
  if (row < 0 || column < 0) return errorListing(header, examples, state.search);
  const found = examples.cells[level].find(([r, c]) => r === row && c === column);
  const items = itemsOf(found, examples, { level, gold, predicted });
  const total = matrix.sentences[row][column];
  if (gold === OUTSIDE && predicted === OUTSIDE) {
    return { title: "O taken for O", note: "Nearly every sentence has these; none are kept.", items: [] };
  }
  const what = gold === predicted ? `${gold} found` : `gold ${gold}, predicted ${predicted}`;
  const title = `${number(matrix.counts[row][column])} of ${what}`;
  return { title, note: keptNote(items.length, total, header.kept.surest, gold === predicted), items };
}

/** The sentences that one evaluation has right and another has not: `kind` is "mended" or "broken". */
export function changedListing({ header, examples, before, examplesBefore, outcomes, outcomesBefore, kind }) {
  if (header.fingerprint !== before.fingerprint) {
    const note = "The two evaluations are not of the same sentences, so nothing can be said about single ones.";
    return { title: "Not comparable", note, items: [] };
  }
  const known = Math.min(header.sentences, header.history);
  const changed = [];
  for (let sentence = 0; sentence < known; sentence += 1) {
    const [was, is] = [isRight(outcomesBefore.sentences, sentence), isRight(outcomes.sentences, sentence)];
    if (kind === "mended" ? !was && is : was && !is) changed.push(sentence);
  }
  // What was wrong is told by the evaluation that had it wrong.
  const source = kind === "mended" ? examplesBefore : examples;
  const kept = new Map(source.sentences.map((sentence) => [sentence.n, sentence]));
  const items = changed
    .filter((sentence) => kept.has(sentence))
    .map((sentence) => itemOf(complete(kept.get(sentence)), null, null));
  const entities = changedEntities(outcomes.entities, outcomesBefore.entities, kind);
  const verb = kind === "mended" ? "wrong before, all right now" : "all right before, wrong now";
  const title = `${counted(changed.length, "sentence")} ${kind}: ${verb}`;
  const limit = known < header.sentences ? ` Only the first ${number(known)} sentences are compared.` : "";
  const note = `${shown(items.length, changed.length)}. Of single entities, ${number(entities)} ${kind}.${limit}`;
  return { title, note, items };
}

/** Items that `search` finds and whose past is the one asked for, in the order asked for. */
export function chosen(items, { search, order, past }, histories) {
  const wanted = search.trim().toLowerCase();
  const found = items.filter((item) => !wanted || item.text.toLowerCase().includes(wanted));
  const kept = found.filter((item) => {
    if (past === "any") return true;
    const history = histories?.get(item.sentence.n);
    return history && (past === "right") === history.earlier.some((one) => one.right);
  });
  if (order === "telling") return kept;
  if (order === "file") return kept.toSorted((one, other) => one.sentence.n - other.sentence.n);
  return kept.toReversed();
}

/** The entities of the open cell in a sentence; all wrong ones where no cell of entities is open. */
export function entitiesInFocus({ sentence, focus }, labels) {
  const all = entitiesOf(sentence, labels);
  if (focus?.level !== "entity") return all.filter((entity) => entity.gold !== entity.predicted);
  return all.filter((entity) => entity.gold === focus.gold && entity.predicted === focus.predicted);
}

function errorListing(header, examples, search) {
  if (search.trim()) {
    const items = examples.sentences.map((sentence) => itemOf(complete(sentence), null, null));
    return {
      title: "Search in all kept sentences",
      note: `${number(items.length)} of ${counted(header.sentences, "sentence")} are kept and searched.`,
      items,
    };
  }
  const items = itemsOf(examples.cells.sentence[0], examples, null).map((item) => ({ ...item, confidence: null }));
  return {
    title: `${counted(header.wrongSentences, "sentence")} with a wrong entity`,
    note: `${keptNote(items.length, header.wrongSentences, header.kept.surest, false)}. Open a cell of the matrix to see its own.`,
    items,
  };
}

function itemsOf(cell, examples, focus) {
  if (!cell) return [];
  const [, , indices, confidences] = cell;
  return indices.map((index, place) => itemOf(complete(examples.sentences[index]), confidences[place], focus));
}

function itemOf(sentence, confidence, focus) {
  return { sentence, confidence, focus, text: textOf(sentence, 0, sentence.tokens.length) };
}

function keptNote(kept, total, surest, right) {
  if (kept >= total) return total > 1 ? `All ${counted(total, "sentence")} shown` : `${counted(total, "sentence")} shown`;
  const first = right ? `the ${surest} that the tagger is least sure of` : `the ${surest} surest errors`;
  return `${shown(kept, total)}: ${first}, the others drawn by lot`;
}

function shown(kept, total) {
  return `${number(kept)} of ${counted(total, "sentence")} shown`;
}

function changedEntities(now, before, kind) {
  let count = 0;
  for (let index = 0; index < Math.min(now.length, before.length); index += 1) {
    const [was, is] = [before[index] >= RIGHT, now[index] >= RIGHT];
    if (kind === "mended" ? !was && is : was && !is) count += 1;
  }
  return count;
}

function isRight(bits, sentence) {
  return Boolean(bits[sentence >> 3] & (128 >> (sentence & 7)));
}
