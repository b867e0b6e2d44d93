// The blocks of a message: plain text, and code.  Pure, and linear in the length of the text.
//
// Code is what stands between fences (three backticks or more, with an optional language),
// lines that are indented by four spaces or a tab, and, within a line, what stands between
// backticks.  A text that is a program as a whole is one block.  All else is plain text.

import { isProgram } from "./program.js";

const INDENTED = /^(?: {4}| {0,3}\t)\s*\S/u;
const OPENING_FENCE = /^ {0,3}(\u0060{3,})([^\u0060]*)$/u;
const LANGUAGE = /^[\w+#.-]{1,20}$/u;
const isBlank = (line) => line.trim() === "";

// The number of backticks at the end of a line.  A regular expression would be quadratic.
function trailingBackticks(line) {
  const end = line.trimEnd();
  let start = end.length;
  while (start > 0 && end[start - 1] === "\u0060") start -= 1;
  return end.length - start;
}

// The fenced code that begins at line `at`, or null: {code, language, next}.  Without a
// closing fence it extends to the end of the message.
function fencedCode(lines, at) {
  const [, fence, rest] = OPENING_FENCE.exec(lines[at]) ?? [];
  if (!fence) return null;
  const info = rest.trim();
  const language = LANGUAGE.test(info) ? info : "";
  // Some write the first line of the code beside the opening fence, or the last one beside
  // the closing fence.
  const code = info && !language ? [rest.trim()] : [];
  let next = at + 1;
  for (let closed = false; next < lines.length && !closed; next += 1) {
    const line = lines[next].trimEnd();
    const backticks = trailingBackticks(line);
    closed = backticks >= fence.length;
    const inside = closed ? line.slice(0, line.length - backticks) : lines[next];
    if (!closed || !isBlank(inside)) code.push(inside);
  }
  return { code, language, next };
}

// The line after the indented lines that begin at line `at`; blank lines may be among them.
function endOfIndented(lines, at) {
  let end = at;
  for (let index = at; index < lines.length; index += 1) {
    if (INDENTED.test(lines[index])) end = index + 1;
    else if (end === at || !isBlank(lines[index])) break;
  }
  return end;
}

// Each block is {kind: "text", text} or {kind: "code", text, language}.  Joined by line ends,
// the blocks are the text without its fences.
export function parseBlocks(text) {
  const lines = text.split("\n");
  const hasFence = lines.some((line) => OPENING_FENCE.test(line));
  if (!hasFence && isProgram(lines, (line) => INDENTED.test(line))) {
    return [{ kind: "code", text, language: "" }];
  }
  const blocks = [];
  const add = (kind, added, more) => {
    const last = blocks.at(-1);
    if (kind === "text" && last?.kind === "text") last.lines.push(...added);
    else blocks.push({ kind, lines: added, ...more });
  };
  for (let at = 0; at < lines.length; ) {
    const { code, language, next } = fencedCode(lines, at) ?? {};
    const end = next ?? endOfIndented(lines, at);
    const hasCode = code ? !code.every(isBlank) : end > at;
    if (hasCode) add("code", code ?? lines.slice(at, end), { language: language ?? "" });
    else add("text", lines.slice(at, Math.max(end, at + 1)));
    at = Math.max(end, at + 1);
  }
  return blocks.map(({ lines: own, ...block }) => ({ ...block, text: own.join("\n") }));
}

// The runs of backticks in a line: {start, end}.
function backtickRuns(line) {
  const runs = [...line.matchAll(/\u0060+/gu)];
  return runs.map(({ 0: { length }, index: start }) => ({ start, end: start + length }));
}

// "run `ls -l` first" -> [{text: "run "}, {code: "ls -l"}, {text: " first"}].  As many backticks
// end the code as begin it, so that it may contain others.
export function splitInlineCode(line) {
  const runs = backtickRuns(line);
  // From the last run to the first: the next run of the same length, without searching.
  const nextOfLength = new Map();
  for (let index = runs.length - 1; index >= 0; index -= 1) {
    const length = runs[index].end - runs[index].start;
    runs[index].closing = nextOfLength.get(length);
    nextOfLength.set(length, index);
  }
  const parts = [];
  let end = 0;
  for (let index = 0; index < runs.length; index += 1) {
    const { closing, end: start, start: opening } = runs[index];
    const code = closing === undefined ? "" : line.slice(start, runs[closing].start);
    if (isBlank(code)) continue;
    if (opening > end) parts.push({ text: line.slice(end, opening) });
    parts.push({ code: unpadded(code) });
    end = runs[closing].end;
    index = closing;
  }
  if (end < line.length) parts.push({ text: line.slice(end) });
  return parts;
}

// The space that separates a backtick in the code from those around it.
function unpadded(code) {
  return code.startsWith(" ") && code.endsWith(" ") ? code.slice(1, -1) : code;
}
