// Copies code and messages to the clipboard.
//
// Browsers have the clipboard interface only for pages over https and on localhost.  Others
// copy the selection; where that is not allowed either, the text stays selected.

import { strings } from "../strings.js";
import { announce } from "./dom.js";

const SHOWN_MS = 2000;

export async function copyCode(button) {
  const code = button.parentNode.querySelector("code");
  if (!(await copy(code, code.textContent))) return;
  button.classList.add("done");
  setTimeout(() => button.classList.remove("done"), SHOWN_MS);
}

// `node` shows the text.  False if the browser did not allow it.
export async function copy(node, text) {
  const copied = (await copyText(text)) || copySelection(node);
  announce(copied ? strings.copied : strings.textSelected);
  return copied;
}

async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

function copySelection(node) {
  const selection = getSelection();
  const before = selection.rangeCount ? selection.getRangeAt(0) : null;
  selection.selectAllChildren(node);
  if (!document.execCommand("copy")) return false;
  selection.removeAllRanges();
  if (before) selection.addRange(before);
  return true;
}
