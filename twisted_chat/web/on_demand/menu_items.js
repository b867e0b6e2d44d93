// What the menus of names and messages offer: groups of {action, label, danger?}.  Pure; the
// actions are those of menus.js.
//
// Offered is what the server has a route for and, as far as this page knows, permits.

import { fold } from "../names.js";
import { countSince, isCorrectable, isLastOwn, isStored } from "./correctable.js";
import { texts } from "./texts.js";

const has = (chat, route) => Boolean(chat.routes.find(route));
const includes = (names, nick) => (names ?? []).some((name) => fold(name) === fold(nick));
const groups = (...lists) => lists.map((list) => list.filter(Boolean)).filter((list) => list.length);

// `room`: in which the name was seen; null in a direct conversation.
export function nameItems(chat, nick, room) {
  return groups(
    [
      has(chat, "whois") && { action: "whois", label: texts.menu.whois },
      chat.current?.key !== `@${fold(nick)}` && { action: "openDirect", label: texts.menu.openDirect },
      ignoreItem(chat, nick),
    ],
    room?.settings?.rank && has(chat, "kick") ? roomItems(nick, room) : [],
    isOperator(chat) ? [{ action: "ban", label: texts.menu.ban, danger: true }] : [],
  );
}

function ignoreItem({ userState }, nick) {
  const action = userState.ignored.has(fold(nick)) ? "unignore" : "ignore";
  return { action, label: texts.menu[action] };
}

// For room operators, and for operators in every room.
function roomItems(nick, { title, members, settings }) {
  const either = (isSo, on, off) => {
    const action = isSo ? on : off;
    return { action, label: texts.menu[action] };
  };
  const isHere = includes(members, nick);
  return [
    isHere && either(includes(settings.operators, nick), "deop", "op"),
    isHere && settings.quiet && either(includes(settings.voices, nick), "devoice", "voice"),
    either(includes(settings.muted, nick), "unmute", "mute"),
    isHere && { action: "kick", label: texts.menu.kick(title), danger: true },
    { action: "banFromRoom", label: texts.menu.banFromRoom(title), danger: true },
  ];
}

const isOperator = (chat) => chat.rooms().some(({ settings }) => settings?.rank === "operator");

export function messageItems(chat, conversation, entry) {
  const { mine, kind } = entry;
  return groups(
    [
      { action: "copy", label: texts.menu.copy },
      !mine && kind !== "dm" && { action: "reply", label: texts.menu.reply(entry.from) },
      has(chat, "edit") &&
        isCorrectable(chat, conversation, entry) && { action: "edit", label: texts.menu.edit },
    ],
    has(chat, "delete") ? deletions(conversation, entry) : [],
  );
}

// One's own last message; or one of someone else, and those after it.
function deletions(conversation, entry) {
  const mayDelete = entry.mine ? isLastOwn(conversation, entry) : conversation.settings?.rank && isStored(entry);
  if (!mayDelete) return [];
  const count = entry.mine ? 1 : countSince(conversation, entry);
  return [
    { action: "delete", label: texts.menu.delete, danger: true },
    count > 1 && { action: "deleteLast", label: texts.menu.deleteLast(count, entry.from), danger: true },
  ];
}
