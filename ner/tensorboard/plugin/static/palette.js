// One colour an entity type in all parts of the tab; style.css has the colours for light and dark.

const COLOURS = 10;

/** CSS colour of an entity type; colours repeat from the eleventh type on. */
export function typeColour(type, types) {
  const index = types.indexOf(type);
  return index < 0 ? "var(--muted)" : `var(--type-${index % COLOURS})`;
}

/** CSS colour of a class of any level: a type, a label (`B-LOC` has LOC's), or O. */
export function classColour(name, types) {
  return typeColour(types.includes(name) ? name : name.replace(/^[BI]-/, ""), types);
}

/** Whether a class is an I- label, which is drawn dashed. */
export function isInside(name) {
  return name.startsWith("I-");
}
