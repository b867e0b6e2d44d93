// The snapshot of a tab: what a reload must not lose and the server cannot give back.
// Pure: `takeSnapshot` returns JSON values, `restoreSnapshot` puts them into a new Chat.

import { newEntryKey } from "./conversation.js";

// Direct messages kept per conversation: they are not part of the server's history.
const MAX_DIRECT_MESSAGES = 200;

export function takeSnapshot(chat) {
  const pending = [];
  const directs = [];
  for (const { kind: conversation, name, unread, entries } of chat.conversations.values()) {
    for (const { kind, text, time, status, problem } of entries.filter((entry) => entry.status)) {
      pending.push({ conversation, name, kind, text, time, status, problem });
    }
    if (conversation !== "dm") continue;
    const messages = entries
      .filter((entry) => entry.kind === "dm" && !entry.status)
      .slice(-MAX_DIRECT_MESSAGES)
      .map(({ id, time, from, text, mine }) => ({ id, time, from, text, mine }));
    directs.push({ name, unread, messages });
  }
  const { session, position, currentKey, nick } = chat;
  return { session, position, currentKey, nick, directs, pending };
}

export function restoreSnapshot(chat, snapshot) {
  const { session = "", position = "", currentKey = "", nick = "" } = snapshot;
  const { directs = [], pending = [] } = snapshot;
  Object.assign(chat, { session, position, nick });
  for (const { name, unread, messages } of directs) {
    const conversation = chat.open("dm", name);
    for (const message of messages) conversation.insert({ ...message, kind: "dm" });
    conversation.unread = unread;
    conversation.mentions = unread;
  }
  for (const { conversation, name, status, ...entry } of pending) {
    const restored = status === "sending" ? "unconfirmed" : status;
    const mine = { key: newEntryKey(), from: nick, mine: true, status: restored };
    chat.open(conversation, name).entries.push({ ...entry, ...mine });
  }
  if (chat.conversations.has(currentKey)) chat.select(currentKey);
  // A reload within a session: the message of the day has been shown.
  chat.motdShown = session !== "";
}
