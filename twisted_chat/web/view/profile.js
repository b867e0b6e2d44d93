// The user's own nickname, away text and settings: a button and a dialog.

import { initialOf } from "../names.js";
import { notifications } from "../notifications.js";
import { strings } from "../strings.js";
import { byId, classes, setText } from "./dom.js";
import { nickClass } from "./nodes.js";

export class Profile {
  // `handlers`: {changeNick, setAway, compact, setCompact}; the first two take what to call with the text of a refusal.
  constructor(chat, handlers, connection) {
    this.chat = chat;
    this.connection = connection;
    this.handlers = handlers;
    this.dialog = byId("profile_dialog");
    this.saving = false; // waits for the server's reply
    byId("profile").addEventListener("click", () => this.open());
    byId("profile_cancel").addEventListener("click", () => this.dialog.close());
    byId("profile_form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.save();
    });
  }

  get away() {
    return this.chat.awayText(this.chat.nick);
  }

  show() {
    const { nick } = this.chat;
    setText(byId("profile_nick"), nick || "…");
    setText(byId("profile_note"), this.away ? strings.awayNote(this.away) : strings.profileHint);
    const avatar = byId("profile_avatar");
    avatar.className = classes("avatar", nick && nickClass(nick));
    avatar.dataset.initial = nick ? initialOf(nick) : "";
  }

  open() {
    byId("nick_input").value = this.chat.nick;
    byId("away_input").value = this.away;
    byId("notify_row").hidden = !notifications.supported;
    byId("notify_input").checked = notifications.enabled;
    byId("compact_input").checked = this.handlers.compact;
    setText(byId("nick_problem"), "");
    byId("transport_note").hidden = !this.connection.polls;
    setText(byId("transport_note"), strings.byPolling);
    this.dialog.showModal();
    byId("nick_input").select();
  }

  save() {
    const nick = byId("nick_input").value.trim();
    const away = byId("away_input").value.trim();
    const notify = byId("notify_input").checked;
    const refuse = (text) => this.refused(text);
    this.handlers.setCompact(byId("compact_input").checked);
    if (notify !== notifications.enabled) notifications.setEnabled(notify);
    this.saving = true;
    if (!nick) refuse(strings.nickMissing);
    else if (away !== this.away && !this.handlers.setAway(away, refuse)) return;
    else if (nick !== this.chat.nick) this.handlers.changeNick(nick, refuse);
    else this.saved();
  }

  saved() {
    if (this.saving) this.dialog.close();
    this.saving = false;
  }

  // False if the dialog is not what the refusal replies to.
  refused(text) {
    if (!this.saving || !this.dialog.open) return false;
    this.saving = false;
    setText(byId("nick_problem"), text);
    byId("nick_input").focus();
    return true;
  }
}
