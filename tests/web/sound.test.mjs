// The sound of an alert.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Sound } from "../../twisted_chat/web/sound.js";

let contexts;
let values;
let now;

class FakeContext {
  state = "suspended";
  currentTime = 5;
  notes = [];
  destination = {};

  constructor() {
    contexts.push(this);
  }

  async resume() {
    this.state = "running";
  }

  createOscillator() {
    const one = { frequency: {}, connect: (next) => next, start: (at) => this.notes.push(at), stop() {} };
    return one;
  }

  createGain() {
    const ramp = () => {};
    return { gain: { setValueAtTime: ramp, exponentialRampToValueAtTime: ramp }, connect: (next) => next };
  }
}

const store = { get: (key, fallback) => values[key] ?? fallback, set: (key, value) => (values[key] = value) };
const make = (Context = FakeContext) => new Sound({ store, Context, now: () => now });

beforeEach(() => {
  contexts = [];
  values = {};
  now = 0;
});

test("nothing sounds unless it is turned on", () => {
  const sound = make();
  sound.unlock();
  assert.equal(sound.alert(), false);
  assert.equal(contexts.length, 0, "no device is opened");
  sound.setEnabled(true);
  assert.equal(sound.alert(), true);
  assert.deepEqual([contexts.length, contexts[0].notes.length], [1, 2]);
});

test("a burst of alerts sounds once", () => {
  const sound = make();
  sound.setEnabled(true);
  const sounds = [0, 100, 1999, 2000, 2100].map((at) => {
    now = at;
    return sound.alert();
  });
  assert.deepEqual(sounds, [true, false, false, true, false]);
});

test("a browser or a machine without sound stays silent", () => {
  values.sound = true;
  assert.equal(new Sound({ store }).alert(), false);
  const broken = make(class {
    constructor() {
      throw new Error("no device");
    }
  });
  assert.equal(broken.alert(), false);
});
