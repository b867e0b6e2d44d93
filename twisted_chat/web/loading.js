// Parts of the page that are loaded after its start, so that the start is fast.  Pure.

export class Loading {
  // `load()` returns a promise of the parts; `failed()` is called if they cannot be loaded.
  constructor(load, failed) {
    Object.assign(this, { load, failed });
    this.parts = null; // a promise
  }

  start() {
    if (this.parts) return;
    this.parts = this.load();
    this.parts.catch(() => {
      this.parts = null; // another attempt may succeed
    });
  }

  // Calls `use(parts)` as soon as they are loaded.
  use(use) {
    this.start();
    this.parts.then(use, () => this.failed());
  }
}
