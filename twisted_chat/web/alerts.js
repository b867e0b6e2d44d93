// Which messages are alerts: by the level of each conversation, and the words to watch for.  Pure.
//
// An alert notifies, sounds and makes a badge urgent.  Direct messages are alerts unless their
// conversation is muted.

import { isMessage } from "./conversation.js";
import { hasMention } from "./mentions.js";

// The levels that a conversation may have, the usual one first.
const LEVELS = { room: ["mentions", "all", "nothing"], dm: ["all", "nothing"] };

const kindOf = (key) => (key.startsWith("@") ? "dm" : "room");
export const levelsFor = (key) => LEVELS[kindOf(key)];

export class Alerts {
  // `levels`: key of a conversation -> level, where it is not the usual one.
  constructor({ levels = {}, words = [] } = {}) {
    this.levels = new Map();
    this.words = words;
    for (const [key, level] of Object.entries(levels)) this.setLevel(key, level);
  }

  levelOf(key) {
    return this.levels.get(key) ?? levelsFor(key)[0];
  }

  // False if there is no such level for this conversation.
  setLevel(key, level) {
    const levels = levelsFor(key);
    if (!levels.includes(level)) return false;
    if (level === levels[0]) this.levels.delete(key);
    else this.levels.set(key, level);
    return true;
  }

  isMuted(key) {
    return this.levelOf(key) === "nothing";
  }

  // A conversation goes on under another key.
  move(from, to) {
    const level = this.levelOf(from);
    this.levels.delete(from);
    this.setLevel(to, level);
  }

  isMention(text, nick) {
    return hasMention(text, nick, this.words);
  }

  isAlert({ key }, entry) {
    if (entry.mine || this.isMuted(key)) return false;
    return this.levelOf(key) === "all" || Boolean(entry.mention);
  }

  // Words that are mentions as the nickname is, also in the messages there are already.
  watchFor(words, { conversations, nick }) {
    this.words = words;
    for (const { kind, entries } of conversations.values()) {
      if (kind === "dm") continue;
      for (const entry of entries) {
        if (isMessage(entry) && !entry.mine) entry.mention = this.isMention(entry.text, nick);
      }
    }
  }

  toJSON() {
    return Object.fromEntries(this.levels);
  }
}
