// The dialog for finding, joining and creating a room.

import { plainRoom } from "../commands.js";
import { fold, isRoomName } from "../names.js";
import { strings } from "../strings.js";
import { byId, el, setText } from "../view/dom.js";
import { KeyedList } from "../view/keyed.js";
import { Roving } from "../view/roving.js";
import { texts } from "./texts.js";

const MAX_SHOWN = 200;

export class RoomsDialog {
  // `handlers`: {join, listRooms}; `join` takes what to call with the text of a refusal.
  constructor(chat, handlers) {
    this.chat = chat;
    this.handlers = handlers;
    this.dialog = byId("rooms_dialog");
    this.input = byId("room_input");
    this.key = byId("room_key");
    this.joining = false; // waits for the server's reply
    this.roving = new Roving(byId("room_list"), "button");
    this.list = new KeyedList(byId("room_list"), {
      keyOf: ({ name }) => name,
      lookOf: ({ count }) => String(count),
      make: (room) => this.makeRoom(room),
    });
    this.list.onAction({
      join: ({ name }) => {
        this.input.value = name;
        this.join(name);
      },
    });
    byId("rooms_cancel").addEventListener("click", () => this.dialog.close());
    this.input.addEventListener("input", () => this.changed());
    byId("rooms_form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.join(plainRoom(this.input.value), this.key.value.trim());
    });
  }

  open() {
    this.joining = false;
    this.input.value = "";
    this.askForKey(false);
    this.handlers.listRooms();
    this.changed();
    this.dialog.showModal();
    this.input.focus();
  }

  // The dialog stays open until the server has replied.
  join(name, key) {
    this.joining = true;
    if (name) this.handlers.join(name, { key, refuse: (text) => this.refused(text) });
    else this.refused(strings.nickMissing);
  }

  joined() {
    if (!this.joining) return;
    this.joining = false;
    this.dialog.close();
  }

  // False if the dialog is not what the refusal replies to.  `needsKey`: the room has a key.
  refused(text, { needsKey = false } = {}) {
    if (!this.joining || !this.dialog.open) return false;
    this.joining = false;
    setText(byId("room_problem"), text);
    this.askForKey(needsKey);
    (needsKey ? this.key : this.input).focus();
    return true;
  }

  askForKey(isNeeded) {
    byId("room_key_row").hidden = !isNeeded;
    this.key.value = "";
  }

  changed() {
    setText(byId("room_problem"), "");
    this.show();
  }

  show() {
    const typed = fold(plainRoom(this.input.value));
    const rooms = this.chat.roomList.filter(({ name }) => name.includes(typed));
    this.list.show(rooms.slice(0, MAX_SHOWN));
    this.roving.refresh();
    const isNew = isRoomName(typed) && !rooms.some(({ name }) => name === typed);
    setText(byId("room_submit"), isNew ? texts.create : texts.join);
    setText(byId("rooms_help"), isNew ? texts.roomIsNew(typed) : texts.roomsHelp);
  }

  makeRoom({ name, count }) {
    const button = el(
      "button",
      { type: "button", "data-action": "join" },
      el("span", { class: "name", dir: "auto" }, `#${name}`),
      el("span", { class: "count" }, texts.memberCount(count)),
    );
    return el("li", {}, this.roving.prepare(button));
  }
}
