// What this person knows of the chat, and what they do in it.
//
// Pure: no document, no socket, no clock of its own.  What the person does returns the
// frames to send; what the server says (see frames.js) returns effects for the page to
// carry out, such as {do: "alert", place, entry}.

import { FRAMES } from "./frames.js";
import { compareNames, fold } from "./names.js";
import { Place, isSpoken, keyOf, newKey } from "./place.js";

export const PAGE = 50;
// Of what is found; more than one reads through.
export const FOUND = 100;
export const MOST_BYTES = 4096;
// Private messages are no part of the server's history; the tab keeps this many of each.
const KEPT_TALK = 200;

const utf8 = new TextEncoder();
export const tooLong = (text) => utf8.encode(text).length > MOST_BYTES;

export class Chat {
  constructor({ now = Date.now } = {}) {
    this.now = now;
    this.nick = "";
    this.former = ""; // the name before a reconnect that could not keep it, as a guest's
    this.wanted = ""; // the name this person chose; a guest has none
    this.session = "";
    this.position = ""; // everything up to here was seen
    this.entering = false; // this person asked to go to another room
    this.places = new Map();
    this.current = "";
    this.lastRoom = "";
    this.parted = null; // the conversation that was left just now, until one goes on elsewhere
    this.away = new Map(); // folded nick -> why
    this.listed = []; // the rooms on the server: {name, count}
    this.online = false;
    this.holding = false; // after a reconnect, until it is known what was stored
    this.left = false; // this person quit, and comes back only when they say so
    this.attentive = false; // somebody looks at the end of the current conversation
    this.greeted = false;
    this.asked = new Map(); // ref -> what it was about
    this.refs = 0;
  }

  // Reading

  get place() {
    return this.places.get(this.current) ?? null;
  }

  rooms() {
    const rooms = [...this.places.values()].filter((place) => place.kind === "room");
    const lobbyFirst = (a, b) => Number(b.name === "lobby") - Number(a.name === "lobby");
    return rooms.sort((a, b) => lobbyFirst(a, b) || compareNames(a.name, b.name));
  }

  talks() {
    return [...this.places.values()].filter((place) => place.kind === "dm");
  }

  // Whom the list of people shows: those of the open room, or of the one open before.
  peoplePlace() {
    if (this.place?.kind === "room") return this.place;
    return this.places.get(this.lastRoom) ?? this.rooms()[0] ?? null;
  }

  isHere(nick) {
    const folded = fold(nick);
    return this.rooms().some((room) => room.members.some((member) => fold(member) === folded));
  }

  // For completion.  Who spoke last comes first: it is probably whom one answers.
  nicks() {
    const nicks = new Map();
    for (const { kind, from } of this.place?.entries.toReversed() ?? []) {
      if (isSpoken({ kind }) && this.isHere(from)) nicks.set(fold(from), from);
    }
    for (const room of this.rooms()) room.members.forEach((nick) => nicks.set(fold(nick), nick));
    return [...nicks.values()];
  }

  unread() {
    const places = [...this.places.values()];
    return places.reduce((sum, place) => sum + place.unread, 0);
  }

  // How to connect, so as to be who one was and where one was.
  address() {
    const query = { format: "json" };
    if (this.wanted) query.nick = this.wanted;
    if (this.session) query.session = this.session;
    if (this.position) query.since = this.position;
    const rooms = this.rooms().map((room) => room.name);
    const spoken = this.peoplePlace()?.name;
    if (spoken) rooms.push(...rooms.splice(rooms.indexOf(spoken), 1));
    if (rooms.length) query.rooms = rooms.join(",");
    return query;
  }

  // Keeping over a reload

  snapshot() {
    const pending = [];
    const talks = [];
    for (const { kind: place, name, unread, entries } of this.places.values()) {
      for (const { kind, text, time, status, problem } of entries.filter((one) => one.status)) {
        pending.push({ place, name, kind, text, time, status, problem });
      }
      if (place !== "dm") continue;
      const said = entries.filter((one) => one.kind === "dm" && !one.status).slice(-KEPT_TALK);
      const kept = said.map(({ id, time, from, text, mine }) => ({ id, time, from, text, mine }));
      talks.push({ name, unread, entries: kept });
    }
    const { session, position, current, nick } = this;
    return { session, position, current, nick, talks, pending };
  }

  restore({ session = "", position = "", current = "", nick = "", talks = [], pending = [] }) {
    Object.assign(this, { session, position, nick });
    for (const { name, unread, entries } of talks) {
      const place = this.open("dm", name);
      for (const one of entries) place.insert({ ...one, kind: "dm" });
      place.unread = unread;
      place.mentions = unread;
    }
    for (const { place, name, status, ...entry } of pending) {
      const open = status === "sending" ? "unsure" : status;
      const kept = { ...entry, key: newKey(), from: nick, mine: true, status: open };
      this.open(place, name).entries.push(kept);
    }
    if (this.places.has(current)) this.show(current);
    // Not the first visit of this tab: no need to be greeted again.
    this.greeted = session !== "";
  }

  // What the person does

  open(kind, name) {
    const key = keyOf(kind, name);
    const { parted } = this;
    if (parted?.key === key) this.parted = null;
    if (!this.places.has(key)) {
      // The server has what was said in a room; between two, nobody else has it.
      const again = kind === "dm" && parted?.key === key;
      this.places.set(key, again ? parted : new Place(kind, name));
    }
    return this.places.get(key);
  }

  show(key) {
    const place = this.places.get(key);
    if (!place) return;
    if (this.current !== key && this.place) this.place.newFrom = null;
    if (this.current !== key) this.parted = null;
    this.current = key;
    if (place.kind === "room") this.lastRoom = key;
  }

  // Whoever looks at the end of a conversation has read it.
  read() {
    if (!this.place || !this.attentive) return;
    this.place.unread = 0;
    this.place.mentions = 0;
  }

  close(key) {
    this.places.delete(key);
    if (this.lastRoom === key) this.lastRoom = this.rooms()[0]?.key ?? "";
    if (this.current !== key) return;
    this.current = "";
    this.show(this.lastRoom || (this.talks()[0]?.key ?? ""));
  }

  // By this person, who may think better of it.
  part(key) {
    const place = this.places.get(key) ?? null;
    this.close(key);
    this.parted = place;
  }

  comeBack() {
    const { kind, name } = this.parted;
    if (kind === "room") return this.join(name);
    this.show(this.open(kind, name).key);
    return [];
  }

  // What cannot be sent now waits in the conversation.
  say(place, text, kind = place.kind === "dm" ? "dm" : "message") {
    const said = { key: newKey(), kind, from: this.nick, text, time: this.now(), mine: true };
    const entry = { ...said, status: "waiting" };
    place.entries.push(entry);
    place.newFrom = null;
    this.parted = null;
    return this.dispatch(place, entry);
  }

  retry(place, entry) {
    place.remove(entry);
    place.entries.push(entry);
    Object.assign(entry, { status: "waiting", time: this.now(), problem: undefined });
    return this.dispatch(place, entry);
  }

  dispatch(place, entry) {
    if (!this.online || this.holding) return [];
    entry.status = "sending";
    const { kind, text } = entry;
    const ref = this.newRef({ about: "said", place, entry });
    if (kind === "dm") return [{ type: "dm", to: place.name, text, ref }];
    if (kind === "message") return [{ type: "message", room: place.name, text, ref }];
    return [{ type: "command", room: place.name, text: `\\me ${text}`, ref }];
  }

  // Everything that waited, in the order in which it was written; `sure` if what was not
  // heard of by now was not stored.
  flush(sure) {
    this.holding = false;
    const waiting = [];
    for (const place of this.places.values()) {
      for (const entry of place.entries) {
        if (entry.status === "unsure" && !sure) {
          entry.status = "failed";
          entry.problem = "The connection broke: this may not have arrived.";
        } else if (entry.status === "unsure" || entry.status === "waiting") {
          waiting.push([place, entry]);
        }
      }
    }
    waiting.sort(([, a], [, b]) => a.time - b.time);
    return waiting.flatMap(([place, entry]) => this.dispatch(place, entry));
  }

  get hasWaiting() {
    return [...this.places.values()].some(({ entries }) =>
      entries.some(({ status }) => status === "unsure" || status === "waiting"),
    );
  }

  // When this is answered, all that the server had to tell before has come; nothing of one's
  // own is sent before, however long that takes, or it would overtake what was said earlier.
  fence(sure) {
    const room = this.rooms()[0]?.name;
    const ask = room ? { type: "who", room } : { type: "command", text: "\\rooms" };
    return this.ask(ask, { about: "fence", sure });
  }

  command(text, about = { about: "command" }) {
    const frame = { type: "command", text };
    if (this.place?.kind === "room") frame.room = this.place.name;
    return this.ask(frame, about);
  }

  join(room) {
    const known = this.places.get(keyOf("room", fold(room)));
    if (known) {
      this.show(known.key);
      return [];
    }
    this.entering = true;
    return [this.ask({ type: "join", room }, { about: "join" })];
  }

  takeName(nick) {
    const about = { about: "nick", nick, former: this.wanted };
    this.wanted = nick;
    return this.ask({ type: "nick", nick }, about);
  }

  older(place) {
    if (!this.online || place.loading || !place.more || place.kind !== "room") return [];
    const first = place.entries.find((entry) => entry.id && !entry.foreign);
    const ask = { type: "history", room: place.name, limit: PAGE };
    if (first) ask.before = first.id;
    place.loading = true;
    return [this.ask(ask, { about: "older", place })];
  }

  fill(place, gap) {
    const after = place.entries.slice(place.entries.indexOf(gap));
    const next = after.find((entry) => entry.id);
    if (!this.online || gap.loading) return [];
    gap.loading = true;
    const ask = { type: "history", room: place.name, limit: 2 * PAGE };
    if (next) ask.before = next.id;
    return [this.ask(ask, { about: "gap", place, gap })];
  }

  search(place, words) {
    const ask = { type: "command", text: `\\search ${words}`, room: place.name, limit: FOUND };
    return [this.ask(ask, { about: "search", place })];
  }

  newRef(about) {
    this.refs += 1;
    const ref = `r${this.refs}`;
    this.asked.set(ref, about);
    return ref;
  }

  ask(frame, about) {
    return { ...frame, ref: this.newRef(about) };
  }

  // A line for this person only; where there is no conversation the page finds a place.
  note(text, { error = false } = {}) {
    if (!this.place) return [{ do: "told", text, error }];
    this.place.insert({ kind: "notice", at: this.position, time: this.now(), text, error });
    return [];
  }

  // What happens to this person

  disconnected({ left = false } = {}) {
    this.left = left;
    this.online = false;
    this.holding = false;
    this.entering = false;
    this.asked.clear();
    for (const place of this.places.values()) {
      place.loading = false;
      for (const entry of place.entries) {
        if (entry.status === "sending") entry.status = "unsure";
        if (entry.kind === "gap") entry.loading = false;
      }
    }
  }

  receive(frame) {
    if (!Object.hasOwn(FRAMES, frame.type)) return [];
    const about = this.asked.get(frame.ref);
    this.asked.delete(frame.ref);
    const effects = FRAMES[frame.type](this, frame, about) ?? [];
    if (about?.about === "fence" && this.holding) {
      effects.push(...this.flush(about.sure).map((one) => ({ do: "send", frame: one })));
    }
    return effects;
  }
}
