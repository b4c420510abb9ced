// Saves the listed sentences as a file of the browser.

import { number } from "./numbers.js";
import * as server from "./server.js";

/** Saves the sentences of a query in the form `query.form`; returns words that say how many, or why none. */
export async function download(run, step, query) {
  let file;
  try {
    file = await server.download(run, step, query);
  } catch (error) {
    if (error instanceof server.Unavailable) return error.message;
    throw error;
  }
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file.blob);
  link.download = file.name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  return `Saved ${number(file.sentences)}`;
}
