// The menus of names and messages, and what their items do.

import { strings } from "../strings.js";
import { countSince } from "./correctable.js";
import { FormDialog } from "./form_dialog.js";
import { messageItems, nameItems } from "./menu_items.js";
import { texts } from "./texts.js";

export class Menus {
  // `settings`: of rooms, which say what the user may do there; `moderation`: forms.
  constructor({ chat, actions, views, settings, moderation }) {
    Object.assign(this, { chat, actions, views, settings, moderation });
    this.editing = null; // the form for a correction
    this.deleting = null; // the form that asks before several messages are deleted
  }

  // `conversation`: in which the name was seen.
  openForName(button, nick, conversation) {
    const room = conversation?.kind === "room" ? conversation : null;
    this.settings.refresh(room, () => {
      const items = nameItems(this.chat, nick, room);
      this.open(button, strings.actionsFor(nick), items, { nick, room });
    });
  }

  openForMessage(button, conversation, entry) {
    const room = conversation.kind === "room" ? conversation : null;
    this.settings.refresh(room, () => {
      const items = messageItems(this.chat, conversation, entry);
      this.open(button, strings.messageActions, items, { nick: entry.from, room, entry });
    });
  }

  // `about`: what the chosen action is given.
  open(button, label, items, about) {
    this.views.menu.open(button, label, items, (action) => this[action](about));
  }

  command({ nick, room }, route) {
    this.actions.commandIn(room, `\\${route} ${nick}`);
  }

  // Names

  whois({ nick }) {
    this.actions.whois(nick);
  }

  openDirect({ nick }) {
    this.actions.openDirect(nick);
  }

  ignore({ nick }) {
    this.actions.command(`\\ignore ${nick}`);
  }

  unignore({ nick }) {
    this.actions.command(`\\unignore ${nick}`);
  }

  op(about) {
    this.command(about, "op");
  }

  deop(about) {
    this.command(about, "deop");
  }

  voice(about) {
    this.command(about, "voice");
  }

  devoice(about) {
    this.command(about, "devoice");
  }

  kick(about) {
    this.command(about, "kick");
  }

  unmute(about) {
    this.command(about, "unmute");
  }

  mute({ nick, room }) {
    const form = room.settings.rank === "operator" ? "muteEverywhere" : "mute";
    this.moderation.open(form, nick, room);
  }

  banFromRoom({ nick, room }) {
    this.moderation.open("banFromRoom", nick, room);
  }

  ban({ nick }) {
    this.moderation.open("ban", nick, null);
  }

  // Messages

  copy({ entry }) {
    this.views.messages.copy(entry);
  }

  edit({ room, entry }) {
    this.editing ??= new FormDialog({
      id: "edit",
      title: texts.editTitle,
      fields: [{ name: "text", label: texts.message, type: "textarea", required: true }],
      submitLabel: texts.save,
      submit: ({ text }) => this.actions.correct(this.editing, text, this.edited),
      backButton: this.views.backButton,
    });
    this.edited = room.name;
    this.editing.open({ text: entry.text });
  }

  delete({ room, entry }) {
    const frame = { type: "delete", room: room.name, id: entry.id };
    if (this.actions.requireConnection()) this.actions.sendFrames(this.chat.request(frame, { purpose: "command" }));
  }

  // From this message on, also those that come while the form is open.
  deleteLast({ nick, room, entry }) {
    this.deleting ??= new FormDialog({
      id: "delete",
      title: "",
      text: texts.deleteLastHelp,
      fields: [],
      submitLabel: texts.delete,
      danger: true,
      submit: () => this.actions.commandOf(this.deleting, this.deletion(), this.deleted.room.name),
      backButton: this.views.backButton,
    });
    this.deleted = { nick, room, entry };
    this.deleting.open({}, texts.deleteLastTitle(countSince(room, entry), nick));
  }

  deletion() {
    const { nick, room, entry } = this.deleted;
    return `\\delete ${nick} ${countSince(room, entry)}`;
  }

  reply({ nick }) {
    const { composer } = this.views;
    composer.address(nick);
    composer.focus();
  }
}
