// The way to a conversation by its name, for the switcher.  Pure.

import { keyOf } from "../conversation.js";
import { fold } from "../names.js";
import { conversationsOf } from "../navigation.js";

const MAX_FOUND = 50;

// How well a name matches what was typed: the lower the better, or -1.
function rank(name, typed) {
  const folded = fold(name);
  if (folded.startsWith(typed)) return 0;
  const index = folded.indexOf(typed);
  if (index < 0) return -1;
  return /[\p{L}\p{N}]/u.test(folded[index - 1]) ? 2 : 1;
}

// Everything that one can go to: {kind, name, conversation}, where `conversation` is null for
// a room that the user has not joined, and for a member without a direct conversation.
function destinations(chat) {
  const found = new Map();
  const add = (kind, name, conversation = null) => {
    const key = keyOf(kind, name);
    if (!found.has(key)) found.set(key, { key, kind, name, conversation });
  };
  for (const one of conversationsOf(chat)) add(one.kind, one.name, one);
  for (const nick of chat.nicks()) if (nick !== chat.nick) add("dm", nick);
  for (const { name } of chat.roomList) add("room", name);
  return [...found.values()];
}

const urgency = ({ conversation }) =>
  conversation ? Number(conversation.mentions > 0) * 2 + Number(conversation.unread > 0) : 0;

// What the switcher offers for a typed text: `#` restricts it to rooms, `@` to people.
// Without a text, conversations with unread messages come first and the current one last.
export function findDestinations(chat, text) {
  const [, mark, typed] = /^([#@]?)(.*)$/su.exec(fold(text.trim()));
  const kind = { "#": "room", "@": "dm" }[mark];
  const isCurrent = ({ key }) => Number(key === chat.currentKey);
  return destinations(chat)
    .filter((one) => !kind || one.kind === kind)
    .map((one) => ({ ...one, rank: rank(one.name, typed) }))
    .filter((one) => one.rank >= 0)
    .sort(
      (a, b) =>
        a.rank - b.rank ||
        isCurrent(a) - isCurrent(b) ||
        urgency(b) - urgency(a) ||
        Number(b.conversation !== null) - Number(a.conversation !== null),
    )
    .slice(0, MAX_FOUND);
}
