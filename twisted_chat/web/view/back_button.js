// The browser's Back button closes what is open above the conversation before it leaves
// the page.
//
// The browser's history has one entry per open layer.  A layer that is closed in another
// way takes its entry with it, so that Back never does nothing.

import { byId } from "./dom.js";

export class BackButton {
  // `layers`: {isOpen, close} for each, the lowest first.
  constructor(layers) {
    this.layers = layers;
    this.unwinding = false; // history entries are being removed, which is asynchronous
    addEventListener("popstate", () => this.popped());
    this.observer = new MutationObserver(() => this.update());
    this.observer.observe(byId("scrim"), { attributeFilter: ["hidden"] });
    for (const dialog of document.querySelectorAll("dialog")) this.watch(dialog);
  }

  watch(dialog) {
    this.observer.observe(dialog, { attributeFilter: ["open"] });
  }

  get openLayers() {
    return this.layers.filter((layer) => layer.isOpen());
  }

  // The number of history entries for layers.  It survives a reload of the page.
  get entries() {
    return history.state?.layers ?? 0;
  }

  update() {
    if (this.unwinding) return;
    const { length } = this.openLayers;
    for (let layers = this.entries + 1; layers <= length; layers += 1) {
      history.pushState({ layers }, "");
    }
    this.unwinding = length < this.entries;
    if (this.unwinding) history.go(length - this.entries);
  }

  popped() {
    if (!this.unwinding) {
      this.openLayers.slice(this.entries).reverse().forEach((layer) => layer.close());
    }
    this.unwinding = false;
    this.update();
  }
}
