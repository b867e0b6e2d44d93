// What one is called and wishes; and finding or creating a room.

import { plainRoom } from "../commands.js";
import { canBeRoom, fold } from "../names.js";
import { notifications } from "../notify.js";
import { byId, el, setText } from "./dom.js";

export const NAMELESS = "Type a name first.";

export class MeDialog {
  // `acts`: {takeName, away}
  constructor(chat, acts) {
    this.chat = chat;
    this.acts = acts;
    this.dialog = byId("me_dialog");
    byId("me").addEventListener("click", () => this.open());
    byId("me_cancel").addEventListener("click", () => this.dialog.close());
    byId("me_form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.save();
    });
  }

  get away() {
    return this.chat.away.get(fold(this.chat.nick)) ?? "";
  }

  open() {
    byId("nick_input").value = this.chat.nick;
    byId("away_input").value = this.away;
    byId("notify_row").hidden = !notifications.possible;
    byId("notify_input").checked = notifications.wanted;
    setText(byId("nick_problem"), "");
    this.dialog.showModal();
    byId("nick_input").select();
  }

  save() {
    const nick = byId("nick_input").value.trim();
    const away = byId("away_input").value.trim();
    const notify = byId("notify_input").checked;
    if (notify !== notifications.wanted) notifications.want(notify);
    this.asking = true;
    if (!nick) this.refused(NAMELESS);
    else if (away !== this.away && !this.acts.away(away)) return;
    else if (nick !== this.chat.nick) this.acts.takeName(nick);
    else this.named();
  }

  named() {
    if (this.asking) this.dialog.close();
    this.asking = false;
  }

  // True if this is where it was asked for, and is answered.
  refused(text) {
    if (!this.asking || !this.dialog.open) return false;
    this.asking = false;
    setText(byId("nick_problem"), text);
    byId("nick_input").focus();
    return true;
  }
}

export class RoomsDialog {
  // `acts`: {join, list}
  constructor(chat, acts) {
    this.chat = chat;
    this.acts = acts;
    this.dialog = byId("rooms_dialog");
    this.input = byId("room_input");
    byId("browse").addEventListener("click", () => this.open());
    byId("rooms_cancel").addEventListener("click", () => this.dialog.close());
    this.input.addEventListener("input", () => this.changed());
    byId("rooms_form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.join(plainRoom(this.input.value));
    });
  }

  open() {
    this.joining = false;
    this.input.value = "";
    this.acts.list();
    this.changed();
    this.dialog.showModal();
    this.input.focus();
  }

  // Open until it is known that one is in.
  join(name) {
    this.joining = true;
    if (name) this.acts.join(name);
    else this.refused(NAMELESS);
  }

  entered() {
    if (!this.joining) return;
    this.joining = false;
    this.dialog.close();
  }

  // True if this is where it was asked for, and is answered.
  refused(text) {
    if (!this.joining || !this.dialog.open) return false;
    this.joining = false;
    setText(byId("room_problem"), text);
    this.input.focus();
    return true;
  }

  changed() {
    setText(byId("room_problem"), "");
    this.show();
  }

  show() {
    const typed = fold(plainRoom(this.input.value));
    const rooms = this.chat.listed.filter(({ name }) => name.includes(typed));
    const items = rooms.slice(0, 200).map(({ name, count }) => {
      const people = count === 1 ? "1 person" : `${count} people`;
      const button = el(
        "button",
        { type: "button" },
        el("span", { class: "name", dir: "auto" }, `#${name}`),
        el("span", { class: "count" }, people),
      );
      button.addEventListener("click", () => this.join(name));
      return el("li", {}, button);
    });
    byId("listed").replaceChildren(...items);
    const isNew = canBeRoom(typed) && !rooms.some(({ name }) => name === typed);
    setText(byId("room_submit"), isNew ? "Create" : "Join");
    const help =
      isNew
        ? `There is no #${typed} yet: it begins when you enter.`
        : "Rooms are open to everyone. Type a new name to make one.";
    setText(byId("rooms_help"), help);
  }
}
