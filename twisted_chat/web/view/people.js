// The people in the open room.

import { fold } from "../names.js";
import { Keyed, byId, el, setText } from "./dom.js";
import { face } from "./messages.js";

// More than one looks through; past it the list says how many more there are.
const SHOWN = 1000;

export class People {
  // `acts`: {talk, me}
  constructor(chat, acts) {
    this.chat = chat;
    this.acts = acts;
    this.list = new Keyed(byId("chatters"), {
      keyOf: (nick) => nick,
      lookOf: (nick) => `${this.why(nick)}\u0000${nick === chat.nick}`,
      make: (nick) => this.make(nick),
    });
    this.more = el("p", { class: "more-people", hidden: true });
    byId("people").append(this.more);
  }

  why(nick) {
    return this.chat.away.get(fold(nick)) ?? "";
  }

  make(nick) {
    const why = this.why(nick);
    const mine = nick === this.chat.nick;
    const name = el("span", { class: "name", dir: "auto" }, nick);
    const names = el("span", { class: "names" }, name);
    const note = why === "away" || !why ? why : `away: ${why}`;
    if (note) names.append(el("span", { class: "unseen" }, ", "), el("span", { class: "why" }, note));
    const button = el("button", { type: "button", class: why ? "person away" : "person" });
    button.title = mine ? "Your name and settings" : `Write to ${nick} alone`;
    button.append(face(nick, "tiny"), names);
    if (mine) button.append(el("span", { class: "you" }, "you"));
    button.addEventListener("click", () => (mine ? this.acts.me() : this.acts.talk(nick)));
    return el("li", { "data-name": nick }, button);
  }

  show() {
    const place = this.chat.peoplePlace();
    const members = place?.members ?? [];
    const shown = members.slice(0, SHOWN);
    this.list.show(shown);
    setText(byId("people_count"), place ? String(place.count) : "");
    byId("chatters").setAttribute("aria-label", place ? `People in ${place.title}` : "People");
    const hidden = (place?.count ?? 0) - shown.length;
    this.more.hidden = hidden <= 0;
    setText(this.more, `and ${hidden} more`);
  }
}
