// The snapshot of a tab: what a reload must not lose, and neither the server nor the memory of
// the browser can give back.
// Pure: `takeSnapshot` returns JSON values, `restoreSnapshot` puts them into a new Chat.

import { newEntryKey } from "./conversation.js";

export function takeSnapshot(chat) {
  const pending = [];
  for (const { kind: conversation, name, entries } of chat.conversations.values()) {
    for (const { kind, account, text, time, status, problem } of entries.filter((entry) => entry.status)) {
      pending.push({ conversation, name, kind, account, text, time, status, problem });
    }
  }
  const { session, position, currentKey, nick } = chat;
  // Also those without a message, which the memory does not keep.
  const directs = chat.directs().map(({ name }) => name);
  return { session, position, currentKey, nick, directs, pending };
}

export function restoreSnapshot(chat, snapshot) {
  const { session = "", position = "", currentKey = "", nick = "" } = snapshot;
  const { directs = [], pending = [] } = snapshot;
  Object.assign(chat, { session, position, nick });
  for (const name of directs) chat.open("dm", name);
  for (const { conversation, name, status, ...entry } of pending) {
    const restored = status === "sending" ? "unconfirmed" : status;
    const mine = { key: newEntryKey(), from: nick, mine: true, status: restored };
    chat.open(conversation, name).entries.push({ ...entry, ...mine });
  }
  if (chat.conversations.has(currentKey)) chat.select(currentKey);
  // A reload within a session: the message of the day has been shown.
  chat.motdShown = session !== "";
}
