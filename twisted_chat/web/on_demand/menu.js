// A menu that a button opens: the menu button pattern of the ARIA Authoring Practices.
//
// There is one, which is put into the landmark of its button: the others may be inert.

import { classes, el } from "../view/dom.js";
import { menuKey } from "./menu_keys.js";

const MARGIN = 8; // pixels to the edges of the window
const GAP = 4; // pixels between the button and the menu

export class Menu {
  // `changed()` is called when it was opened or closed.
  constructor({ changed }) {
    this.changed = changed;
    this.button = null; // that opened it
    this.node = el("div", { class: "menu", role: "menu" });
    this.node.addEventListener("keydown", (event) => this.pressed(event));
    this.node.addEventListener("click", ({ target }) => {
      const item = target.closest("[role=menuitem]");
      if (item) this.choose(item.dataset.action);
    });
    // Without a related target the window itself has lost the focus.
    this.node.addEventListener("focusout", ({ relatedTarget }) => relatedTarget && this.left(relatedTarget));
    document.addEventListener("pointerdown", ({ target }) => this.left(target));
    addEventListener("resize", () => this.close());
  }

  get isOpen() {
    return this.button !== null;
  }

  get items() {
    return [...this.node.querySelectorAll("[role=menuitem]")];
  }

  // `groups`: lists of {action, label, danger?}; `chosen(action)` is called after it has closed.
  // A second click on its button closes the menu.
  open(button, label, groups, chosen) {
    const again = this.button === button;
    this.close();
    if (again) return;
    this.button = button;
    this.chosen = chosen;
    this.node.setAttribute("aria-label", label);
    this.node.replaceChildren(...groups.filter((group) => group.length).map((group) => this.makeGroup(group)));
    button.setAttribute("aria-expanded", "true");
    (button.closest("main, aside, nav") ?? document.body).append(this.node);
    this.place();
    this.items[0]?.focus();
    this.changed();
  }

  makeGroup(group) {
    const items = group.map(({ action, label, danger }) =>
      el(
        "button",
        { type: "button", role: "menuitem", class: classes(danger && "danger"), tabindex: -1, "data-action": action },
        label,
      ),
    );
    return el("div", { role: "group" }, ...items);
  }

  // Below its button, or above it where there is more space, within the window.
  place() {
    const { node } = this;
    const { left, right, top, bottom } = this.button.getBoundingClientRect();
    const { width, height } = node.getBoundingClientRect();
    const isRtl = getComputedStyle(this.button).direction === "rtl";
    const x = Math.min(isRtl ? right - width : left, innerWidth - width - MARGIN);
    const below = bottom + GAP;
    const fitsBelow = below + height <= innerHeight - MARGIN;
    const y = fitsBelow ? below : Math.min(top - GAP, innerHeight - MARGIN) - height;
    node.style.setProperty("left", `${Math.max(MARGIN, x)}px`);
    node.style.setProperty("top", `${Math.max(MARGIN, y)}px`);
  }

  close({ refocus = true } = {}) {
    const { button, node } = this;
    if (!button) return;
    this.button = null;
    button.setAttribute("aria-expanded", "false");
    const hadFocus = node.contains(document.activeElement);
    if (refocus && hadFocus && button.isConnected) button.focus({ preventScroll: true });
    node.remove();
    this.changed();
  }

  // The user went elsewhere.  The button itself closes the menu when it is clicked.
  left(target) {
    const stays = this.node.contains(target) || this.button?.contains(target);
    if (!stays) this.close({ refocus: false });
  }

  choose(action) {
    this.close();
    this.chosen(action);
  }

  pressed(event) {
    const { items } = this;
    const labels = items.map(({ textContent }) => textContent);
    const result = menuKey(event, labels, items.indexOf(document.activeElement));
    if (result === null) return;
    // Tab goes on from the button.
    if (result !== "leave") event.preventDefault();
    event.stopPropagation();
    if (typeof result === "number") items[result].focus();
    else this.close();
  }
}
