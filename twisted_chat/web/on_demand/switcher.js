// The dialog for going to a room or a person by typing a part of the name.

import { strings } from "../strings.js";
import { classes, el, setText } from "../view/dom.js";
import { avatar } from "../view/nodes.js";
import { countText } from "../view/sidebar.js";
import { findDestinations } from "./destinations.js";
import { texts } from "./texts.js";

const STEPS = { ArrowDown: 1, ArrowUp: -1 };

export class Switcher {
  // `handlers`: {goTo, listRooms}
  constructor(chat, handlers, backButton) {
    this.chat = chat;
    this.handlers = handlers;
    this.make();
    backButton.watch(this.dialog);
    this.found = [];
    this.selected = 0;
    this.input.addEventListener("input", () => this.search());
    this.input.addEventListener("keydown", (event) => this.pressed(event));
    this.list.addEventListener("click", ({ target }) => {
      const option = target.closest("[role=option]");
      if (option) this.choose([...this.list.children].indexOf(option));
    });
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.choose(this.selected);
    });
    // The part of the window around the dialog.
    this.dialog.addEventListener("click", ({ target }) => {
      if (target === this.dialog) this.dialog.close();
    });
  }

  make() {
    const title = "switcher_title";
    this.input = el("input", {
      ...{ id: "switcher_input", role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false" },
      ...{ "aria-controls": "switcher_list", "aria-labelledby": title, dir: "auto", autocomplete: "off" },
      ...{ autocapitalize: "off", spellcheck: "false", placeholder: texts.switcherHint },
    });
    this.list = el("ul", { class: "destinations", id: "switcher_list", role: "listbox", "aria-labelledby": title });
    this.note = el("p", { class: "help", role: "status" });
    this.form = el(
      "form",
      { method: "dialog", id: "switcher_form" },
      el("h2", { id: title }, texts.shortcuts.switch),
      ...[this.input, this.list],
      this.note,
    );
    this.dialog = el("dialog", { class: "switcher", id: "switcher_dialog", "aria-labelledby": title }, this.form);
    document.body.append(this.dialog);
  }

  // The shortcut that opens the dialog closes it as well.
  toggle() {
    if (this.dialog.open) this.dialog.close();
    else this.open();
  }

  open() {
    this.input.value = "";
    this.handlers.listRooms();
    this.dialog.showModal();
    this.input.focus();
    this.search();
  }

  // The rooms of the server have come.
  refresh() {
    if (this.dialog.open) this.show();
  }

  search() {
    this.selected = 0;
    this.show();
  }

  show() {
    const key = this.found[this.selected]?.key;
    this.found = findDestinations(this.chat, this.input.value);
    if (this.selected > 0) {
      this.selected = Math.max(0, this.found.findIndex((one) => one.key === key));
    }
    this.list.replaceChildren(...this.found.map((one, index) => this.makeOption(one, index)));
    this.input.setAttribute("aria-expanded", String(this.found.length > 0));
    setText(this.note, texts.destinations(this.found.length));
    this.select(this.selected);
  }

  makeOption({ kind, name, conversation }, index) {
    const unread = conversation?.unread ?? 0;
    const option = el("li", {
      role: "option",
      id: `destination-${index}`,
      class: classes("destination", unread && "unread"),
    });
    if (kind === "dm") option.append(avatar(name, "tiny"));
    else option.append(el("span", { class: "hash", "aria-hidden": "true" }, "#"));
    option.append(el("span", { class: "name", dir: "auto" }, name));
    option.append(el("span", { class: "hint" }, this.hint(kind, name, conversation)));
    return option;
  }

  hint(kind, name, conversation) {
    if (conversation?.unread) return texts.unreadCount(countText(conversation.unreadState));
    if (kind === "room") return conversation ? "" : texts.notJoined;
    const away = this.chat.awayText(name);
    return away ? strings.awayNote(away) : "";
  }

  select(index) {
    const { length } = this.found;
    if (!length) {
      this.input.removeAttribute("aria-activedescendant");
      return;
    }
    this.selected = (index + length) % length;
    [...this.list.children].forEach((option, position) => {
      option.setAttribute("aria-selected", String(position === this.selected));
    });
    this.input.setAttribute("aria-activedescendant", `destination-${this.selected}`);
    this.list.children[this.selected].scrollIntoView({ block: "nearest" });
  }

  pressed(event) {
    const step = STEPS[event.key];
    if (!step || event.isComposing || event.altKey) return;
    event.preventDefault();
    this.select(this.selected + step);
  }

  choose(index) {
    const destination = this.found[index];
    if (!destination) return;
    this.dialog.close();
    this.handlers.goTo(destination);
  }
}
