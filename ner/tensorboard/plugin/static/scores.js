// Scores from a confusion matrix with gold in rows.

/** Precision, recall, F1 and support of each class that is both a row and a column: `[{name, ...}]`. */
export function classScores({ rows, columns, counts }) {
  return rows
    .map((name, index) => ({ name, index }))
    .filter(({ name, index }) => columns[index] === name)
    .map(({ name, index }) => {
      const support = sum(counts[index]);
      const predicted = sum(counts.map((row) => row[index]));
      return { name, support, predicted, ...ratios(counts[index][index], predicted, support) };
    });
}

/** The average score of a level: micro for entities, macro for words and characters, as in the reports. */
export function overall(level, matrix) {
  const classes = classScores(matrix);
  if (level === "entity") {
    const [correct, predicted, support] = ["correct", "predicted", "support"].map((key) => sum(classes.map((one) => one[key])));
    return { name: "micro average", support, ...ratios(correct, predicted, support) };
  }
  const seen = classes.filter((one) => one.support + one.predicted > 0);
  const mean = (key) => (seen.length ? sum(seen.map((one) => one[key])) / seen.length : 0);
  const [precision, recall, f1] = ["precision", "recall", "f1"].map(mean);
  return { name: "macro average", support: sum(seen.map((one) => one.support)), precision, recall, f1 };
}

/** The matrix as fractions of the row sum (gold) or column sum (predicted), or as counts: see `kindOf`. */
export function cellValues(matrix, kind) {
  const { counts } = matrix;
  if (kind === "counts") return counts;
  const columnSums = counts[0].map((_, c) => sum(counts.map((row) => row[c])));
  return counts.map((row, r) => {
    const rowSum = sum(row);
    return row.map((count, c) => ratio(count, kindOf(matrix, kind, r, c) === "gold" ? rowSum : columnSums[c]));
  });
}

/** What a cell is a fraction of, `gold` or `predicted`: spurious entities are not gold, and missed ones not predicted. */
export function kindOf({ rows, columns }, kind, r, c) {
  if (kind === "gold" && !columns.includes(rows[r])) return "predicted";
  if (kind === "predicted" && !rows.includes(columns[c])) return "gold";
  return kind;
}

export function sum(values) {
  return values.reduce((total, value) => total + value, 0);
}

/** Precision, recall and F1 from counts; 0 where the denominator is. */
export function ratios(correct, predicted, support) {
  return {
    correct,
    precision: ratio(correct, predicted),
    recall: ratio(correct, support),
    f1: ratio(2 * correct, predicted + support),
  };
}

function ratio(part, whole) {
  return whole ? part / whole : 0;
}
