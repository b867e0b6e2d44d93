// The Back button closes what is open over the conversation before it leaves the page.
//
// The browser's history has one entry for each thing that is open so.  What is closed by
// other means takes its entry away again, so that Back never does nothing.

import { byId } from "./dom.js";

export class Back {
  // `layers`: {isOpen, close} for each, the lowest first
  constructor(layers) {
    this.layers = layers;
    this.leaving = false; // entries are being taken away, which takes a moment
    addEventListener("popstate", () => this.popped());
    const watch = new MutationObserver(() => this.show());
    watch.observe(byId("scrim"), { attributeFilter: ["hidden"] });
    for (const dialog of document.querySelectorAll("dialog")) {
      watch.observe(dialog, { attributeFilter: ["open"] });
    }
  }

  get open() {
    return this.layers.filter((layer) => layer.isOpen());
  }

  get entries() {
    return history.state?.over ?? 0;
  }

  show() {
    if (this.leaving) return;
    const { length } = this.open;
    for (let over = this.entries + 1; over <= length; over += 1) history.pushState({ over }, "");
    // More than are open: closed by other means, or the page was loaded again meanwhile.
    this.leaving = length < this.entries;
    if (this.leaving) history.go(length - this.entries);
  }

  popped() {
    if (!this.leaving) this.open.slice(this.entries).reverse().forEach((layer) => layer.close());
    this.leaving = false;
    this.show();
  }
}
