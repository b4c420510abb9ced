// Creates elements without HTML: text is always a text node, so corpus text cannot become markup.

const SVG = "http://www.w3.org/2000/svg";

/** An HTML element; attributes that start with `on` are listeners; `null` and `false` attributes are omitted. */
export function element(name, attributes = {}, ...children) {
  return fill(document.createElement(name), attributes, children);
}

/** An SVG element; as `element`. */
export function drawing(name, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, name), attributes, children);
}

/** Replaces the content of `parent` by `children`, nodes and strings; the focus moves to what takes its place. */
export function replace(parent, ...children) {
  const place = focusable(parent).indexOf(document.activeElement);
  parent.replaceChildren(...children.flat().filter((child) => child !== null));
  if (place >= 0) focusable(parent)[place]?.focus({ preventScroll: true });
}

function focusable(parent) {
  return [...parent.querySelectorAll("button, input, select, summary, [tabindex]")];
}

function fill(made, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === false) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (name === "style") for (const [key, one] of Object.entries(value)) made.style.setProperty(key, one);
    else made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.flat().filter((child) => child !== null));
  return made;
}
