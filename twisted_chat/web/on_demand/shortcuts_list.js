// The dialog that lists the keyboard shortcuts.

import { IS_MAC, OTHER_KEYS, SHORTCUTS, keyNames } from "../shortcuts.js";
import { byId, el } from "../view/dom.js";
import { texts } from "./texts.js";

export class ShortcutsList {
  constructor() {
    const rows = [...SHORTCUTS, ...OTHER_KEYS].map((one) => makeRow(one, texts.shortcuts[one.action]));
    byId("shortcuts_list").append(...rows);
  }

  // In place of another dialog.
  open() {
    document.querySelector("dialog[open]")?.close();
    byId("shortcuts_dialog").showModal();
  }
}

function makeRow(shortcut, text) {
  const keys = keyNames(shortcut, IS_MAC).map((name) => el("kbd", {}, name));
  return el("div", { class: "shortcut" }, el("dt", {}, text), el("dd", {}, ...keys));
}
