// Labelled controls that stay in place while what they control is drawn anew, so that the focus stays too.

import { element, replace } from "./dom.js";

/** A list to choose from: `{node, set(options, value)}`, options being `[value, text]`. */
export function choiceList(label, onChoose) {
  const list = element("select", { onchange: () => onChoose(list.value) });
  const node = element("label", { class: "control" }, element("span", {}, label), list);
  let shown = "";
  const set = (options, value) => {
    const wanted = JSON.stringify(options);
    if (wanted !== shown) replace(list, options.map(([one, text]) => element("option", { value: one }, text)));
    shown = wanted;
    list.value = value;
  };
  return { node, set };
}

/** Buttons of which one is pressed, as a group of radio buttons: `{node, set(value)}`. */
export function segments(label, options, onChoose) {
  const name = `segments-${label.replace(/\W/g, "-")}`;
  const inputs = options.map(([value]) =>
    element("input", { type: "radio", name, value, onchange: () => onChoose(value) }),
  );
  const buttons = options.map(([, text], index) => element("label", {}, inputs[index], element("span", {}, text)));
  const node = element("fieldset", { class: "segments" }, element("legend", {}, label), element("div", {}, buttons));
  const set = (value) => {
    for (const input of inputs) input.checked = input.value === value;
  };
  return { node, set };
}

/** A box to tick: `{node, set(ticked)}`. */
export function tick(label, onChange) {
  const box = element("input", { type: "checkbox", onchange: () => onChange(box.checked) });
  const node = element("label", { class: "tick" }, box, label);
  return { node, set: (ticked) => (box.checked = ticked) };
}

/** A field for words to look for: `{node, set(text)}`. */
export function searchField(label, onChange) {
  const field = element("input", { type: "search", placeholder: label, "aria-label": label, oninput: () => onChange(field.value) });
  const set = (text) => {
    if (field.value !== text) field.value = text;
  };
  return { node: field, set };
}

/** A slider over places 0 to `count - 1`: `{node, set(count, place, text)}`; `text` is read out. */
export function slider(label, onMove) {
  const input = element("input", { type: "range", min: 0, "aria-label": label, oninput: () => onMove(Number(input.value)) });
  const node = element("div", { class: "slider" }, input);
  const set = (count, place, text) => {
    input.max = String(count - 1);
    input.value = String(place);
    input.setAttribute("aria-valuetext", text);
    node.hidden = count < 2;
  };
  return { node, set };
}

/** A button that says for a moment what came of it: `onPress` returns that text. */
export function button(text, onPress) {
  const node = element("button", { type: "button", class: "plain" }, text);
  node.addEventListener("click", async () => {
    node.textContent = await onPress();
    setTimeout(() => (node.textContent = text), 2000);
  });
  return node;
}
