// The lists of rooms and of direct conversations, with their unread counts.

import { strings } from "../strings.js";
import { byId, classes, el, icon, setText } from "./dom.js";
import { KeyedList } from "./keyed.js";

const MAX_COUNT = 99;

// "" for nothing; "50+" if there may be more than were counted.
export function countText({ count, isComplete }) {
  if (count > MAX_COUNT) return strings.manyUnread;
  return count ? strings.counted(count, isComplete) : "";
}

export class Sidebar {
  // `handlers`: {showConversation, closeConversation, openRooms}
  constructor(chat, handlers) {
    this.chat = chat;
    byId("rooms_open").addEventListener("click", () => handlers.openRooms());
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
    const { title, unreadState, key, kind } = conversation;
    const presence = kind === "dm" ? this.presenceOf(conversation) : "";
    const badge = [countText(unreadState), unreadState.mentions > 0, this.chat.alerts.isMuted(key)];
    return [title, ...badge, key === this.chat.currentKey, presence].join("\u0000");
  }

  make(conversation) {
    const { key, name, kind, unreadState } = conversation;
    const unread = unreadState.count;
    const isMuted = this.chat.alerts.isMuted(key);
    const button = el("button", {
      type: "button",
      class: classes("conversation", unread && !isMuted && "unread"),
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
    if (unread) button.append(...this.badge(unreadState, isMuted));
    const item = el("li", {}, button);
    if (kind === "dm" && !unread) item.append(this.closeButton(name));
    return item;
  }

  badge(unreadState, isMuted) {
    const isUrgent = unreadState.mentions > 0 && !isMuted;
    const count = countText(unreadState);
    const className = classes("badge", isMuted && "muted", isUrgent && "urgent");
    return [
      el("span", { class: className, "aria-hidden": "true" }, count),
      el("span", { class: "visually-hidden" }, strings.unreadLabel(count, isUrgent)),
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

    const total = chat.unreadTotal();
    const count = countText(total);
    const badge = byId("sidebar_badge");
    badge.hidden = total.count === 0;
    badge.className = classes("badge", total.mentions > 0 && "urgent");
    setText(badge, count);
    byId("sidebar_open").setAttribute("aria-label", strings.sidebarLabel(count));
    document.title = strings.unreadTitle(count, chat.current?.title ?? "");
  }
}
