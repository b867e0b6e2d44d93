// The panels beside the messages.  Where there is room they stand there; where there is
// not they come in over the messages, one at a time, and the rest waits behind them.

import { byId } from "./dom.js";

const SIDE = matchMedia("(max-width: 720px)");
const PANELS = matchMedia("(max-width: 1080px)");

const PARTS = {
  side: { opener: "menu", closer: "side_close", over: SIDE },
  people: { opener: "people_open", closer: "people_close", over: PANELS },
  search: { opener: "search_open", closer: "search_close", over: PANELS },
};

export class Drawers {
  // `opened(name)` is told, so that what needs the focus can take it.
  constructor({ opened = () => {} } = {}) {
    this.opened = opened;
    this.over = null; // the one that is over the messages now
    this.beside = "people"; // the one that stands beside them, where there is room
    for (const [name, part] of Object.entries(PARTS)) {
      byId(part.opener).addEventListener("click", () => this.toggle(name));
      byId(part.closer).addEventListener("click", () => this.close(name));
    }
    byId("scrim").addEventListener("click", () => this.closeOver());
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !event.defaultPrevented) this.escape();
    });
    SIDE.addEventListener("change", () => this.changed());
    PANELS.addEventListener("change", () => this.changed());
    this.show();
  }

  isOver(name) {
    return PARTS[name].over.matches;
  }

  isOpen(name) {
    return this.isOver(name) ? this.over === name : name === "side" || this.beside === name;
  }

  toggle(name) {
    if (this.isOpen(name)) this.close(name);
    else this.open(name);
  }

  open(name) {
    if (this.isOver(name)) this.over = name;
    else this.beside = name;
    this.show();
    if (this.isOver(name)) byId(PARTS[name].closer).focus();
    this.opened(name);
  }

  close(name) {
    if (this.over === name) {
      this.closeOver();
      return;
    }
    // Whoever closes the search finds the people again.
    if (this.beside === name) this.beside = name === "search" ? "people" : null;
    const inside = byId(name).contains(document.activeElement);
    this.show();
    if (inside) byId(PARTS[name].opener).focus();
  }

  closeOver() {
    const name = this.over;
    this.over = null;
    this.show();
    if (name) byId(PARTS[name].opener).focus();
  }

  // The people stay: they are part of the page, and nobody asked for them.
  escape() {
    // That key belongs to the dialog.
    if (document.querySelector("dialog[open]")) return;
    if (this.over) this.closeOver();
    else if (this.isOpen("search")) this.close("search");
  }

  changed() {
    this.over = null;
    this.show();
  }

  show() {
    for (const [name, part] of Object.entries(PARTS)) {
      const node = byId(name);
      const open = this.isOpen(name);
      node.classList.toggle("open", open);
      node.hidden = !this.isOver(name) && !open;
      byId(part.opener).setAttribute("aria-expanded", String(open));
      node.inert = this.over !== null && this.over !== name;
    }
    byId("main").inert = this.over !== null;
    byId("scrim").hidden = this.over === null;
  }
}
