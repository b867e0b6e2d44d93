// The lists of rooms and of direct conversations, with their unread counts.

import { strings } from "../strings.js";
import { byId, classes, el, icon, setText } from "./dom.js";
import { KeyedList } from "./keyed.js";

const MAX_COUNT = 99;

const countText = (unread) => (unread > MAX_COUNT ? strings.manyUnread : String(unread));

export class Sidebar {
  // `handlers`: {showConversation, closeConversation}
  constructor(chat, handlers) {
    this.chat = chat;
    this.rooms = this.makeList("rooms", handlers);
    this.directs = this.makeList("directs", handlers);
  }

  makeList(id, handlers) {
    const list = new KeyedList(byId(id), {
      keyOf: (conversation) => conversation.key,
      lookOf: (conversation) => this.look(conversation),
      make: (conversation) => this.make(conversation),
    });
    list.onAction({
      show: ({ key }) => handlers.showConversation(key),
      close: ({ key }) => handlers.closeConversation(key),
    });
    return list;
  }

  presenceOf({ name }) {
    if (!this.chat.sharesRoomWith(name)) return "unknown";
    return this.chat.awayText(name) ? "away" : "here";
  }

  look(conversation) {
    const { title, unread, mentions, key } = conversation;
    const presence = conversation.kind === "dm" ? this.presenceOf(conversation) : "";
    return [title, unread, mentions > 0, key === this.chat.currentKey, presence].join("\u0000");
  }

  make(conversation) {
    const { key, name, kind, unread } = conversation;
    const button = el("button", {
      type: "button",
      class: classes("conversation", unread && "unread"),
      "aria-current": key === this.chat.currentKey ? "true" : undefined,
      "data-action": "show",
    });
    if (kind === "room") {
      button.append(el("span", { class: "hash", "aria-hidden": "true" }, "#"));
    } else {
      const presence = this.presenceOf(conversation);
      button.append(el("span", { class: `dot ${presence}` }));
      button.title = strings.presenceOf[presence](name);
    }
    button.append(el("span", { class: "name", dir: "auto" }, name));
    if (unread) button.append(...this.badge(conversation));
    const item = el("li", {}, button);
    if (kind === "dm" && !unread) item.append(this.closeButton(name));
    return item;
  }

  badge({ unread, mentions }) {
    const className = classes("badge", mentions && "urgent");
    return [
      el("span", { class: className, "aria-hidden": "true" }, countText(unread)),
      el("span", { class: "visually-hidden" }, strings.unreadLabel(unread, mentions > 0)),
    ];
  }

  closeButton(nick) {
    const attributes = { type: "button", class: "icon small close-direct", "data-action": "close" };
    const label = strings.closeDirect(nick);
    return el("button", { ...attributes, "aria-label": label }, icon("close"));
  }

  show() {
    const { chat } = this;
    const directs = chat.directs();
    this.rooms.show(chat.rooms());
    this.directs.show(directs);
    byId("directs_hint").hidden = directs.length > 0;

    const unread = chat.unread();
    const badge = byId("sidebar_badge");
    badge.hidden = unread === 0;
    badge.className = classes("badge", chat.hasMentions() && "urgent");
    setText(badge, countText(unread));
    byId("sidebar_open").setAttribute("aria-label", strings.sidebarLabel(unread));
    document.title = strings.unreadTitle(unread, chat.current?.title ?? "");
  }
}
