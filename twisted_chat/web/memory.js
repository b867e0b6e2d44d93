// What this browser remembers of the chat from one visit to the next: how far each room was
// read, the direct messages, the away text, who is ignored, and the sessions of closed tabs.
//
// What was read is shared by all tabs.  Direct messages, the away text and who is ignored
// belong to `owner`, the nickname under which they came: another nickname does not show them.
// A nickname that the server gave to someone who resumes does not change the owner.

import { forgetDirects, restoreDirects, takeDirects } from "./directs.js";
import { fold } from "./names.js";
import { mergePositions, readPositions } from "./read_state.js";
import { candidates, validSessions, withSession } from "./sessions.js";
import { settleDirects } from "./synchronizing.js";

const SAVE_DELAY = 500; // milliseconds in which changes are collected
const LIMITS = [1_000_000, 300_000, 50_000]; // characters of direct messages, if storage is full
const MAX_OWNERS = 5;
const ANSWER_TIME = 500; // milliseconds that another tab has to say that it uses a session

export class Memory {
  // `changed()` is called when another tab has changed what this one shows.
  // `saved()` when what was read may have changed.
  constructor(chat, { store, tabs, changed, saved = () => {}, now = Date.now, timers = globalThis }) {
    Object.assign(this, { chat, store, tabs, saved, now, timers });
    this.owner = "";
    this.tab = `${now()}-${Math.random()}`;
    this.timer = undefined;
    this.directsChanged = false;
    this.readFrom(store.get("read", []));
    store.onChange("read", (stored) => {
      this.readFrom(stored);
      changed();
    });
    store.onChange("forgotten", () => {
      forgetDirects(chat);
      changed();
    });
  }

  readFrom(stored) {
    const { reads, conversations } = this.chat;
    for (const [key, position] of readPositions(stored)) {
      reads.set(key, position);
      conversations.get(key)?.wasRead(position);
    }
  }

  // Shows what belongs to a nickname.
  restore(owner) {
    this.owner = owner;
    this.restoreUserState(owner);
    this.restoreDirects(owner);
  }

  restoreUserState(owner) {
    this.use(`state ${owner}`, (kept) => this.chat.userState.restore(kept));
  }

  restoreDirects(owner) {
    this.use(`directs ${owner}`, ({ messages }) => restoreDirects(this.chat, messages));
  }

  // What is damaged is forgotten: the page must start.
  use(key, call) {
    const kept = this.store.get(key);
    try {
      if (kept !== undefined) call(kept);
    } catch {
      this.store.remove(key);
    }
  }

  // After the welcome.
  welcomed() {
    if (!this.owner) {
      this.restore(fold(this.chat.nick));
      settleDirects(this.chat);
      this.chat.userState.away = ""; // in a new session nobody is away
    }
    this.saveSoon();
  }

  // The user has another nickname now, and so have the direct messages.
  renamed() {
    const owner = fold(this.chat.nick);
    if (!this.owner || owner === this.owner) return;
    this.restoreDirects(owner);
    this.store.remove(`directs ${this.owner}`);
    this.store.remove(`state ${this.owner}`);
    this.owner = owner;
    this.saveSoon();
  }

  // The user logs out: what belongs to the nickname is kept, but not shown any more, and its
  // sessions are not resumed.
  disown() {
    this.save();
    this.store.set("sessions", this.sessions.filter(({ owner }) => owner !== this.owner));
    this.owner = "";
    forgetDirects(this.chat);
    this.chat.userState.restore();
  }

  // `directs`: direct messages may have changed, of which there can be many.
  saveSoon({ directs = true } = {}) {
    this.directsChanged ||= directs;
    this.timer ??= this.timers.setTimeout(() => this.save({ directs: this.directsChanged }), SAVE_DELAY);
  }

  // `closed`: another tab may resume this session.
  save({ closed = false, directs = true } = {}) {
    this.timers.clearTimeout(this.timer);
    this.timer = undefined;
    const { chat, store } = this;
    const rooms = [...chat.reads].map(([key, read]) => ({ key, read }));
    store.set("read", mergePositions(store.get("read", []), [...rooms, ...chat.rooms()]));
    this.saveSession(closed);
    this.saved();
    if (!this.owner) return;
    this.saveUserState();
    if (directs) this.saveDirects();
    this.forgetOldOwners();
  }

  saveUserState() {
    const key = `state ${this.owner}`;
    const { userState } = this.chat;
    if (userState.isEmpty) this.store.remove(key);
    else this.store.set(key, { at: this.now(), ...userState.toJSON() });
  }

  saveDirects() {
    this.directsChanged = false;
    const key = `directs ${this.owner}`;
    const save = (limit) => {
      const messages = takeDirects(this.chat, limit);
      if (messages.length) return this.store.set(key, { at: this.now(), messages });
      this.store.remove(key);
      return true;
    };
    if (!LIMITS.some(save)) this.store.remove(key);
  }

  forgetOldOwners() {
    for (const kind of ["directs ", "state "]) {
      const keys = this.store.keys(kind);
      if (keys.length <= MAX_OWNERS) continue;
      const at = (key) => Number(this.store.get(key)?.at) || 0;
      keys.sort((a, b) => at(b) - at(a));
      for (const key of keys.slice(MAX_OWNERS)) this.store.remove(key);
    }
  }

  // On this device, under every nickname and in every tab.
  forgetDirects() {
    forgetDirects(this.chat);
    for (const key of this.store.keys("directs ")) this.store.remove(key);
    this.store.set("forgotten", this.now());
  }

  // Sessions

  get sessions() {
    return validSessions(this.store.get("sessions", []), this.now());
  }

  saveSession(closed) {
    const { session, position, nick, chosenNick, currentKey } = this.chat;
    if (!session) return;
    const place = { session, position, nick, chosen: chosenNick, currentKey };
    const one = { ...place, owner: this.owner, tab: this.tab, closed, at: this.now() };
    this.store.set("sessions", withSession(this.sessions, one));
  }

  // The page is back from the browser's cache: is its session still its own?
  reclaim() {
    const own = this.sessions.find(({ session }) => session === this.chat.session);
    if (own && own.tab !== this.tab) this.chat.session = "";
    else this.saveSession(false);
  }

  // A tab without a session of its own resumes the one of a tab that was closed.
  async claim() {
    const { chat } = this;
    if (chat.session || this.owner) {
      this.saveSession(false);
      return;
    }
    for (const one of candidates(this.sessions, chat.chosenNick)) {
      if (one.closed || !(await this.isUsed(one.session))) {
        this.adopt(one);
        return;
      }
    }
    // Whom a member ignores is known by the nickname alone.
    if (chat.chosenNick) this.restoreUserState(fold(chat.chosenNick));
    chat.userState.away = "";
  }

  adopt({ session, position, nick, owner, currentKey }) {
    const { chat } = this;
    Object.assign(chat, { session, position, nick });
    this.restore(owner || fold(nick));
    chat.select(currentKey);
    this.saveSession(false);
  }

  isUsed(session) {
    return new Promise((done) => {
      this.tabs.ask(`session:${session}`, () => done(true));
      this.timers.setTimeout(() => done(false), ANSWER_TIME);
    });
  }
}
