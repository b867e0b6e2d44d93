// Copies code to the clipboard.
//
// Browsers have the clipboard interface only for pages over https and on localhost.  Others
// copy the selection; where that is not allowed either, the code stays selected.

import { strings } from "../strings.js";
import { announce } from "./dom.js";

const SHOWN_MS = 2000;

export async function copyCode(button) {
  const code = button.parentNode.querySelector("code");
  const copied = (await copyText(code.textContent)) || copySelection(code);
  announce(copied ? strings.copied : strings.codeSelected);
  if (!copied) return;
  button.classList.add("done");
  setTimeout(() => button.classList.remove("done"), SHOWN_MS);
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
