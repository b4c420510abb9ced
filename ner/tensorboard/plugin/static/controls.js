// Labelled controls, which are updated and not redrawn, so that they keep the focus.

import { element, replace } from "./dom.js";
import { messageOf } from "./server.js";

const SEARCH_MILLISECONDS = 200; // from the last key to the search

/** A drop-down list: `{node, set(options, value)}`; options are `[value, text]`. */
export function choiceList(label, onChoose) {
  const list = element("select", { onchange: () => onChoose(list.value) });
  const node = element("label", { class: "control" }, element("span", {}, label), list);
  let shown = "";
  const set = (options, value) => {
    const wanted = JSON.stringify(options);
    if (wanted !== shown) replace(list, options.map(([one, text]) => element("option", { value: one }, text)));
    shown = wanted;
    list.value = value;
    list.title = list.selectedOptions[0]?.textContent ?? ""; // a long name is cut where the list is closed
  };
  return { node, set };
}

/** A segmented control, which is a group of radio buttons: `{node, set(value)}`. */
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

/** A checkbox: `{node, set(ticked)}`. */
export function tick(label, onChange) {
  const box = element("input", { type: "checkbox", onchange: () => onChange(box.checked) });
  const node = element("label", { class: "tick" }, box, label);
  return { node, set: (ticked) => (box.checked = ticked) };
}

/** A search field: `{node, set(text)}`; `onChange` is called after the last key, and until then the text stays. */
export function searchField(label, onChange) {
  let timer = null;
  const search = () => {
    timer = null;
    onChange(field.value);
  };
  const wait = () => {
    clearTimeout(timer);
    timer = setTimeout(search, SEARCH_MILLISECONDS);
  };
  const field = element("input", { type: "search", placeholder: label, "aria-label": label, oninput: wait });
  const set = (text) => {
    if (timer === null && field.value !== text) field.value = text;
  };
  return { node: field, set };
}

/** A slider over 0 to `count - 1`: `{node, set(count, index, text), move(by)}`; screen readers read `text`. */
export function slider(label, onMove) {
  const input = element("input", { type: "range", min: 0, "aria-label": label, title: "keys [ and ]", oninput: () => onMove(Number(input.value)) });
  const node = element("div", { class: "slider" }, input);
  const set = (count, index, text) => {
    input.max = String(count - 1);
    input.value = String(index);
    input.setAttribute("aria-valuetext", text);
    node.hidden = count < 2;
  };
  const move = (by) => {
    const to = Number(input.value) + by;
    if (to >= 0 && to <= Number(input.max)) onMove(to);
  };
  return { node, set, move };
}

/** A button that shows the text `onPress` returns for two seconds, or why it failed. */
export function button(text, onPress, title) {
  const node = element("button", { type: "button", class: "plain", ...(title && { title }) }, text);
  node.addEventListener("click", async () => {
    node.textContent = await onPress().catch(messageOf);
    setTimeout(() => (node.textContent = text), 2000);
  });
  return node;
}
