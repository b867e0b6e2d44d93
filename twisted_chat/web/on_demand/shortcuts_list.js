// The dialog that lists the keyboard shortcuts.

import { IS_MAC, OTHER_KEYS, SHORTCUTS, keyNames } from "../shortcuts.js";
import { el } from "../view/dom.js";
import { texts } from "./texts.js";

export class ShortcutsList {
  constructor({ views }) {
    const rows = [...SHORTCUTS, ...OTHER_KEYS].map((one) => makeRow(one, texts.shortcuts[one.action]));
    this.dialog = el(
      "dialog",
      { id: "shortcuts_dialog", "aria-labelledby": "shortcuts_title" },
      el(
        "form",
        { method: "dialog" },
        el("h2", { id: "shortcuts_title" }, texts.shortcutsTitle),
        el("dl", { class: "shortcuts", id: "shortcuts_list" }, ...rows),
        el("div", { class: "actions" }, el("button", { type: "submit", class: "primary" }, texts.close)),
      ),
    );
    document.body.append(this.dialog);
    views.backButton.watch(this.dialog);
  }

  // In place of another dialog.
  open() {
    document.querySelector("dialog[open]")?.close();
    this.dialog.showModal();
  }
}

function makeRow(shortcut, text) {
  const keys = keyNames(shortcut, IS_MAC).map((name) => el("kbd", {}, name));
  return el("div", { class: "shortcut" }, el("dt", {}, text), el("dd", {}, ...keys));
}
