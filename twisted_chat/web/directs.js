// Direct messages that the browser keeps, as JSON values.  Pure.
//
// The server has no history of them for a client.  They belong to one nickname, `owner` in
// memory.js, and are bounded.

import { Conversation } from "./conversation.js";
import { positionOf } from "./read_state.js";

const MAX_CONVERSATIONS = 50;
const MAX_MESSAGES = 200; // of each conversation
const MAX_CHARACTERS = 1_000_000; // in all; a browser stores about five million for an origin
const OVERHEAD = 120; // characters of a message besides its text

const isKept = ({ kind, id, status }) => kind === "dm" && id && !status;
const sizeOf = ({ text }) => text.length + OVERHEAD;

function messagesOf({ entries }) {
  return entries
    .filter(isKept)
    .slice(-MAX_MESSAGES)
    .map(({ id, time, from, account, text, mine, otherJournal }) => ({
      ...{ id, time, from, text, mine },
      ...(account && { account }),
      ...(otherJournal && { otherJournal }),
    }));
}

// The oldest time whose messages still fit.
function oldestThatFits(kept, limit) {
  let size = 0;
  const messages = kept.flatMap((one) => one.messages).sort((a, b) => b.time - a.time);
  for (const message of messages) {
    size += sizeOf(message);
    if (size > limit) return message.time + 1;
  }
  return -Infinity;
}

// [{name, closed, read, messages}, ...]
export function takeDirects(chat, limit = MAX_CHARACTERS) {
  const all = [];
  const add = (conversation, closed) => {
    const { name, read } = conversation;
    const messages = messagesOf(conversation);
    if (messages.length) all.push({ name, closed, read: positionOf(read), messages });
  };
  for (const conversation of chat.closedDirects.values()) add(conversation, true);
  for (const conversation of chat.directs()) add(conversation, false);
  const lastTime = ({ messages }) => messages[messages.length - 1].time;
  const latest = new Set(
    [...all].sort((a, b) => lastTime(b) - lastTime(a)).slice(0, MAX_CONVERSATIONS),
  );
  const kept = all.filter((one) => latest.has(one));
  const oldest = oldestThatFits(kept, limit);
  return kept
    .map((one) => ({ ...one, messages: one.messages.filter(({ time }) => time >= oldest) }))
    .filter(({ messages }) => messages.length);
}

// Adds what was kept to what is there.
export function restoreDirects(chat, kept) {
  for (const { name, closed, read, messages } of kept) {
    const { key } = new Conversation("dm", name);
    const isOpen = chat.conversations.has(key);
    const conversation = chat.open("dm", name);
    for (const message of messages) conversation.insert({ ...message, kind: "dm" });
    conversation.wasRead(read);
    // Of what other devices have read only the id is known, not the time.
    conversation.wasReadTo(chat.directReads.get(key) ?? "");
    if (!closed || isOpen) continue;
    chat.conversations.delete(key);
    chat.closedDirects.set(key, conversation);
  }
}

// Leaves none behind in the chat.
export function forgetDirects(chat) {
  chat.closedDirects.clear();
  if (chat.leftConversation?.kind === "dm") chat.leftConversation = null;
  for (const { key } of chat.directs()) chat.remove(key);
}
