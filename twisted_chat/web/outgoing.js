// The user's own messages on their way to the server: queued, sent, sent again.  Pure: each
// function returns the frames to send.  conversation.js has the stages of such an entry.

import { newEntryKey } from "./entries.js";
import { strings } from "./strings.js";

// Without a connection the message is queued in its conversation.
export function sendMessage(chat, conversation, text, kind = conversation.kind === "dm" ? "dm" : "message") {
  const entry = { key: newEntryKey(), kind, from: chat.nick, text, time: chat.now(), mine: true };
  if (chat.account) entry.account = chat.account;
  entry.status = "queued";
  conversation.entries.push(entry);
  conversation.forgetNew();
  chat.leftConversation = null;
  return dispatch(chat, conversation, entry);
}

export function retryMessage(chat, conversation, entry) {
  conversation.remove(entry);
  conversation.entries.push(entry);
  Object.assign(entry, { status: "queued", time: chat.now(), problem: undefined });
  return dispatch(chat, conversation, entry);
}

function dispatch(chat, conversation, entry) {
  if (chat.banned) Object.assign(entry, { status: "failed", problem: strings.banned(chat.banned) });
  if (!chat.online || chat.holdSends) return [];
  entry.status = "sending";
  const { kind, text } = entry;
  const context = { purpose: "send", conversation, entry };
  const { name } = conversation;
  if (kind === "dm") return [chat.request({ type: "dm", to: name, text }, context)];
  if (kind === "message") return [chat.request({ type: "message", room: name, text }, context)];
  return [chat.request({ type: "command", room: name, text: `\\me ${text}` }, context)];
}

const isUnsent = ({ status }) => status === "unconfirmed" || status === "queued";

export const hasUnsent = ({ conversations }) =>
  [...conversations.values()].some(({ entries }) => entries.some(isUnsent));

// Those of a user who is banned.
export function failUnsent(chat) {
  const fail = (entry, problem) => Object.assign(entry, { status: "failed", problem });
  for (const { entries } of chat.conversations.values()) {
    for (const entry of entries.filter(isUnsent)) {
      fail(entry, entry.status === "queued" ? strings.banned(chat.banned) : strings.mayNotHaveArrived);
    }
  }
}

// Dispatches unsent messages in the order in which they were written.  `complete`: every
// missed event was replayed, so that an unconfirmed message is known not to be stored.
export function flush(chat, complete) {
  chat.holdSends = false;
  const unsent = [];
  for (const conversation of chat.conversations.values()) {
    for (const entry of conversation.entries.filter(isUnsent)) {
      if (entry.status === "unconfirmed" && !complete) {
        Object.assign(entry, { status: "failed", problem: strings.mayNotHaveArrived });
      } else unsent.push([conversation, entry]);
    }
  }
  unsent.sort(([, a], [, b]) => a.time - b.time);
  return unsent.flatMap(([conversation, entry]) => dispatch(chat, conversation, entry));
}
