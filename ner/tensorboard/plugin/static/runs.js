// All runs: their names, and a table with entity F1 of each type at the last step, the best run first; a row opens its run.

import { element, replace } from "./dom.js";
import { number } from "./numbers.js";
import { classScores, overall } from "./scores.js";

const FEW = 6;

/** Name -> the same without the folders that all names share, at both ends: `a/x/validation`, `a/y/validation` -> x, y. */
export function shortNames(names) {
  const paths = names.map((name) => name.split("/"));
  if (names.length < 2) return new Map(names.map((name) => [name, name]));
  const shortest = Math.min(...paths.map((path) => path.length)) - 1;
  const shared = (part) => {
    let count = 0;
    while (count < shortest && paths.every((path) => part(path, count) === part(paths[0], count))) count += 1;
    return count;
  };
  const first = shared((path, nth) => path[nth]);
  const last = Math.min(shared((path, nth) => path.at(-1 - nth)), shortest - first);
  return new Map(names.map((name, index) => [name, paths[index].slice(first, paths[index].length - last).join("/")]));
}

/** `[name, text]` of each run to choose from; where there are many, with entity F1 and the best first. */
export function runChoices({ runs, lastEvaluations }) {
  const short = shortNames(runs.map(({ name }) => name));
  if (runs.length <= FEW) return runs.map(({ name }) => [name, short.get(name)]);
  const scores = new Map(lastEvaluations.map(({ name, entity }) => [name, overall("entity", entity).f1]));
  const best = runs.toSorted((one, other) => (scores.get(other.name) ?? -1) - (scores.get(one.name) ?? -1));
  return best.map(({ name }) => [name, scores.has(name) ? `${short.get(name)} · ${scores.get(name).toFixed(3)}` : short.get(name)]);
}

/** Draws the table into `parent`; `selected` is a run's name, `onSelect` is called with one. */
export function drawRuns(parent, { runs, selected, onSelect }) {
  const names = shortNames(runs.map(({ name }) => name));
  const rows = runs
    .map((run) => ({ ...run, f1: overall("entity", run.entity).f1, types: new Map(classScores(run.entity).map((one) => [one.name, one.f1])) }))
    .sort((one, other) => other.f1 - one.f1);
  const types = [...new Set(rows.flatMap((row) => [...row.types.keys()]))];
  const best = new Map(types.map((type) => [type, Math.max(...rows.map((row) => row.types.get(type) ?? 0))]));
  const cell = (value, isBest) => element("td", { class: isBest ? "best" : null }, value === undefined ? "" : value.toFixed(3));
  const heads = ["run", "split", "step", "micro", ...types];
  const body = rows.map((row, index) => element("tr", { class: row.name === selected ? "open" : null },
    element("th", { scope: "row" }, element("button", {
      type: "button", class: "plain", title: row.name, "aria-pressed": String(row.name === selected), onclick: () => onSelect(row.name),
    }, element("bdi", {}, names.get(row.name)))),
    element("td", {}, row.split), element("td", {}, number(row.step)), cell(row.f1, index === 0),
    types.map((type) => cell(row.types.get(type), rows.length > 1 && row.types.get(type) === best.get(type)))));
  const head = element("tr", {}, heads.map((text) => element("th", { scope: "col" }, element("bdi", {}, text))));
  replace(parent, element("table", { class: "scores runs" }, element("thead", {}, head), element("tbody", {}, body)));
}
