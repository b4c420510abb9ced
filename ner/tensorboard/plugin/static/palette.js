// One colour an entity type, in every part of the tab; style.css has the colours for light and dark.

const COLOURS = 10;

/** CSS colour of an entity type; from the eleventh type on, colours come again. */
export function typeColour(type, types) {
  const index = types.indexOf(type);
  return index < 0 ? "var(--quiet)" : `var(--type-${index % COLOURS})`;
}

/** CSS colour of a class of any level: a type, a label (`B-LOC` has LOC's), or O. */
export function classColour(name, types) {
  return typeColour(types.includes(name) ? name : name.replace(/^[BI]-/, ""), types);
}

/** Whether a class is a label of the inside of an entity, drawn dashed beside the label that begins it. */
export function isInside(name) {
  return name.startsWith("I-");
}
