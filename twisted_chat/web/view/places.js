// The lists of rooms and of private conversations.

import { Keyed, byId, el, icon, setText } from "./dom.js";

export class Places {
  // `acts`: {show, close}
  constructor(chat, acts) {
    this.chat = chat;
    this.acts = acts;
    const list = (id) =>
      new Keyed(byId(id), {
        keyOf: (place) => place.key,
        lookOf: (place) => this.look(place),
        make: (place) => this.make(place),
      });
    this.rooms = list("rooms");
    this.talks = list("talks");
  }

  presence(place) {
    if (!this.chat.isHere(place.name)) return "gone";
    return this.chat.away.has(place.key.slice(1)) ? "away" : "here";
  }

  look(place) {
    const { title, unread, mentions, key } = place;
    const presence = place.kind === "dm" ? this.presence(place) : "";
    return [title, unread, mentions, key === this.chat.current, presence].join("\u0000");
  }

  make(place) {
    const { key, name, kind, unread, mentions } = place;
    const current = key === this.chat.current;
    const button = el("button", {
      type: "button",
      class: unread ? "place unread" : "place",
      "aria-current": current ? "true" : undefined,
      "data-place": key,
    });
    if (kind === "room") {
      button.append(el("span", { class: "hash", "aria-hidden": "true" }, "#"));
    } else {
      const presence = this.presence(place);
      button.append(el("span", { class: `dot ${presence}` }));
      const words = { here: "is here", away: "is away", gone: "is in none of your rooms" };
      button.title = `${name} ${words[presence]}`;
    }
    button.append(el("span", { class: "name", dir: "auto" }, name));
    if (unread) {
      const urgent = mentions > 0;
      const count = unread > 99 ? "99+" : String(unread);
      button.append(
        el("span", { class: urgent ? "badge urgent" : "badge", "aria-hidden": "true" }, count),
        el("span", { class: "unseen" }, `, ${unread} unread${urgent ? ", for you" : ""}`),
      );
    }
    button.addEventListener("click", () => this.acts.show(key));
    const item = el("li", {}, button);
    if (kind === "dm") {
      const label = `Close the conversation with ${name}`;
      const close = el("button", { type: "button", class: "icon small talk-close", "aria-label": label });
      close.append(icon("close"));
      close.addEventListener("click", () => this.acts.close(key));
      if (!unread) item.append(close);
    }
    return item;
  }

  show() {
    this.rooms.show(this.chat.rooms());
    const talks = this.chat.talks();
    this.talks.show(talks);
    byId("talks_hint").hidden = talks.length > 0;

    const unread = this.chat.unread();
    const badge = byId("menu_badge");
    badge.hidden = unread === 0;
    const urgent = [...this.chat.places.values()].some((place) => place.mentions);
    badge.className = urgent ? "badge urgent" : "badge";
    setText(badge, unread > 99 ? "99+" : String(unread));
    const title = this.chat.place?.title ?? "";
    const label = unread ? `, ${unread} unread` : "";
    byId("menu").setAttribute("aria-label", `Rooms and private conversations${label}`);
    document.title = [unread ? `(${unread}) ` : "", title && `${title} · `, "Chat"].join("");
  }
}
