// A chat for each test, and the frames that a server would send to it.

import { beforeEach } from "node:test";

import { Chat } from "../../twisted_chat/web/chat.js";
import { hasUnsent } from "../../twisted_chat/web/outgoing.js";

const NOON = Date.UTC(2026, 10, 21, 12);

export let chat;

export function newChat() {
  let calls = 0;
  chat = new Chat({ now: () => NOON + 100_000 + (calls += 1) });
}

beforeEach(newChat);

export const iso = (n) => new Date(NOON + n * 1000).toISOString();
export const id = (n) => String(n).padStart(4, "0");
export const message = (n, from, text, more = {}) => ({
  ...{ type: "message", id: id(n), time: iso(n), room: "lobby", from, text },
  ...more,
});

// Receives a welcome, and returns its effects.  `missesSome`: what was missed is still to come.
export function welcome({ missesSome = false, ...more } = {}) {
  const effects = chat.receive({
    ...{ type: "welcome", nick: "me", session: "s3cret", room: "lobby", rooms: ["lobby"] },
    ...{ members: ["me", "bob"], away: {}, topic: "", history: [], position: id(10) },
    ...{ recovered: false, motd: [] },
    ...more,
  });
  if (!hasUnsent(chat)) chat.holdSends = false;
  if (!missesSome) chat.catchingUp = false;
  return effects;
}

export const lobby = () => chat.conversations.get("#lobby");
export const texts = (conversation = lobby()) =>
  conversation.entries.map(({ text, kind }) => text ?? kind);
export const sentFrames = (effects) =>
  effects.filter(({ effect }) => effect === "send").map(({ frame }) => frame);
// Without what is only read to those who do not see it (see announcements.test.mjs).
export const unspoken = (effects) => effects.filter(({ effect }) => effect !== "speak");
