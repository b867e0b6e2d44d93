// What frames from the server cause beyond the state of the chat: one method per effect
// (see chat.js).

import { Announcements } from "./announcements.js";
import { guarded } from "./guarded.js";
import { notifications } from "./notifications.js";
import { hasUnsent } from "./outgoing.js";
import { localStore } from "./storage.js";
import { strings } from "./strings.js";
import { announce, speak } from "./view/dom.js";

// After a reconnect: the time in which messages that were under way may still be stored.
const SETTLE_MS = 300;
// Many bulk presence events cause one request for the members of the room.
const REFRESH_MS = 2_000;
const HISTORY_RETRY_MS = 5_000;

export class Effects {
  constructor({ chat, connection, views, actions, drawing, tabs, memory, sound, onDemand }) {
    Object.assign(this, { chat, connection, views, actions, drawing, tabs, memory, sound, onDemand });
    this.announcements = new Announcements({ say: speak });
    this.refreshTimers = new Map(); // key of a room -> timer
    this.settleTimer = undefined;
  }

  run(effects) {
    for (const effect of effects) guarded(() => this[effect.effect](effect));
  }

  // After the current frame: while the welcome is handled the connection is not up yet.
  send({ frame }) {
    queueMicrotask(() => this.connection.send(frame));
  }

  welcomed({ missing }) {
    const { chat } = this;
    clearTimeout(this.settleTimer);
    saveRooms(chat);
    this.memory.welcomed();
    this.views.naming.update(chat);
    if (missing) announce(strings.mayBeMissing);
    if (!hasUnsent(chat)) {
      chat.holdSends = false;
      return;
    }
    this.settleTimer = setTimeout(() => {
      if (chat.holdSends) this.connection.send(chat.syncBarrier(!missing));
    }, SETTLE_MS);
  }

  // It is known whether the user has an account.
  identified() {
    const { chat } = this;
    if (chat.token) localStore.set("token", chat.token);
    if (chat.account) {
      chat.chosenNick = chat.nick;
      localStore.set("nick", chat.nick);
    }
    this.memory.renamed();
    this.views.naming.update(chat);
  }

  accountDone({ step }) {
    if (step !== "token") this.onDemand.use(({ account }) => account.done(step));
  }

  accountRefused(refusal) {
    this.onDemand.use(({ account }) => account.refused(refusal.text, refusal));
  }

  // The connection waits for the password of the server; `problem`: why one was refused.
  enterRefused({ text, problem }) {
    this.connection.stop(text);
    this.onDemand.use(({ account }) => account.askServerPassword(problem));
  }

  entered() {
    this.onDemand.use(({ account }) => account.enteredServer());
  }

  // The token of this device is not valid any more.
  loginEnded() {
    localStore.remove("token");
    this.views.naming.loginEnded();
  }

  accountRemoved({ text }) {
    this.error({ text });
    this.onDemand.use(({ account }) => account.removed());
  }

  formReplied({ form, problem }) {
    if (problem) form.refuse(problem);
    else form.close();
  }

  // Or that they cannot be known.
  settingsKnown() {
    this.onDemand.use(({ settings }) => settings.known());
  }

  whois({ nick, lines }) {
    this.onDemand.use(({ whois }) => whois.show(nick, lines));
  }

  // What was missed has come: it is shown from its beginning.
  caughtUp() {
    const { chat, drawing } = this;
    drawing.renderNow();
    if (chat.current?.unread) this.views.messages.scrollToNew();
    chat.catchingUp = false;
    drawing.renderNow();
  }

  remember({ directs }) {
    this.memory.saveSoon({ directs });
  }

  refreshMembers({ room }) {
    const timers = this.refreshTimers;
    if (timers.has(room.key)) return;
    const refresh = () => {
      timers.delete(room.key);
      this.connection.send(this.chat.listMembers(room.name));
    };
    timers.set(room.key, setTimeout(refresh, REFRESH_MS));
  }

  // A message is an alert, and the user does not see it yet.
  notify({ conversation, entry }) {
    const isLooking = !document.hidden && document.hasFocus();
    if (isLooking && conversation === this.chat.current) return;
    this.sound.alert();
    if (isLooking) return;
    const { key, kind, title } = conversation;
    const heading = strings.alertTitle(entry.from, kind === "room" ? title : "");
    notifications.show(heading, entry.text, key, () => this.actions.showConversation(key));
  }

  // A message of someone else, which a screen reader should read.
  speak({ conversation, entry, text }) {
    const { announcements, chat } = this;
    if (entry) announcements.message(conversation, entry, conversation === chat.current);
    else announcements.add(text);
  }

  nickChanged() {
    const { chat, views } = this;
    this.memory.renamed();
    if (chat.chosenNick) {
      chat.chosenNick = chat.nick;
      localStore.set("nick", chat.nick);
    }
    views.profile?.nickSaved();
    views.naming.named();
  }

  nickRefused({ text, nick, taken }) {
    const { chat, views } = this;
    announce(text);
    if (views.profile?.refused(text)) return;
    const isGuest = chat.nick !== chat.chosenNick;
    views.naming.refused(text, nick, isGuest);
    if (taken) this.tabs.ask(nick, () => views.naming.ownedByOtherTab(nick, isGuest));
  }

  awaySet() {
    this.views.profile?.awaySaved();
  }

  awayRefused({ text }) {
    announce(text);
    if (!this.views.profile?.awayRefused(text)) this.run(this.chat.addNotice(text, { error: true }));
  }

  joined() {
    this.actions.afterJoining();
  }

  joinRefused({ text, atForm, needsKey }) {
    if (this.views.roomsDialog?.refused(atForm, { needsKey })) return;
    announce(text);
    this.run(this.chat.addNotice(text, { error: true }));
  }

  left() {
    this.actions.afterLeaving();
  }

  searchResults(results) {
    this.views.search?.showResults(results);
  }

  historyLoaded() {
    this.actions.continueReveal();
  }

  historyFailed({ conversation }) {
    setTimeout(() => {
      conversation.loadingOlder = false;
      this.drawing.schedule();
    }, HISTORY_RETRY_MS);
  }

  roomsListed() {
    this.views.roomsDialog?.show();
    this.views.switcher?.refresh();
  }

  // A notice, while there is no conversation to show it in.
  notice({ text, error }) {
    this.views.composer.showNote(text, error);
  }

  error({ text }) {
    announce(text);
  }
}

export function saveRooms(chat) {
  localStore.set("rooms", chat.rooms().map(({ name }) => name));
}
