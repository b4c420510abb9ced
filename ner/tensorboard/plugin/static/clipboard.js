// Copies to the clipboard: sentences as CoNLL columns or CSV with a line an entity, matrices as CSV.

import { entitiesOf, locationOf, textOf } from "./entities.js";

/** CoNLL columns: token, gold label, predicted label and confidence, tab-separated; an empty line ends a sentence. */
export function conll(items, header) {
  const { labels } = header;
  const blocks = items.map(({ sentence }) => {
    const cut = sentence.before || sentence.after ? ` (cut: ${sentence.before} tokens before, ${sentence.after} after)` : "";
    const lines = sentence.tokens.map((token, index) => {
      const gold = sentence.unannotated.includes(index) ? "-" : labels[(sentence.annotation ?? sentence.gold)[index]];
      const columns = [gold, labels[sentence.predicted[index]]];
      return [token.replace(/[\t\r\n]/g, " "), ...columns, (sentence.confidences[index] / 100).toFixed(2)].join("\t");
    });
    return [`# sentence ${sentence.n + 1}: ${locationOf(sentence, header)}${cut}`, ...lines, ""].join("\n");
  });
  return blocks.join("\n");
}

/** A line for each entity, gold or predicted, of the sentences. */
export function entitiesCsv(items, header) {
  const lines = items.flatMap(({ sentence }) =>
    entitiesOf(sentence, header.labels).map((entity) => [
      sentence.n + 1,
      locationOf(sentence, header),
      textOf(sentence, entity.start, entity.end),
      entity.gold,
      entity.predicted,
      (entity.confidence / 100).toFixed(2),
      textOf(sentence, 0, sentence.tokens.length),
    ]),
  );
  return csv([["sentence", "location", "entity", "gold", "predicted", "confidence", "text"], ...lines]);
}

/** Counts with names: rows are gold, columns predicted. */
export function matrixCsv({ rows, columns, counts }) {
  return csv([["gold \\ predicted", ...columns], ...rows.map((row, index) => [row, ...counts[index]])]);
}

/** Copies `text` to the clipboard; returns whether it succeeded. */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyFromPage(text); // not allowed in this frame, or not served from localhost or over https
  }
}

function copyFromPage(text) {
  const area = document.createElement("textarea");
  area.value = text;
  area.style.cssText = "position: fixed; opacity: 0";
  document.body.append(area);
  area.select();
  const copied = document.execCommand("copy");
  area.remove();
  return copied;
}

/** Quoted where needed; a leading = + - @ gets an apostrophe, so that a spreadsheet does not read a formula. */
function csv(rows) {
  const field = (value) => {
    const text = typeof value === "string" && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return rows.map((row) => row.map(field).join(",") + "\r\n").join("");
}
