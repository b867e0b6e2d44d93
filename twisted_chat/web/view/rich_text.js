// The nodes of a message's text, with its code.
//
// The text of the nodes is the text of the message, without fences and backticks: line ends
// are kept, so that what is selected, copied or searched is what was written.

import { strings } from "../strings.js";
import { parseBlocks, splitInlineCode } from "../text_blocks.js";
import { el, icon } from "./dom.js";
import { textNodes } from "./nodes.js";

// `nick`: whose mentions are marked; "" for nobody's.  `words`: to be marked as well.
export function richText(text, nick, words) {
  const makeCode = text.includes("\n") ? codeBlock : codeLine;
  const blocks = parseBlocks(text).map((block) =>
    block.kind === "code" ? [makeCode(block)] : plainLines(block.text, nick, words),
  );
  return blocks.flatMap((nodes, index) => (index ? ["\n", ...nodes] : nodes));
}

function plainLines(text, nick, words) {
  if (!text.includes("\u0060")) return textNodes(text, nick, words);
  return text.split("\n").flatMap((line, index) => {
    const nodes = splitInlineCode(line).flatMap(({ code, text: plain }) =>
      code === undefined ? textNodes(plain, nick, words) : [el("code", {}, code)],
    );
    return index ? ["\n", ...nodes] : nodes;
  });
}

// A message that is one line of code.  A program that is pasted into telnet is many of these:
// without frames and buttons they can be read as one.
function codeLine({ text }) {
  return el("pre", { class: "code line" }, el("code", { dir: "ltr" }, text));
}

function codeBlock({ text, language }) {
  const copy = el("button", {
    type: "button",
    class: "icon small copy",
    "data-action": "copyCode",
    "aria-label": strings.copyCode,
    title: strings.copyCode,
  });
  copy.append(icon("copy"));
  const code = el("code", { dir: "ltr", "data-language": language || null }, text);
  return el("pre", { class: "code" }, copy, code);
}
