// The dialog for the user's own nickname, away text, account and settings.

import { strings } from "../strings.js";
import { byId, setText } from "../view/dom.js";
import { texts } from "./texts.js";

export class Profile {
  // `handlers`: {changeNick, setAway}; each takes what to call with the text of a refusal.
  // `sections`: the rest of the dialog, each with `open()`, and `save()` if it has settings.
  constructor(chat, handlers, connection, sections) {
    Object.assign(this, { chat, connection, handlers, sections });
    this.dialog = byId("profile_dialog");
    this.waitsFor = ""; // the server's reply to "nick" or "away", while it is saved
    byId("profile_cancel").addEventListener("click", () => this.dialog.close());
    byId("profile_form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.save();
    });
  }

  get away() {
    return this.chat.awayText(this.chat.nick);
  }

  open() {
    byId("nick_input").value = this.chat.nick;
    byId("away_input").value = this.away;
    this.waitsFor = "";
    this.showProblems();
    for (const section of this.sections) section.open();
    byId("transport_note").hidden = !this.connection.polls;
    setText(byId("transport_note"), texts.byPolling);
    this.dialog.showModal();
    byId("nick_input").select();
  }

  showProblems(problems = {}) {
    for (const name of ["nick", "away"]) setText(byId(`${name}_problem`), problems[name] ?? "");
  }

  // All or nothing: first the nickname, which the server may refuse, then the rest.
  save() {
    const nick = byId("nick_input").value.trim();
    this.showProblems();
    this.waitsFor = "nick";
    const refuse = (text) => this.refused(text);
    if (!nick) refuse(strings.nickMissing);
    else if (nick !== this.chat.nick) this.handlers.changeNick(nick, refuse);
    else this.nickSaved();
  }

  nickSaved() {
    if (this.waitsFor !== "nick") return;
    const away = byId("away_input").value.trim();
    this.waitsFor = "away";
    if (away === this.away) this.awaySaved();
    else this.handlers.setAway(away, (text) => this.awayRefused(text));
  }

  awaySaved() {
    if (this.waitsFor !== "away") return;
    this.waitsFor = "";
    for (const section of this.sections) section.save?.();
    this.dialog.close();
  }

  // False if the dialog is not what the refusal replies to.
  refused(text, waitsFor = "nick") {
    if (this.waitsFor !== waitsFor || !this.dialog.open) return false;
    this.waitsFor = "";
    this.showProblems({ [waitsFor]: text });
    byId(`${waitsFor}_input`).focus();
    return true;
  }

  awayRefused(text) {
    return this.refused(text, "away");
  }
}
