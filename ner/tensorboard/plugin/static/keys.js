// Keys of the whole tab: [ and ] move the step, Escape closes what is open.

import { outer } from "./state.js";

const TYPING = "select, textarea, input:not([type='radio'], [type='checkbox'], [type='range'])";

/** Calls `onStep(-1 or 1)` and `onClose()`, wherever the focus is: in the tab, or still in TensorBoard's page. */
export function followKeys({ onStep, onClose }) {
  const onKey = (event) => {
    if (window.innerWidth === 0) return; // another tab of TensorBoard is shown
    if (event.key === "Escape") onClose();
    if (event.ctrlKey || event.metaKey || event.target.matches?.(TYPING)) return;
    if (event.key === "[" || event.key === "]") onStep(event.key === "[" ? -1 : 1);
  };
  for (const page of new Set([document, outer().document])) page.addEventListener("keydown", onKey);
}
