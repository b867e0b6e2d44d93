// The menus of names and messages, and what their items do.

import { messageItems, nameItems } from "./menu_items.js";
import { strings } from "../strings.js";

export class Menus {
  constructor({ chat, actions, views }) {
    Object.assign(this, { chat, actions, views });
  }

  // `conversation`: in which the name was seen.
  openForName(button, nick, conversation) {
    const room = conversation?.kind === "room" ? conversation : null;
    const items = nameItems(this.chat, nick);
    this.views.menu.open(button, strings.actionsFor(nick), items, (action) => this[action]({ nick, room }));
  }

  openForMessage(button, conversation, entry) {
    const items = messageItems(this.chat, conversation, entry);
    const about = { nick: entry.from, room: conversation, entry };
    this.views.menu.open(button, strings.messageActions, items, (action) => this[action](about));
  }

  // Names

  whois({ nick }) {
    this.actions.command(`\\whois ${nick}`);
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

  // Messages

  copy({ entry }) {
    this.views.messages.copy(entry);
  }

  reply({ nick }) {
    const { composer } = this.views;
    composer.address(nick);
    composer.focus();
  }
}
