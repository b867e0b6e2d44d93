// The dialog for finding, joining and creating a room.

import { plainRoom } from "../commands.js";
import { fold, isRoomName } from "../names.js";
import { strings } from "../strings.js";
import { el, setText } from "../view/dom.js";
import { KeyedList } from "../view/keyed.js";
import { Roving } from "../view/roving.js";
import { texts } from "./texts.js";

const MAX_SHOWN = 200;

export class RoomsDialog {
  // `handlers`: {join, listRooms}; `join` takes what to call with the text of a refusal.
  constructor(chat, handlers, backButton) {
    this.chat = chat;
    this.handlers = handlers;
    this.make();
    backButton.watch(this.dialog);
    this.joining = false; // waits for the server's reply
    this.roving = new Roving(this.rooms, "button");
    this.list = new KeyedList(this.rooms, {
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
    this.input.addEventListener("input", () => this.changed());
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.join(plainRoom(this.input.value), this.key.value.trim());
    });
  }

  make() {
    const typed = {
      ...{ dir: "auto", autocomplete: "off", autocapitalize: "off", spellcheck: "false" },
      "aria-describedby": "room_problem",
    };
    this.input = el("input", { id: "room_input", maxlength: "33", placeholder: texts.roomHint, ...typed });
    this.key = el("input", { id: "room_key", maxlength: "32", ...typed });
    this.keyRow = el(
      "div",
      { class: "field" },
      el("label", { for: "room_key" }, texts.keyOfRoom),
      this.key,
    );
    this.problem = el("p", { class: "problem", id: "room_problem", role: "alert" });
    this.rooms = el("ul", { class: "room-list", id: "room_list", "aria-label": texts.rooms });
    this.help = el("p", { class: "help", id: "rooms_help" });
    this.submit = el("button", { type: "submit", class: "primary", id: "room_submit" });
    const cancel = el("button", { type: "button", class: "plain", id: "rooms_cancel" }, texts.cancel);
    cancel.addEventListener("click", () => this.dialog.close());
    this.form = el(
      "form",
      { method: "dialog", id: "rooms_form" },
      el("h2", { id: "rooms_title" }, texts.joinOrCreate),
      el("label", { for: "room_input" }, texts.roomName),
      ...[this.input, this.keyRow, this.problem, this.rooms, this.help],
      el("div", { class: "actions" }, cancel, this.submit),
    );
    this.dialog = el("dialog", { id: "rooms_dialog", "aria-labelledby": "rooms_title" }, this.form);
    document.body.append(this.dialog);
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
    // With a key that was entered, it says that this is another one.
    const isWrong = needsKey && this.key.value.trim();
    setText(this.problem, isWrong ? texts.wrongKey : text);
    this.askForKey(needsKey);
    (needsKey ? this.key : this.input).focus();
    return true;
  }

  askForKey(isNeeded) {
    this.keyRow.hidden = !isNeeded;
    this.key.value = "";
  }

  changed() {
    setText(this.problem, "");
    this.show();
  }

  show() {
    const typed = fold(plainRoom(this.input.value));
    const rooms = this.chat.roomList.filter(({ name }) => name.includes(typed));
    this.list.show(rooms.slice(0, MAX_SHOWN));
    this.roving.refresh();
    const isNew = isRoomName(typed) && !rooms.some(({ name }) => name === typed);
    setText(this.submit, isNew ? texts.create : texts.join);
    setText(this.help, isNew ? texts.roomIsNew(typed) : texts.roomsHelp);
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
