// The keys of the page as a whole.  What they mean is in shortcuts.js.

import { OTHER_KEYS, SHORTCUTS, keyNames, shortcutOf, types } from "../shortcuts.js";
import { strings } from "../strings.js";
import { byId, el } from "./dom.js";

const IS_MAC = /^(?:Mac|iP)/u.test(navigator.platform);
const NO_FIELDS = new Set(["button", "checkbox", "radio", "range", "reset", "submit"]);

function isField(node) {
  if (node.tagName === "INPUT") return !NO_FIELDS.has(node.type);
  return node.isContentEditable || ["TEXTAREA", "SELECT"].includes(node.tagName);
}

const openDialog = () => document.querySelector("dialog[open]");

export class Keyboard {
  // `handlers`: one for each action of SHORTCUTS; {drawers, composer}: the views.
  constructor(handlers, { drawers, composer }) {
    Object.assign(this, { handlers, drawers, composer });
    this.list = byId("shortcuts_list");
    this.dialog = byId("shortcuts_dialog");
    byId("shortcuts_open").addEventListener("click", () => this.showShortcuts());
    document.addEventListener("keydown", (event) => {
      if (!event.defaultPrevented) this.pressed(event);
    });
  }

  pressed(event) {
    const action = shortcutOf(event, IS_MAC);
    if (action === null) this.typed(event);
    else if (action === "newest") this.escape();
    else if (this.isAvailable(action)) {
      event.preventDefault();
      if (action === "shortcuts") this.showShortcuts();
      else this.handlers[action]();
    }
  }

  // A dialog keeps the keyboard to itself, but what opens the switcher closes it.
  isAvailable(action) {
    const dialog = openDialog();
    return !dialog || (action === "switch" && dialog.id === "switcher_dialog");
  }

  escape() {
    if (openDialog()) return; // the dialog's key
    if (!this.drawers.escape()) this.handlers.newest();
  }

  // What is typed anywhere goes into the composer.
  typed(event) {
    const { target } = event;
    if (openDialog() || this.drawers.overlay || isField(target)) return;
    // The key itself goes to what has the focus by then.
    if (types(event, { isMac: IS_MAC, onPage: target === document.body })) this.composer.focus();
  }

  showShortcuts() {
    openDialog()?.close();
    if (!this.list.children.length) {
      const texts = strings.shortcuts;
      this.list.append(...[...SHORTCUTS, ...OTHER_KEYS].map((one) => this.row(one, texts[one.action])));
    }
    this.dialog.showModal();
  }

  row(shortcut, text) {
    const keys = keyNames(shortcut, IS_MAC).map((name) => el("kbd", {}, name));
    return el("div", { class: "shortcut" }, el("dt", {}, text), el("dd", {}, ...keys));
  }
}
