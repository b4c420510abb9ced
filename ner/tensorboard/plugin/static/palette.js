// One colour an entity type in all parts of the tab; style.css has the colours for light and dark.
//
// Twenty colours that can be told apart and read as text do not exist: from the eleventh type on colours repeat, with
// another pattern of lines.

const COLOURS = 10;
const PATTERNS = ["solid", "dashed", "dotted"];
const DASHES = { solid: "none", dashed: "9 4", dotted: "2 3" }; // of a curve, in pixels
const INSIDE_DASHES = { solid: "4 3", dashed: "9 3 3 3", dotted: "2 7" };

/** CSS colour of an entity type. */
export function typeColour(type, types) {
  const index = types.indexOf(type);
  return index < 0 ? "var(--muted)" : `var(--type-${index % COLOURS})`;
}

/** Line style of an entity type, as CSS names it for borders. */
export function typePattern(type, types) {
  return PATTERNS[Math.max(0, Math.floor(types.indexOf(type) / COLOURS)) % PATTERNS.length];
}

/** CSS colour of a class of any level: a type, a label (`B-LOC` has LOC's), or O. */
export function classColour(name, types) {
  return typeColour(typeOf(name, types), types);
}

/** CSS properties of the line for a class: `--colour`, `--pattern` of a border, `--dashes` of a curve. */
export function lineStyle(name, types) {
  const pattern = typePattern(typeOf(name, types), types);
  const isInside = name.startsWith("I-") && !types.includes(name);
  const dashes = (isInside ? INSIDE_DASHES : DASHES)[pattern];
  return { "--colour": classColour(name, types), "--pattern": isInside && pattern === "solid" ? "dashed" : pattern, "--dashes": dashes };
}

function typeOf(name, types) {
  return types.includes(name) ? name : name.replace(/^[BI]-/, "");
}
