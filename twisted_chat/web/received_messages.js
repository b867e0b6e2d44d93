// Messages from the server, live, replayed or of a history.  Pure; returns effects (see chat.js).

import { isMessage } from "./conversation.js";
import { fold } from "./names.js";

// Something changed that this browser remembers; see memory.js.
export const remember = ({ kind } = {}) => ({ effect: "remember", directs: kind === "dm" });
export const timeOf = (chat, frame) => Date.parse(frame.time) || chat.now();

// Besides the welcome, only events, live or replayed, advance the position: a reply may
// overtake the events of others.
export function advancePosition(chat, id) {
  if (id && id > chat.position) chat.position = id;
}

// A guest may return under another number; replayed messages still have the old nickname.
export function isMine(chat, nick) {
  const folded = fold(nick);
  return folded === fold(chat.nick) || (chat.holdSends && folded === fold(chat.previousNick));
}

function messageEntry(chat, frame) {
  const { type: kind, id, from } = frame;
  const mine = isMine(chat, from);
  const text = String(frame.text);
  const entry = { kind, id, time: timeOf(chat, frame), from, text, mine };
  if (frame.account) entry.account = frame.account;
  if (frame.edited) entry.edited = true;
  if (!mine && kind !== "dm") entry.mention = chat.alerts.isMention(text, chat.nick);
  return entry;
}

export const messageEntries = (chat, frames = []) =>
  frames.map((frame) => messageEntry(chat, frame)).filter((entry) => isMessage(entry) && entry.id);

// A live message, or one that is replayed after a reconnect.
export function receiveMessage(chat, conversation, frame) {
  const entry = messageEntry(chat, frame);
  const known = conversation.entriesById.get(entry.id);
  advancePosition(chat, entry.id);
  if (known) {
    // Confirmed by the reply already; the word filter may have changed the text.
    if (entry.mine) Object.assign(known, { text: entry.text, time: entry.time });
    return [remember(conversation)];
  }
  if (entry.mine) conversation.confirm(entry);
  conversation.insert(entry);
  const isCurrent = chat.currentKey === conversation.key;
  conversation.trim(isCurrent && !chat.viewingLatest);
  // What comes while its end is in view was never new.
  const isSeen = isCurrent && chat.viewingLatest && !chat.catchingUp;
  if (isSeen) conversation.markRead({ atOnce: true });
  const isAlert = !isSeen && chat.alerts.isAlert(conversation, entry);
  const effects = isSeen || conversation.kind === "dm" ? [remember(conversation)] : [];
  if (isAlert) effects.push({ effect: "notify", conversation, entry });
  if (!entry.mine && (isCurrent || isAlert)) effects.push({ effect: "speak", conversation, entry });
  return effects;
}
