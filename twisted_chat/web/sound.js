// A short, quiet sound for alerts, made by the browser itself: there is no file to load.
//
// Browsers let a page sound only after the user has touched it, so `unlock` is called for
// every touch and key.

const NOTES = [
  [0, 659.3],
  [0.09, 880],
]; // seconds from the start, Hz
const LENGTH = 0.16; // seconds of each note
const VOLUME = 0.07;
const PAUSE = 2_000; // milliseconds: a burst sounds once

export class Sound {
  constructor({ store, Context = globalThis.AudioContext, now = Date.now }) {
    Object.assign(this, { store, Context, now });
    this.context = null;
    this.lastAt = -Infinity;
  }

  get supported() {
    return Boolean(this.Context);
  }

  get enabled() {
    return this.supported && this.store.get("sound", false);
  }

  setEnabled(enabled) {
    this.store.set("sound", enabled);
    if (enabled) this.unlock();
  }

  unlock() {
    if (!this.enabled) return;
    try {
      this.wake();
    } catch {
      // There is no device to play it.
    }
  }

  wake() {
    this.context ??= new this.Context();
    if (this.context.state !== "running") this.context.resume().catch(() => {});
  }

  // For an alert, if it is turned on; false if it stays silent.
  alert() {
    if (!this.enabled || this.now() - this.lastAt < PAUSE) return false;
    return this.play();
  }

  play() {
    if (!this.supported) return false;
    this.lastAt = this.now();
    try {
      this.wake();
      for (const note of NOTES) this.note(...note);
    } catch {
      return false; // no device to play it
    }
    return true;
  }

  note(offset, frequency) {
    const { context } = this;
    const start = context.currentTime + offset;
    const oscillator = context.createOscillator();
    const gain = context.createGain();
    oscillator.frequency.value = frequency;
    gain.gain.setValueAtTime(VOLUME, start);
    gain.gain.exponentialRampToValueAtTime(0.0001, start + LENGTH);
    oscillator.connect(gain).connect(context.destination);
    oscillator.start(start);
    oscillator.stop(start + LENGTH);
  }
}
