// A list that is one stop of the Tab key: the arrow keys move the focus within it.
//
// An item may have controls of its own, such as the links in a message.  Enter moves the focus
// to the first of them; Tab then visits the others, and Escape goes back to the item.

import { nextIndex } from "../roving.js";

const CONTROLS = "a, button";
const READ_STEP = 0.8; // of the height of the box, for an item that is higher than it

export class Roving {
  // `selector` of the items in `box`; `startsAt`: "first" or "last", where Tab enters the list.
  constructor(box, selector, { startsAt = "first" } = {}) {
    Object.assign(this, { box, selector, startsAt });
    this.active = null; // the item that Tab reaches
    box.addEventListener("keydown", (event) => {
      if (!event.defaultPrevented && this.pressed(event)) event.preventDefault();
    });
    box.addEventListener("focusin", ({ target }) => this.focused(target));
    box.addEventListener("focusout", ({ relatedTarget }) => {
      if (this.active && !this.active.contains(relatedTarget)) this.openControls(this.active, false);
    });
  }

  // Makes a new item part of the list.
  prepare(item) {
    item.tabIndex = -1;
    this.openControls(item, false);
    return item;
  }

  // Call when the items have changed.  `restart`: enter at the start next time.
  refresh({ restart = false } = {}) {
    const focused = this.box.contains(document.activeElement) ? document.activeElement : null;
    if (!this.active?.isConnected || (restart && !focused)) this.activate(this.start());
    else this.active.tabIndex = 0; // an item that was updated has the attributes of a new one
    if (focused && focused !== this.active) this.openControls(this.active, true);
  }

  start() {
    if (this.startsAt === "first") return this.box.querySelector(this.selector);
    let item = this.box.lastElementChild;
    while (item && !item.matches(this.selector)) item = item.previousElementSibling;
    return item;
  }

  activate(item) {
    if (this.active === item) return;
    if (this.active) this.prepare(this.active);
    this.active = item;
    if (item) item.tabIndex = 0;
  }

  focus(item) {
    item.focus({ preventScroll: true });
    item.scrollIntoView({ block: "nearest" });
  }

  focusStart() {
    this.activate(this.start());
    this.active?.focus({ preventScroll: true });
  }

  focused(target) {
    const item = target.closest(this.selector);
    if (!item) return;
    this.activate(item);
    this.openControls(item, target !== item);
  }

  openControls(item, open) {
    for (const control of item.querySelectorAll(CONTROLS)) control.tabIndex = open ? 0 : -1;
  }

  // True if the key was one of the list's.
  pressed(event) {
    const { target, key } = event;
    const item = target.closest(this.selector) ?? this.active;
    if (!item) return false;
    if (key === "Escape" && target !== item && item.contains(target)) {
      this.focus(item);
      return true;
    }
    if (key === "Enter" && target === item) return this.enter(item);
    const items = [...this.box.querySelectorAll(this.selector)];
    const index = nextIndex(event, items.indexOf(item), items.length);
    if (index === null) return false;
    if (!this.readOn(item, key)) this.focus(items[index]);
    return true;
  }

  enter(item) {
    const control = item.querySelector(CONTROLS);
    control?.focus();
    return Boolean(control);
  }

  // Scrolls within an item that is higher than the box; false if its end is in view.
  readOn(item, key) {
    const [inner, outer] = [item.getBoundingClientRect(), this.box.getBoundingClientRect()];
    const step = outer.height * READ_STEP;
    if (key === "ArrowDown" && inner.bottom > outer.bottom + 1 && inner.height > outer.height) {
      this.box.scrollTop += Math.min(step, inner.bottom - outer.bottom);
    } else if (key === "ArrowUp" && inner.top < outer.top - 1 && inner.height > outer.height) {
      this.box.scrollTop -= Math.min(step, outer.top - inner.top);
    } else return false;
    return true;
  }
}
