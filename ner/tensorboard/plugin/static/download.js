// Saves the listed sentences as a file of the browser.

import { number } from "./numbers.js";
import * as server from "./server.js";

/** Saves the sentences of a query in the form `query.form`; returns words that say how many, throws `server.Unavailable`. */
export async function download(run, step, query) {
  const file = await server.download(run, step, query);
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file.blob);
  link.download = file.name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  return `Saved ${number(file.sentences)}${file.leftOut ? `, left out ${number(file.leftOut)} too long` : ""}`;
}
