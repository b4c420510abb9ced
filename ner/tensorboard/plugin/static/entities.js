// Entities of a sentence, gold and predicted; the rules are those of ner/text/spans.py and ner/analysis/pairs.py.

/** Spans `{type, start, end}` (end exclusive) of IOB2 labels; I-X opens one where none of type X is open. */
export function spansOf(labels) {
  const found = [];
  let open = "";
  let start = 0;
  [...labels, "O"].forEach((label, place) => {
    const [prefix, type] = label === "O" ? ["O", ""] : [label[0], label.slice(2)];
    if (prefix === "I" && type === open) return;
    if (open) found.push({ type: open, start, end: place });
    [open, start] = [type, place];
  });
  return found;
}

/** Entities of a sentence in text order: `{start, end, gold, predicted, confidence, number}`. */
export function entitiesOf(sentence, labels) {
  const names = (ids) => ids.map((id) => labels[id]);
  const predicted = spansOf(names(sentence.predicted));
  const pairs = spansOf(names(sentence.gold)).map((span, index) => {
    const match = predicted.findIndex((other) => other.start === span.start && other.end === span.end);
    const type = match < 0 ? "missed" : predicted.splice(match, 1)[0].type;
    // Where tokens are left out before, nobody knows how many entities stand in them.
    return { ...place(span), gold: span.type, predicted: type, number: sentence.before ? null : sentence.first + index };
  });
  const spurious = predicted.map((span) => ({ ...place(span), gold: "spurious", predicted: span.type, number: null }));
  return [...pairs, ...spurious]
    .sort((one, other) => one.start - other.start || one.end - other.end)
    .map((entity) => ({ ...entity, confidence: meanConfidence(sentence, entity) }));
}

/** Text between two tokens, as it was written. */
export function textOf(sentence, start, end) {
  return sentence.tokens
    .slice(start, end)
    .map((token, index) => token + (start + index === end - 1 || sentence.glued.includes(start + index) ? "" : " "))
    .join("");
}

/** A sentence as the server sends it, with what it leaves out because it is empty. */
export function complete(sentence) {
  return { glued: [], characters: [], before: 0, after: 0, ...sentence };
}

function place({ start, end }) {
  return { start, end };
}

function meanConfidence({ confidences }, { start, end }) {
  return Math.floor(confidences.slice(start, end).reduce((total, one) => total + one, 0) / (end - start));
}
