// What the user does: each action changes the chat, sends frames, and shows the result.

import { parseText, typedForm } from "./commands.js";
import { Opening } from "./opening.js";
import { retryMessage, sendMessage } from "./outgoing.js";
import { localStore } from "./storage.js";
import { readFrames } from "./read_marks.js";
import { strings } from "./strings.js";
import { ACTIONS } from "./typed_actions.js";
import { announce } from "./view/dom.js";

const NO_CONVERSATION = { kind: "none", name: "" };
const MAX_REVEAL_LOADS = 40; // pages of history that are loaded to show a search result

export class Actions extends Opening {
  // `views` is filled by app.js: the views call these actions, which change the views.
  constructor({ chat, connection, views, drawing, memory, onDemand }) {
    super({ chat, views, onDemand });
    Object.assign(this, { connection, drawing, memory });
    this.revealing = null; // continues to load the history up to a search result
  }

  // Carries out a typed text; false if it should stay in the composer.
  run(text) {
    const parsed = parseText(text, this.chat.current ?? NO_CONVERSATION, this.chat.routes);
    const done = ACTIONS[parsed.action](this, parsed);
    this.drawing.schedule();
    return done;
  }

  sendFrames(...frames) {
    frames.forEach((frame) => this.connection.send(frame));
    return true;
  }

  // `refuse` shows the problem where the action was started.
  requireConnection(refuse = (text) => this.showError(text)) {
    const { online, banned } = this.chat;
    if (!online) refuse(banned ? strings.banned(banned) : strings.noConnection);
    return online;
  }

  showError(text) {
    this.views.composer.showNote(text, true);
  }

  // On a device without a mouse the on-screen keyboard would hide the messages.
  focusComposer({ always = false } = {}) {
    if (always || matchMedia("(hover: hover)").matches) this.views.composer.focus();
  }

  // Conversations

  showConversation(key) {
    this.chat.select(key);
    // At once, not with the next frame: what is typed next belongs to this conversation.
    this.views.composer.show(this.chat.current, this.chat.banned);
    this.views.drawers.closeOverlay();
    this.drawing.schedule();
    this.focusComposer();
    return true;
  }

  // `destination`: see navigation.js.
  goTo({ kind, name, conversation }) {
    if (conversation) this.showConversation(conversation.key);
    else if (kind === "dm") this.openDirect(name);
    else this.join(name);
  }

  // `find`: neighbor or nextUnread; `step`: 1 or -1.
  step(find, step) {
    const conversation = find(this.chat, step);
    if (conversation) this.showConversation(conversation.key);
  }

  showNewest() {
    this.views.messages.scrollToEnd();
    this.drawing.schedule();
    this.focusComposer();
  }

  openDirect(nick) {
    return this.showConversation(this.chat.open("dm", nick).key);
  }

  closeConversation(key) {
    this.chat.leave(key);
    this.memory.saveSoon();
    this.afterLeaving();
    this.drawing.schedule();
    return true;
  }

  join(room, { key, refuse } = {}) {
    if (!this.requireConnection(refuse)) return false;
    const frames = this.chat.join(room, key);
    this.sendFrames(...frames);
    if (!frames.length) this.afterJoining();
    this.drawing.schedule();
    return true;
  }

  afterJoining() {
    this.views.roomsDialog?.joined();
    this.views.drawers.closeOverlay();
    this.focusComposer();
  }

  leave(room) {
    return this.requireConnection() && this.sendFrames(this.chat.requestLeave(room));
  }

  leaveCurrent() {
    const { current } = this.chat;
    if (current?.kind === "dm") this.closeConversation(current.key);
    else if (current) this.leave(current.name);
  }

  afterLeaving() {
    const { leftConversation } = this.chat;
    if (leftConversation) announce(strings.youLeft(leftConversation));
    this.focusComposer();
  }

  returnToLeft() {
    const { leftConversation } = this.chat;
    if (!leftConversation) return;
    if (leftConversation.kind === "room" && !this.requireConnection()) return;
    this.sendFrames(...this.chat.returnToLeft());
    this.focusComposer();
    this.drawing.schedule();
  }

  // Which messages of a conversation are alerts: "all", "mentions" or "nothing".
  setNotificationLevel(key, level) {
    if (!this.chat.alerts.setLevel(key, level)) return;
    localStore.set("levels", this.chat.alerts);
    this.drawing.schedule();
  }

  sendReads() {
    this.sendFrames(...readFrames(this.chat));
  }

  // Messages

  send(conversation, text, kind) {
    this.views.messages.followsEnd = true;
    this.sendFrames(...sendMessage(this.chat, conversation, text, kind));
    if (this.connection.state === "waiting") this.connection.wake();
    return true;
  }

  retry(conversation, entry) {
    this.sendFrames(...retryMessage(this.chat, conversation, entry));
    this.drawing.schedule();
  }

  discard(conversation, entry) {
    conversation.remove(entry);
    this.drawing.schedule();
  }

  edit(conversation, entry) {
    const { composer } = this.views;
    conversation.remove(entry);
    const text = typedForm(entry, this.chat.routes);
    composer.setText([text, composer.text].filter(Boolean).join("\n"));
    composer.focus();
    this.drawing.schedule();
  }

  loadOlder(conversation) {
    return this.sendFrames(...this.chat.loadOlder(conversation));
  }

  loadGap(conversation, gap) {
    this.sendFrames(...this.chat.loadGap(conversation, gap));
    this.drawing.schedule();
  }

  // Search

  search(conversation, words) {
    this.sendFrames(...this.chat.search(conversation, words));
  }

  // Shows a search result in its conversation, however far back in the history it is.
  reveal(conversation, entry) {
    this.views.drawers.closeOverlay();
    this.chat.select(conversation.key);
    let loads = MAX_REVEAL_LOADS;
    this.revealing = () => {
      this.drawing.renderNow();
      const shown = this.views.messages.reveal(entry.id);
      const canLoad = loads > 0 && conversation.hasOlder && this.chat.current === conversation;
      if (shown || !canLoad) {
        this.revealing = null;
        return;
      }
      loads -= 1;
      this.loadOlder(conversation);
    };
    this.revealing();
  }

  continueReveal() {
    this.revealing?.();
  }

  // The user and the rooms

  changeNick(nick, refuse) {
    return this.requireConnection(refuse) && this.sendFrames(this.chat.changeNick(nick));
  }

  setAway(text, refuse) {
    return this.requireConnection(refuse) && this.sendFrames(this.chat.setAway(text));
  }

  watchFor(words) {
    localStore.set("words", words);
    this.chat.alerts.watchFor(words, this.chat);
    this.drawing.schedule();
  }

  // An empty topic clears it.
  setTopic(topic, refuse) {
    const command = `\\topic ${topic || "-"}`;
    return this.requireConnection(refuse) && this.sendFrames(this.chat.command(command));
  }

  get compact() {
    return this.views.messages.compact;
  }

  setCompact(compact) {
    this.views.messages.setCompact(compact);
    this.drawing.schedule();
  }

  listRooms() {
    this.sendFrames(this.chat.listRooms());
  }

  showMembers(room) {
    const frame = () => this.chat.listMembers(room, { show: true });
    return this.requireConnection() && this.sendFrames(frame());
  }

  forgetDirects() {
    this.memory.forgetDirects();
    this.drawing.schedule();
  }

  whois(nick) {
    return this.requireConnection() && this.sendFrames(this.chat.whois(nick));
  }

  // See `Chat.commandOf`.
  commandOf(form, text, room) {
    return this.isConnectedFor(form) && this.sendFrames(this.chat.commandOf(form, text, room));
  }

  // See `Chat.edit`.
  correct(form, text, room) {
    return this.isConnectedFor(form) && this.sendFrames(this.chat.edit(form, text, room));
  }

  isConnectedFor(form) {
    return this.requireConnection((problem) => form.refuse(problem));
  }

  // In a room that need not be the current one; null for none.
  commandIn(room, text) {
    return this.requireConnection() && this.sendFrames(this.chat.command(text, room));
  }

  command(text) {
    return this.requireConnection() && this.sendFrames(this.chat.command(text));
  }

  quit(text) {
    this.sendFrames(this.chat.command(text ? `\\quit ${text}` : "\\quit"));
    this.connection.stop();
    return true;
  }

  reconnect() {
    if (["stopped", "banned"].includes(this.connection.state)) this.connection.connect();
    else this.connection.wake();
  }
}
