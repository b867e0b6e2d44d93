// The state of the chat as this user sees it, and the requests that change it.
//
// Pure: no document, no socket, no clock of its own.  Methods for what the user does return
// the frames to send (of messages: outgoing.js); `receive` applies a frame from the server (see
// frames.js) and returns effects for the page to carry out, such as
// {effect: "notify", conversation, entry}.

import { Alerts } from "./alerts.js";
import { Conversation, isMessage, keyOf } from "./conversation.js";
import { FRAME_HANDLERS } from "./frames.js";
import { compareNames, fold } from "./names.js";
import { failUnsent, flush } from "./outgoing.js";
import { RouteTable } from "./routes.js";
import { UserState } from "./user_state.js";

const HISTORY_LIMIT = 50;
const GAP_LIMIT = 100;
const SEARCH_LIMIT = 100;

export class Chat {
  constructor({ now = Date.now, alerts = new Alerts() } = {}) {
    this.now = now;
    this.alerts = alerts;
    this.nick = "";
    this.previousNick = ""; // before a reconnect that could not keep it, such as a guest's
    this.chosenNick = ""; // chosen by the user; a guest has none
    this.session = "";
    this.account = ""; // the account that the user is logged in to, "" for a guest
    this.token = ""; // with which this device logs in again
    this.serverPassword = ""; // of a server that asks for one; never stored
    this.position = ""; // of the last event received
    this.joining = false; // the user asked to join a room and expects to be taken there
    this.conversations = new Map(); // key -> Conversation
    this.closedDirects = new Map(); // direct conversations that the user closed, by key
    this.currentKey = "";
    this.lastRoomKey = "";
    this.leftConversation = null; // just left, and offered again until the user moves on
    this.awayTexts = new Map(); // folded nickname -> text
    this.accounts = new Map(); // folded nickname -> account
    this.routes = new RouteTable();
    this.roomList = []; // the rooms on the server: {name, count}
    this.online = false;
    this.holdSends = false; // after a reconnect, until it is known what was stored
    this.quit = false; // the user quit and comes back only on request
    this.banned = ""; // what the server said to a user who is banned, until it lets the user in again
    this.viewingLatest = false; // the end of the current conversation is in view
    this.catchingUp = false; // after the welcome, until what was missed has come
    this.userState = new UserState(); // what the server may forget, and is sent again
    this.reads = new Map(); // key of a room -> how far it was read before
    this.directReads = new Map(); // key of a direct conversation -> id up to which other devices read it
    this.mayRegister = true; // whether guests may register
    this.shortestPassword = 0; // the fewest characters that the server accepts
    this.motdShown = false;
    this.requests = new Map(); // ref -> context of the request: {purpose, ...}
    this.lastRef = 0;
  }

  // Queries

  get current() {
    return this.conversations.get(this.currentKey) ?? null;
  }

  // The lobby first, then by name.
  rooms() {
    const rooms = [...this.conversations.values()].filter(({ kind }) => kind === "room");
    const lobbyFirst = (a, b) => Number(b.name === "lobby") - Number(a.name === "lobby");
    return rooms.sort((a, b) => lobbyFirst(a, b) || compareNames(a.name, b.name));
  }

  directs() {
    return [...this.conversations.values()].filter(({ kind }) => kind === "dm");
  }

  // The room whose members are listed: the current one, or the last current one.
  memberRoom() {
    if (this.current?.kind === "room") return this.current;
    return this.conversations.get(this.lastRoomKey) ?? this.rooms()[0] ?? null;
  }

  sharesRoomWith(nick) {
    const folded = fold(nick);
    return this.rooms().some((room) => room.members.some((member) => fold(member) === folded));
  }

  awayText(nick) {
    return this.awayTexts.get(fold(nick)) ?? "";
  }

  // The account of a member; empty for a guest.
  accountOf(nick) {
    return this.accounts.get(fold(nick)) ?? "";
  }

  setAccountOf(nick, account) {
    if (account) this.accounts.set(fold(nick), String(account));
    else this.accounts.delete(fold(nick));
  }

  // What is known of whoever has a nickname.
  forgetMember(nick) {
    this.awayTexts.delete(fold(nick));
    this.accounts.delete(fold(nick));
  }

  // For completion: the authors of the latest messages first, as the user may be replying.
  nicks() {
    const nicks = new Map();
    for (const { kind, from } of [...(this.current?.entries ?? [])].reverse()) {
      if (isMessage({ kind }) && this.sharesRoomWith(from)) nicks.set(fold(from), from);
    }
    for (const room of this.rooms()) room.members.forEach((nick) => nicks.set(fold(nick), nick));
    return [...nicks.values()];
  }

  // What is not read in all conversations that are not muted: {count, mentions, isComplete}.
  unreadTotal() {
    const total = { count: 0, mentions: 0, isComplete: true };
    for (const { key, unreadState } of this.conversations.values()) {
      if (this.alerts.isMuted(key)) continue;
      total.count += unreadState.count;
      total.mentions += unreadState.mentions;
      total.isComplete &&= unreadState.isComplete || !unreadState.count;
    }
    return total;
  }

  // Conversations

  open(kind, name) {
    const key = keyOf(kind, name);
    const left = this.leftConversation;
    if (left?.key === key) this.leftConversation = null;
    if (!this.conversations.has(key)) {
      const conversation = this.closedDirects.get(key) ?? new Conversation(kind, name);
      this.closedDirects.delete(key);
      if (kind === "room") conversation.wasRead(this.reads.get(key));
      else conversation.wasReadTo(this.directReads.get(key) ?? "");
      this.conversations.set(key, conversation);
    }
    return this.conversations.get(key);
  }

  select(key) {
    const conversation = this.conversations.get(key);
    if (!conversation) return;
    if (this.currentKey !== key) this.current?.forgetNew();
    if (this.currentKey !== key) this.leftConversation = null;
    this.currentKey = key;
    if (conversation.kind === "room") this.lastRoomKey = key;
  }

  // False if nothing was new.
  markRead() {
    if (!this.current || !this.viewingLatest || this.catchingUp) return false;
    return this.current.markRead();
  }

  remove(key) {
    const { kind, read } = this.conversations.get(key) ?? {};
    if (kind === "room") this.reads.set(key, read);
    this.conversations.delete(key);
    if (this.lastRoomKey === key) this.lastRoomKey = this.rooms()[0]?.key ?? "";
    if (this.currentKey !== key) return;
    this.currentKey = "";
    this.select(this.lastRoomKey || (this.directs()[0]?.key ?? ""));
  }

  // By the user, who is offered to return.
  leave(key) {
    const conversation = this.conversations.get(key) ?? null;
    this.remove(key);
    // The server has a room's history; only this browser has the direct messages.
    if (conversation?.kind === "dm") this.closedDirects.set(key, conversation);
    this.leftConversation = conversation;
  }

  returnToLeft() {
    const { kind, name } = this.leftConversation;
    if (kind === "room") return this.join(name);
    this.select(this.open(kind, name).key);
    return [];
  }

  // Requests

  // The reply to this frame comes after all events that the server had for this client.
  // Nothing of the user's is sent before it, or it would overtake older messages.
  syncBarrier(complete) {
    const room = this.rooms()[0]?.name;
    const frame = room ? { type: "who", room } : { type: "command", text: "\\rooms" };
    return this.request(frame, { purpose: "sync", complete });
  }

  // The cheapest request: the server only looks up a help text.
  heartbeat() {
    return this.request({ type: "command", text: "\\help help" }, { purpose: "heartbeat" });
  }

  command(text, room = this.current) {
    const frame = { type: "command", text };
    if (room?.kind === "room") frame.room = room.name;
    const [, purpose = "command", nick] = /^\\((?:un)?ignore)\s+(\S+)$/u.exec(text) ?? [];
    return this.request(frame, { purpose, nick });
  }

  // A route that a form sends, for the room that it concerns.
  commandOf(form, text, room) {
    return this.request({ type: "command", text, ...(room && { room }) }, { purpose: "form", form });
  }

  // Another text for the user's last message in a room.
  edit(form, text, room) {
    return this.request({ type: "edit", text, room }, { purpose: "form", form });
  }

  askSettings(room) {
    return this.request({ type: "command", text: "\\room", room: room.name }, { purpose: "settings" });
  }

  whois(nick) {
    return this.request({ type: "command", text: `\\whois ${nick}` }, { purpose: "whois", nick });
  }

  // An empty text clears it: without an argument the route toggles.
  setAway(text) {
    return this.request({ type: "command", text: text ? `\\away ${text}` : "\\away" }, { purpose: "away" });
  }

  listRooms() {
    return this.request({ type: "command", text: "\\rooms" }, { purpose: "rooms" });
  }

  // `show`: the user asked for the list, and it is shown as a notice.
  listMembers(room, { show = false } = {}) {
    return this.request({ type: "who", room }, { purpose: show ? "show members" : "members" });
  }

  join(room, key = "") {
    const joined = this.conversations.get(keyOf("room", fold(room)));
    if (joined) {
      this.select(joined.key);
      return [];
    }
    this.joining = true;
    const frame = key ? { type: "command", text: `\\join ${room} ${key}` } : { type: "join", room };
    return [this.request(frame, { purpose: "join" })];
  }

  requestLeave(room) {
    return this.request({ type: "leave", room }, { purpose: "leave" });
  }

  changeNick(nick) {
    const context = { purpose: "nick", nick, previous: this.chosenNick };
    this.chosenNick = nick;
    return this.request({ type: "nick", nick }, context);
  }

  loadOlder(conversation, limit = HISTORY_LIMIT) {
    const { kind, name, hasOlder, loadingOlder } = conversation;
    if (!this.online || loadingOlder || !hasOlder || kind !== "room") return [];
    const first = conversation.entries.find((entry) => entry.id && !entry.otherJournal);
    const frame = { type: "history", room: name, limit };
    if (first) frame.before = first.id;
    conversation.loadingOlder = true;
    return [this.request(frame, { purpose: "older", conversation })];
  }

  loadGap(conversation, gap) {
    if (!this.online || gap.loading) return [];
    const behind = conversation.entries.slice(conversation.entries.indexOf(gap));
    const next = behind.find((entry) => entry.id);
    const frame = { type: "history", room: conversation.name, limit: GAP_LIMIT };
    if (next) frame.before = next.id;
    gap.loading = true;
    return [this.request(frame, { purpose: "gap", conversation, gap })];
  }

  search(conversation, words) {
    const text = `\\search ${words}`;
    const frame = { type: "command", text, room: conversation.name, limit: SEARCH_LIMIT };
    return [this.request(frame, { purpose: "search", conversation })];
  }

  request(frame, context) {
    this.lastRef += 1;
    const ref = `r${this.lastRef}`;
    this.requests.set(ref, context);
    return { ...frame, ref };
  }

  // Events

  // A line for this user only.  Without a conversation the page has to find a place for it.
  addNotice(text, { error = false } = {}) {
    if (!this.current) return [{ effect: "notice", text, error }];
    this.current.insert({ kind: "notice", position: this.position, time: this.now(), text, error });
    // Errors are announced where they are handled.
    return error ? [] : [{ effect: "speak", text }];
  }

  disconnected({ quit = false } = {}) {
    this.quit = quit;
    this.online = false;
    this.holdSends = false;
    this.catchingUp = false;
    this.joining = false;
    this.requests.clear();
    for (const conversation of this.conversations.values()) {
      conversation.loadingOlder = false;
      for (const entry of conversation.entries) {
        if (entry.status === "sending") entry.status = "unconfirmed";
        if (entry.kind === "gap") entry.loading = false;
      }
    }
  }

  // Nothing is sent until the user is let in again.
  wasBanned(text) {
    this.disconnected({ quit: true });
    this.banned = text;
    failUnsent(this);
  }

  receive(frame) {
    if (!Object.hasOwn(FRAME_HANDLERS, frame.type)) return [];
    const context = this.requests.get(frame.ref);
    this.requests.delete(frame.ref);
    const effects = FRAME_HANDLERS[frame.type](this, frame, context) ?? [];
    if (context?.purpose === "sync" && this.holdSends) {
      effects.push(...flush(this, context.complete).map((one) => ({ effect: "send", frame: one })));
    }
    return effects;
  }
}
