// The list of sentences: a heading with their number, tools to search and copy them, and the sentences.

import { card } from "./card.js";
import { segments } from "./controls.js";
import { element, replace } from "./dom.js";
import { nextPage } from "./model.js";
import { number } from "./numbers.js";
import { makePanelTools } from "./paneltools.js";
import { messageOf } from "./server.js";
import { isAnythingOpen } from "./state.js";

const LISTS = [["cell", "Cell"], ["fixed", "Fixed"], ["regressed", "Regressed"]];

/** The panel: `{node, draw(view), reveal()}`; `change` and `close` of `actions` change the state: see index.js. */
export function makePanel({ change, close }) {
  const title = element("h2");
  const note = element("p", { class: "note", role: "status", "aria-live": "polite" });
  const lists = segments("Sentences", LISTS, (list) => change({ list }));
  const closer = element("button", { type: "button", class: "plain", onclick: close }, "Close");
  const tools = makePanelTools({ change });
  const legend = makeLegend();
  const list = element("ol", { class: "sentences" });
  const node = element("section", { class: "panel", "aria-label": "Sentences" },
    element("div", { class: "heading" }, title, closer), note, lists.node, tools.node, legend.node, list);

  const draw = (view) => {
    const { state, listing } = view;
    lists.node.hidden = !view.comparable;
    lists.set(state.list);
    closer.hidden = !isAnythingOpen(state);
    title.textContent = listing.title;
    const isNarrowed = listing.matching < listing.kept;
    note.textContent = listing.note + (isNarrowed ? ` · ${number(listing.matching)} of them match` : "");
    tools.draw(view);
    legend.draw(view);
    drawList(list, view);
  };
  /** Scrolls to the sentences if they are below the visible part of the page. */
  const reveal = () => {
    if (node.getBoundingClientRect().top > 0.8 * window.innerHeight) node.scrollIntoView();
  };
  return { node, draw, reveal };
}

/** What bars, squares and dots mean: `{node, draw(view)}`. */
function makeLegend() {
  const grey = { "--predicted": "var(--muted)", "--gold": "var(--muted)", "--colour": "var(--muted)" };
  const sample = (kind, text = "") => element("span", { class: kind, style: grey }, text);
  const squares = element("span", {}, "; ", sample("square correct"), " correct at a step, ", sample("square wrong"), " wrong");
  const unannotated = element("span", {}, "; ", sample("mark unannotated", "dotted"), " words without annotation, in no score");
  const node = element("p", { class: "legend" }, sample("mark predicted", "bar above"), " predicted, ", sample("mark gold", "bar below"),
    " gold, coloured by type; missed: gold and not predicted; spurious: predicted and not gold", squares, unannotated);
  const draw = ({ numAlike, listing }) => {
    node.hidden = listing.matching === 0;
    squares.hidden = numAlike < 2;
    unannotated.hidden = !listing.items.some(({ sentence }) => sentence.unannotated.length);
  };
  return { node, draw };
}

function drawList(list, view) {
  const { listing } = view;
  const cards = listing.items.map((item) => card(item, view));
  const left = listing.matching - cards.length;
  if (left <= 0) return replace(list, cards);
  const more = element("button", { type: "button", class: "plain", onclick: async () => {
    more.disabled = true;
    try {
      const { items, histories } = await nextPage(view, listing, listing.items.length);
      if (!more.isConnected) return; // other sentences are listed meanwhile
      const longer = { ...listing, items: [...listing.items, ...items], histories: new Map([...listing.histories, ...histories]) };
      drawList(list, { ...view, listing: longer });
    } catch (error) {
      more.textContent = `${messageOf(error)} Try again`;
      more.disabled = false;
    }
  } }, `Show more of ${number(left)}`);
  return replace(list, [...cards, element("li", { class: "more" }, more)]);
}
