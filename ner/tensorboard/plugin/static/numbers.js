// Numbers as text.

/** `12345` -> `12,345`. */
export function number(value) {
  return value.toLocaleString("en");
}

/** `1, "sentence"` -> `1 sentence`; `2` -> `2 sentences`. */
export function counted(value, noun) {
  return `${number(value)} ${value === 1 ? noun : noun.replace(/y$/, "ie") + "s"}`;
}

/** A change of a count: `+1,200`, `−3`, `±0`. */
export function signedCount(change) {
  return change ? `${sign(change)}${number(Math.abs(change))}` : "±0";
}

/** A change of a score: `+0.012`, `−0.003`. */
export function signedScore(change) {
  return `${sign(change)}${Math.abs(change).toFixed(3)}`;
}

/** A contribution to a score: `+1.25`, `−0.10`, `±0.00`. */
export function signedShare(share) {
  const text = Math.abs(share).toFixed(2);
  return Number(text) === 0 ? "±0.00" : `${sign(share)}${text}`;
}

function sign(value) {
  return value < 0 ? "−" : "+";
}
