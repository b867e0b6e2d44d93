// The messages that a text in the composer becomes.  Pure.
//
// A message has at most MAX_LINES lines and MAX_BYTES of UTF-8.  A longer text is divided
// at line ends, so that the messages, joined by line ends, are the text again, wherever it
// has two lines in a row that are not blank.

export const MAX_LINES = 100;
export const MAX_BYTES = 16 * 1024;
const MAX_MESSAGES = 20; // of one text; more is a file rather than a message
export const MAX_TEXT = MAX_MESSAGES * MAX_BYTES; // characters that one text can have at most

const BLANK_LINES_BEFORE = /^(?:[^\S\n]*\n)+/u;

const utf8 = new TextEncoder();
const byteLength = (text) => utf8.encode(text).length;
const isBlank = (line) => line.trim() === "";

export function countLines(text) {
  let count = 1;
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) count += 1;
  return count;
}

// The end of the longest message that begins with line `start`; `start` if there is none.
function endOfMessage(lines, start) {
  let bytes = -1; // one line end less than lines
  let end = start;
  while (end < lines.length && end - start < MAX_LINES) {
    bytes += byteLength(lines[end]) + 1;
    if (bytes > MAX_BYTES) break;
    end += 1;
  }
  return end;
}

// The line before which a text is divided, at most `end`.  Blank lines at the beginning
// of a message are not sent, and the server removes those at its end, so it is one between two
// others, if there is any.
function divide(lines, start, end) {
  if (end === lines.length) return end;
  for (let cut = end; cut > start; cut -= 1) {
    if (!isBlank(lines[cut - 1]) && !isBlank(lines[cut])) return cut;
  }
  return end;
}

// {messages, problem, line?}: `problem` is "line" if one line, of that number, is too long for a
// message, "text" if the text is too long, and else "".
export function messagesIn(text) {
  const lines = text.replace(/\r\n?/gu, "\n").split("\n");
  while (lines.length && isBlank(lines[lines.length - 1])) lines.pop();
  const messages = [];
  for (let start = 0; start < lines.length; ) {
    const end = endOfMessage(lines, start);
    if (end === start) return { messages: [], problem: "line", line: start + 1 };
    const cut = divide(lines, start, end);
    const message = lines.slice(start, cut).join("\n").replace(BLANK_LINES_BEFORE, "").trimEnd();
    if (message) messages.push(message);
    start = cut;
  }
  if (messages.length > MAX_MESSAGES) return { messages: [], problem: "text" };
  return { messages, problem: "" };
}
