// Follows TensorBoard's light or dark theme.

import { outer } from "./state.js";

/** Sets `data-theme` of the document, now and whenever TensorBoard's theme changes. */
export function followTheme() {
  const body = outer() === window ? null : outer().document.body;
  const system = window.matchMedia("(prefers-color-scheme: dark)");
  const apply = () => {
    const dark = body ? body.classList.contains("dark-mode") : system.matches;
    document.documentElement.dataset.theme = dark ? "dark" : "light";
  };
  apply();
  if (body) new MutationObserver(apply).observe(body, { attributeFilter: ["class"] });
  else system.addEventListener("change", apply);
}
