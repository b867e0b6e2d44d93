// Which messages are folded: shown in part until the user asks for the rest.  Pure.

import { countLines } from "./message_parts.js";

const MAX_LINES = 20;
const MAX_LENGTH = 3000; // characters: about twenty lines where the text is wide

const measured = new WeakMap(); // entry -> {text, lines, revision}
let lastRevision = 0;

// The number of lines of an entry's text, and a number that differs when the text does.
// Counted once: each change of the screen asks for all entries.
export function measure(entry) {
  const { text } = entry;
  const known = measured.get(entry);
  if (known?.text === text) return known;
  lastRevision += 1;
  const size = { text, lines: countLines(text), revision: lastRevision };
  measured.set(entry, size);
  return size;
}

export const isLong = ({ text, lines }) => lines > MAX_LINES || text.length > MAX_LENGTH;
