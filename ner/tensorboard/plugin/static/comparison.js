// Two evaluations beside each other: whether they can be compared, and whether the difference of F1 is significant.

import { number, signedScore } from "./numbers.js";
import { shortNames } from "./runs.js";

/** Whether two evaluations are of the same sentences and types; `before` may be null. */
export function isComparable(header, before) {
  const identity = ({ fingerprint, types }) => JSON.stringify([fingerprint, types]);
  return Boolean(before) && identity(header) === identity(before);
}

/** `before`, if its matrix of `level` has the same classes; else null. */
export function sameLevel(before, header, level) {
  const names = ({ levels }) => JSON.stringify([levels[level].rows, levels[level].columns]);
  return before && names(before) === names(header) ? before : null;
}

/**
 * `[shown, before]` as text: `step 300` and `step 200` of one run, `small, step 300` and `large, step 300` of two, whose
 * names are without what both share.
 */
export function evaluationNames({ run, header, before, state: { against_run: other } }) {
  const names = shortNames([run, other]);
  const named = (name, { step }) => (other === run ? "" : `${names.get(name)}, `) + `step ${number(step)}`;
  return [named(run, header), named(other, before)];
}

/** "Micro F1 +0.012, 95% interval −0.003 to +0.027; better in 94% of 1,000 resamples of documents". */
export function significanceText({ difference, interval: [low, high], better, unit }) {
  return `Micro F1 ${signedScore(difference)}, 95% interval ${signedScore(low)} to ${signedScore(high)}; better in ${Math.round(100 * better)}% of 1,000 resamples of ${unit}s`;
}
