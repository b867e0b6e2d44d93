// The keys of the page as a whole.  What they mean is in shortcuts.js.

import { IS_MAC, shortcutOf, types } from "../shortcuts.js";
import { byId } from "./dom.js";

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
    byId("shortcuts_open").addEventListener("click", () => handlers.shortcuts());
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
      this.handlers[action]();
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
}
