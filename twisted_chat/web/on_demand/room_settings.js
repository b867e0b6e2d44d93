// The settings of a room: who gets in, who writes, and who keeps order.
//
// Everyone can see them, and room operators change them.  The server is asked for them whenever
// they are needed, so that they are never older than that.

import { byId, el, setText } from "../view/dom.js";
import { enteredOf, settingCommands, severalWordsIn } from "./setting_commands.js";
import { texts } from "./texts.js";

const SWITCHES = ["private", "quiet", "hidden", "topic"];
// The lists of names, each with the route that removes a name.
const LISTS = {
  operators: "deop",
  voices: "devoice",
  banned: "room unban",
  excepted: "room unexcept",
  invite_excepted: "room invite-unexcept",
  muted: "unmute",
};
// The lobby is open to all: everyone starts there.
const NOT_IN_LOBBY = ["private", "key", "limit"];

export class RoomSettings {
  constructor({ chat, actions, views }) {
    Object.assign(this, { chat, actions });
    this.room = null; // that is shown
    this.waiting = null; // what to do when the settings are known
    this.pending = 0; // requests without a reply
    this.make();
    views.backButton.watch(this.dialog);
  }

  make() {
    this.title = el("h2", { id: "settings_title", dir: "auto" });
    this.note = el("p", { class: "help" }, texts.settings.onlyOperators);
    this.fields = el("fieldset", { class: "settings" }, ...SWITCHES.map(makeSwitch), ...makeField("key"), ...makeField("limit"));
    this.lists = el("div", { class: "lists-of-names" });
    this.invitation = el("input", { id: "settings_invite", autocomplete: "off", maxlength: 32, "aria-describedby": "settings_problem" });
    this.invitation.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.isComposing) return;
      event.preventDefault(); // it would save the settings
      this.invite();
    });
    const invite = el("button", { type: "button", class: "plain" }, texts.settings.inviteNow);
    invite.addEventListener("click", () => this.invite());
    this.problem = el("p", { class: "problem", id: "settings_problem", role: "alert" });
    this.save = el("button", { type: "submit", class: "primary" }, texts.save);
    const close = el("button", { type: "button", class: "plain" }, texts.close);
    close.addEventListener("click", () => this.dialog.close());
    this.form = el(
      "form",
      { method: "dialog", id: "settings_form" },
      ...[this.title, this.note, this.fields, this.lists],
      el("label", { for: "settings_invite" }, texts.settings.invite),
      el("div", { class: "field-row" }, this.invitation, invite),
      this.problem,
      el("div", { class: "actions" }, close, this.save),
    );
    this.dialog = el("dialog", { id: "settings_dialog", "aria-labelledby": "settings_title" }, this.form);
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    this.lists.addEventListener("click", ({ target }) => {
      const { route } = target.closest("button")?.dataset ?? {};
      if (route) this.send(`\\${route}`);
    });
    document.body.append(this.dialog);
  }

  // Calls `then` once the settings of a room are known, at once if they were before.
  refresh(room, then) {
    if (!room || !this.chat.online || !this.chat.routes.find("room")) {
      then();
      return;
    }
    this.actions.sendFrames(this.chat.askSettings(room));
    if (room.settings) then();
    else this.waiting = then;
  }

  known() {
    const { waiting } = this;
    this.waiting = null;
    waiting?.();
    if (this.dialog.open) this.showLists();
  }

  open(room) {
    this.room = room;
    room.settings = null; // the fields show how they are now
    this.refresh(room, () => this.show());
  }

  show() {
    const { room } = this;
    const { settings } = room;
    if (!settings) return;
    setText(this.title, texts.settings.title(room.title));
    this.setProblem("");
    this.fields.disabled = !settings.rank;
    this.note.hidden = Boolean(settings.rank);
    this.save.hidden = !settings.rank;
    for (const [name, value] of Object.entries(enteredOf(settings))) {
      const input = byId(`settings_${name}`);
      if (input.type === "checkbox") input.checked = value;
      else input.value = settings[name] === true ? texts.settings.secret : value;
      input.closest("[data-setting]").hidden = room.name === "lobby" && NOT_IN_LOBBY.includes(name);
    }
    this.invitation.value = "";
    this.showLists();
    if (!this.dialog.open) this.dialog.showModal();
  }

  showLists() {
    const { settings } = this.room;
    if (!settings) return;
    const names = Object.keys(LISTS).filter((name) => settings[name]?.length);
    this.lists.replaceChildren(...names.flatMap((name) => this.makeList(name, settings)));
  }

  makeList(name, settings) {
    const removal = (nick) => {
      const label = texts.settings.remove[name];
      const attributes = { type: "button", class: "plain", "data-route": `${LISTS[name]} ${nick}` };
      return el("button", { ...attributes, "aria-label": `${label}: ${nick}` }, label);
    };
    const items = settings[name].map((nick) =>
      el("li", {}, el("span", { dir: "auto" }, nick), ...(settings.rank ? [removal(nick)] : [])),
    );
    return [el("h3", {}, texts.settings.lists[name]), el("ul", {}, ...items)];
  }

  get entered() {
    const fields = ["key", "limit"].map((name) => [name, byId(`settings_${name}`).value]);
    const switches = SWITCHES.map((name) => [name, byId(`settings_${name}`).checked]);
    return Object.fromEntries([...switches, ...fields]);
  }

  submit() {
    const field = severalWordsIn(this.room.settings, this.entered);
    if (field) {
      this.setProblem(texts.settings.oneWord[field]);
      byId(`settings_${field}`).focus();
      return;
    }
    const routes = settingCommands(this.room.settings, this.entered);
    if (!routes.length) this.dialog.close();
    this.closes = true;
    this.setProblem("");
    for (const route of routes) this.request(route);
  }

  invite() {
    const nick = this.invitation.value.trim();
    if (nick) this.send(`\\invite ${nick}`);
    this.invitation.value = "";
  }

  // Without closing the dialog afterwards.
  send(route) {
    this.closes = false;
    this.setProblem("");
    this.request(route);
  }

  request(route) {
    this.pending += 1;
    this.actions.commandOf(this, route, this.room.name);
  }

  setProblem(text) {
    setText(this.problem, text);
  }

  // A request was refused.
  refuse(text) {
    this.setProblem(text);
    this.closes = false;
    this.replied();
  }

  // A request was carried out.
  close() {
    this.replied();
  }

  replied() {
    this.pending -= 1;
    if (this.pending > 0) return;
    this.pending = 0;
    if (this.closes) this.dialog.close();
    else this.refresh(this.room, () => {});
  }
}

function makeSwitch(name) {
  const input = el("input", { type: "checkbox", id: `settings_${name}` });
  return el("label", { class: "check", "data-setting": name }, input, el("span", {}, texts.settings[name]));
}

function makeField(name) {
  const id = `settings_${name}`;
  const attributes = name === "limit" ? { inputmode: "numeric" } : { maxlength: 32 };
  const input = el("input", { id, autocomplete: "off", placeholder: texts.settings.none, ...attributes });
  return [el("div", { class: "field", "data-setting": name }, el("label", { for: id }, texts.settings[name]), input)];
}
