// The state of the user at the server: the away text, and who is ignored.  Pure.
//
// The server may forget it for guests, so the page sends it again when it connects.

import { fold } from "./names.js";

const MAX_IGNORED = 100; // as at the server
const MAX_QUERY = 6_000; // characters of the URL

export class UserState {
  constructor() {
    this.away = "";
    this.ignored = new Map(); // folded nickname -> {nick, first}: now, and when that began
  }

  get isEmpty() {
    return !this.away && this.ignored.size === 0;
  }

  ignore(nick, first = nick) {
    this.ignored.set(fold(nick), { nick, first });
  }

  // The list of the account, in place of the former one.
  ignoreOnly(nicks) {
    this.ignored.clear();
    for (const nick of nicks) this.ignore(String(nick));
  }

  // The server knows people by their former names as well.
  unignore(nick) {
    const folded = fold(nick);
    for (const [key, { first }] of this.ignored) {
      if (key === folded || fold(first) === folded) this.ignored.delete(key);
    }
  }

  renamed(from, to) {
    const entry = this.ignored.get(fold(from));
    if (!entry) return false;
    this.ignored.delete(fold(from));
    this.ignore(to, entry.first);
    return true;
  }

  // The nicknames for the query of a URL, as many as it may hold, the latest first.
  ignoredQuery() {
    const nicks = [];
    let size = 0;
    for (const { nick } of [...this.ignored.values()].reverse().slice(0, MAX_IGNORED)) {
      size += encodeURIComponent(nick).length + 3;
      if (size > MAX_QUERY) break;
      nicks.push(nick);
    }
    return nicks.join(",");
  }

  restore({ away = "", ignored = [] } = {}) {
    this.away = String(away);
    this.ignored.clear();
    for (const [nick, first] of ignored) this.ignore(String(nick), String(first));
  }

  toJSON() {
    const ignored = [...this.ignored.values()].map(({ nick, first }) => [nick, first]);
    return { away: this.away, ignored };
  }
}
