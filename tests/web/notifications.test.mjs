// Desktop notifications: where they are possible, and why not.

import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";

import { notifications } from "../../twisted_chat/web/notifications.js";

let shown;
let asked;

function browser({ secure = true, permission = "default", constructor = true } = {}) {
  class Notification extends EventTarget {
    static permission = permission;
    static async requestPermission() {
      asked += 1;
      Notification.permission = "granted";
    }
    constructor(title, { tag }) {
      super();
      Object.assign(this, { title, tag, open: true });
      shown.push(this);
    }
    close() {
      this.open = false;
    }
  }
  const values = new Map();
  const localStorage = {
    getItem: (key) => values.get(key) ?? null,
    setItem: (key, value) => values.set(key, value),
  };
  globalThis.location = { href: "http://chat.lan/" };
  globalThis.window = { isSecureContext: secure, localStorage, focus() {} };
  if (constructor) globalThis.Notification = globalThis.window.Notification = Notification;
}

beforeEach(() => {
  shown = [];
  asked = 0;
});

afterEach(() => {
  for (const name of ["location", "window", "Notification"]) delete globalThis[name];
});

test("the reason is known why there can be no notifications", async () => {
  browser({ secure: false });
  assert.equal(notifications.problem, "insecure");
  await notifications.ask();
  assert.equal(asked, 0);
  browser({ permission: "denied" });
  assert.equal(notifications.problem, "denied");
  browser({ constructor: false });
  assert.equal(notifications.problem, "unsupported");
  notifications.setEnabled(true);
  assert.equal(notifications.enabled, false);
});

test("notifications are shown once they are turned on and allowed, until they are read", async () => {
  browser();
  notifications.show("bob", "hi", "@bob", () => {});
  assert.equal(shown.length, 0);
  notifications.setEnabled(true);
  await notifications.ask();
  let clicks = 0;
  notifications.show("bob", "hi", "@bob", () => (clicks += 1));
  assert.deepEqual([asked, shown.length, shown[0].open], [1, 1, true]);
  shown[0].dispatchEvent(new Event("click"));
  assert.deepEqual([clicks, shown[0].open], [1, false]);
  notifications.show("bob", "hi", "@bob", () => {});
  notifications.close("#lobby");
  assert.equal(shown[1].open, true);
  notifications.close("@bob");
  assert.equal(shown[1].open, false);
});
