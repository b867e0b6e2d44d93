// Storage: what is stored where, and a browser that forbids it.

import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";

import { keyPrefix, localStore } from "../../twisted_chat/web/storage.js";

let listeners;

// Like a Storage of a browser: the values are properties.
function fakeStorage() {
  return Object.create(
    {
      getItem(key) {
        return Object.hasOwn(this, key) ? this[key] : null;
      },
      setItem(key, value) {
        this[key] = String(value);
      },
      removeItem(key) {
        delete this[key];
      },
    },
    {},
  );
}

beforeEach(() => {
  listeners = [];
  globalThis.window = { localStorage: fakeStorage() };
  globalThis.addEventListener = (type, listener) => listeners.push(listener);
  globalThis.location = { href: "https://a.example/" };
});

afterEach(() => {
  for (const name of ["window", "addEventListener", "location"]) delete globalThis[name];
});

const visit = (address) => (globalThis.location = { href: address });

test("two chats under different paths of one origin share nothing", () => {
  const addresses = ["/", "/team/", "/team/index.html?x#y", "/other/", "/team/old/"];
  const prefixes = addresses.map((path) => keyPrefix(`https://a.example${path}`));
  assert.deepEqual(prefixes, ["chat.", "chat/team/", "chat/team/", "chat/other/", "chat/team/old/"]);
  for (const path of ["/", "/team/", "/other/"]) {
    visit(`https://a.example${path}`);
    localStore.set("nick", path);
  }
  visit("https://a.example/team/");
  assert.equal(localStore.get("nick"), "/team/");
  localStore.remove("nick");
  visit("https://a.example/other/");
  assert.equal(localStore.get("nick"), "/other/");
  assert.deepEqual(localStore.keys("ni"), ["nick"]);
});

test("a change in another tab is reported, one of another chat is not", () => {
  const seen = [];
  localStore.onChange("read", (value) => seen.push(value));
  const report = (key, newValue) => listeners.forEach((listener) => listener({ key, newValue }));
  report("chat.read", '{"a":1}');
  report("chat/team/read", '{"a":2}');
  report("chat.nick", '"bob"');
  report("chat.read", null);
  report("chat.read", "{");
  assert.deepEqual(seen, [{ a: 1 }]);
});

test("a browser that forbids storage, or has no space left, breaks nothing", () => {
  globalThis.window = {
    get localStorage() {
      throw new Error("forbidden");
    },
  };
  assert.equal(localStore.get("nick", "none"), "none");
  assert.equal(localStore.set("nick", "bob"), false);
  localStore.remove("nick");
  assert.deepEqual(localStore.keys(""), []);
});

test("a damaged value counts as missing", () => {
  const damaged = ["{", "null", "5", '"x"', "[]", "{}", "true"];
  for (const fallback of ["none", ["lobby"], { a: 1 }, false]) {
    for (const text of damaged) {
      globalThis.window.localStorage["chat.key"] = text;
      const value = localStore.get("key", fallback);
      const own = { string: '"x"', boolean: "true", object: Array.isArray(fallback) ? "[]" : "{}" }[typeof fallback];
      assert.deepEqual(value, text === own ? JSON.parse(text) : fallback, text);
    }
  }
  globalThis.window.localStorage["chat.key"] = "5";
  assert.equal(localStore.get("key"), 5);
});
