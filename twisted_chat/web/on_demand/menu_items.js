// What the menus of names and messages offer: groups of {action, label, danger?}.  Pure; the
// actions are those of menus.js.
//
// Offered is what the server has a route for and, as far as this page knows, permits.

import { fold } from "../names.js";
import { texts } from "./texts.js";

const has = (chat, route) => Boolean(chat.routes.find(route));

export function nameItems(chat, nick) {
  const items = [
    has(chat, "whois") && { action: "whois", label: texts.menu.whois },
    { action: "openDirect", label: texts.menu.openDirect },
    ignoreItem(chat, nick),
  ];
  return groups(items);
}

function ignoreItem({ userState }, nick) {
  const action = userState.ignored.has(fold(nick)) ? "unignore" : "ignore";
  return { action, label: texts.menu[action] };
}

export function messageItems(chat, conversation, entry) {
  const { mine, kind } = entry;
  const items = [
    { action: "copy", label: texts.menu.copy },
    !mine && kind !== "dm" && { action: "reply", label: texts.menu.reply(entry.from) },
  ];
  return groups(items);
}

const groups = (...lists) => lists.map((list) => list.filter(Boolean)).filter((list) => list.length);
