// Whether a nickname is the user's own in another tab.

import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";

import { Tabs } from "../../twisted_chat/web/tabs.js";

let open = [];

function tab(nick, address = "https://a.example/chat/") {
  globalThis.location = { href: address };
  const made = new Tabs((asked) => asked === nick);
  open.push(made);
  return made;
}

// Whether there is an answer within some milliseconds: many, if one is expected.
const asks = (one, nick, milliseconds = 50) =>
  new Promise((done) => {
    const timer = setTimeout(() => done(false), milliseconds);
    one.ask(nick, () => {
      clearTimeout(timer);
      done(true);
    });
  });

beforeEach(() => (open = []));
afterEach(() => open.forEach(({ channel }) => channel?.close()));

test("only the tab that has the nickname answers", async () => {
  tab("carlo");
  tab("bob");
  const asking = tab("guest_1");
  assert.equal(await asks(asking, "carlo", 10_000), true);
  assert.equal(await asks(asking, "alice"), false, "somebody else's");
});

test("a closed tab, or one of another chat, does not answer", async () => {
  tab("carlo").channel.close();
  tab("carlo", "https://a.example/other/");
  assert.equal(await asks(tab("guest_1"), "carlo"), false);
});

test("an answer to an earlier question is ignored", async () => {
  tab("carlo");
  const asking = tab("guest_1");
  asking.ask("carlo", () => assert.fail("not asked any more"));
  assert.equal(await asks(asking, "alice"), false);
});

test("a browser without BroadcastChannel gets no answer", async () => {
  const { BroadcastChannel } = globalThis;
  delete globalThis.BroadcastChannel;
  assert.equal(await asks(tab("guest_1"), "carlo"), false);
  globalThis.BroadcastChannel = BroadcastChannel;
});
