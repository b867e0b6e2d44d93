// The sessions of this browser's tabs, so that one which was closed can be resumed.  Pure.
//
// Each is {session, position, nick, chosen, owner, currentKey, tab, closed, at}.  A tab may
// resume a session that no other tab uses.

import { fold } from "./names.js";

const TEXTS = ["session", "position", "nick", "chosen", "owner", "currentKey"];
const MAX_SESSIONS = 10;
const MAX_AGE = 30 * 24 * 3_600_000; // milliseconds; a server knows them no longer

export function validSessions(stored, now) {
  if (!Array.isArray(stored)) return [];
  const isValid = (one) =>
    TEXTS.every((name) => typeof one?.[name] === "string") && one.session && now - one.at < MAX_AGE;
  return stored.filter(isValid);
}

// With this one, the latest first.
export function withSession(sessions, one) {
  const others = sessions.filter(({ session }) => session !== one.session);
  return [one, ...others].slice(0, MAX_SESSIONS);
}

// The sessions of the person who now opens a tab, the best first: the ones that had the chosen
// nickname, then the closed ones, then the latest.
export function candidates(sessions, chosenNick) {
  const wanted = fold(chosenNick);
  const rank = ({ nick, closed }) => Number(fold(nick) === wanted) * 2 + Number(closed);
  return sessions
    .filter(({ chosen }) => fold(chosen) === wanted)
    .sort((a, b) => rank(b) - rank(a) || b.at - a.at);
}
