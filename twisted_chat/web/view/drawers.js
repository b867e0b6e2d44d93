// The drawers beside or above the messages.  Their decisions are in drawer_state.js.

import { DRAWERS, DrawerState } from "../drawer_state.js";
import { byId } from "./dom.js";

// The breakpoints of style.css.
const NARROW = matchMedia("(max-width: 45em)");
const MEDIUM = matchMedia("(max-width: 67.5em)");

const HAS_INERT = "inert" in HTMLElement.prototype;

const windowWidth = () => (NARROW.matches ? "narrow" : MEDIUM.matches ? "medium" : "wide");

export class Drawers {
  // `onOpen(name)` may move the focus into the drawer.
  constructor({ onOpen }) {
    this.onOpen = onOpen;
    this.state = new DrawerState(windowWidth());
    for (const name of DRAWERS) {
      byId(`${name}_open`).addEventListener("click", () => this.toggle(name));
      byId(`${name}_close`).addEventListener("click", () => this.close(name));
    }
    byId("scrim").addEventListener("click", () => this.closeOverlay());
    // Firefox before 112 and Safari before 15.5 do not have `inert`.
    document.addEventListener("focusin", ({ target }) => {
      const { overlay } = this;
      if (overlay && !HAS_INERT && byId("app").contains(target) && !byId(overlay).contains(target)) {
        byId(`${overlay}_close`).focus();
      }
    });
    for (const query of [NARROW, MEDIUM]) {
      query.addEventListener("change", () => {
        this.state.setWidth(windowWidth());
        this.show();
      });
    }
    this.show();
  }

  get overlay() {
    return this.state.overlay;
  }

  isOverlay(name) {
    return this.state.isOverlay(name);
  }

  toggle(name) {
    if (this.state.isOpen(name)) this.close(name);
    else this.open(name);
  }

  open(name) {
    this.state.open(name);
    this.show();
    if (this.isOverlay(name)) byId(`${name}_close`).focus();
    this.onOpen(name);
  }

  // The focus goes back to the button that opens the drawer.
  close(name) {
    const hadFocus = this.overlay === name || byId(name).contains(document.activeElement);
    this.state.close(name);
    this.show();
    if (hadFocus) byId(`${name}_open`).focus();
  }

  closeOverlay() {
    if (this.overlay) this.close(this.overlay);
  }

  // False if there is nothing to close.
  escape() {
    const { dismissible } = this.state;
    if (dismissible) this.close(dismissible);
    return dismissible !== null;
  }

  show() {
    const { state } = this;
    for (const name of DRAWERS) {
      const node = byId(name);
      const open = state.isOpen(name);
      node.classList.toggle("open", open);
      node.hidden = !state.isOverlay(name) && !open;
      byId(`${name}_open`).setAttribute("aria-expanded", String(open));
      node.inert = state.overlay !== null && state.overlay !== name;
    }
    byId("main").inert = state.overlay !== null;
    byId("scrim").hidden = state.overlay === null;
  }
}
