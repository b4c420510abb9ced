// All runs: their names, and a table with entity F1 of each type at the last step, of each split the best first; a row opens its run.

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

/**
 * Draws the table into `parent`; `selected` is a run's name, `onSelect` is called with one. Runs of the same sentences
 * stand together, and the best score of these is bold.
 */
export function drawRuns(parent, { runs, selected, onSelect }) {
  const names = shortNames(runs.map(({ name }) => name));
  const ofTypes = new Map(runs.map(({ name, entity }) => [name, new Map(classScores(entity).map((one) => [one.name, one.f1]))]));
  const types = [...new Set([...ofTypes.values()].flatMap((scores) => [...scores.keys()]))];
  const rows = runs
    .map((run) => ({ ...run, scores: [overall("entity", run.entity).f1, ...types.map((type) => ofTypes.get(run.name).get(type))] }))
    .sort((one, other) => other.scores[0] - one.scores[0]);
  const splits = [...new Set(rows.map(({ fingerprint }) => fingerprint))];
  const body = splits.flatMap((split) => {
    const alike = rows.filter(({ fingerprint }) => fingerprint === split);
    const best = alike[0].scores.map((_, nth) => Math.max(...alike.map(({ scores }) => scores[nth] ?? 0)));
    const cell = (score, nth) => element("td", { class: alike.length > 1 && score === best[nth] ? "best" : null }, score?.toFixed(3) ?? "");
    return alike.map((row) => element("tr", { class: row.name === selected ? "open" : null },
      element("th", { scope: "row" }, element("button", {
        type: "button", class: "plain", title: row.name, "aria-pressed": String(row.name === selected), onclick: () => onSelect(row.name),
      }, element("bdi", {}, names.get(row.name)))),
      element("td", {}, row.split), element("td", {}, number(row.step)), row.scores.map(cell)));
  });
  const heads = ["run", "split", "step", "micro", ...types];
  const head = element("tr", {}, heads.map((text) => element("th", { scope: "col" }, element("bdi", {}, text))));
  replace(parent, element("table", { class: "scores runs" }, element("thead", {}, head), element("tbody", {}, body)));
}
