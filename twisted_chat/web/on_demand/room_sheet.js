// The sheet of the current conversation: a dialog that the title opens, from below on a phone.

import { levelsFor } from "../alerts.js";
import { strings } from "../strings.js";
import { byId, el, setText } from "../view/dom.js";
import { textNodes } from "../view/nodes.js";
import { texts } from "./texts.js";

const ORDER = ["all", "mentions", "nothing"];

export class RoomSheet {
  // `handlers`: {setTopic, setNotificationLevel, openSearch, openMembers, openRoomSettings,
  // leaveCurrent}; `topicOf(conversation)`: the text below the title.
  constructor(chat, handlers, topicOf) {
    Object.assign(this, { chat, handlers, topicOf });
    this.dialog = byId("sheet_dialog");
    this.input = byId("topic_input");
    this.levels = byId("sheet_levels");
    this.key = ""; // of the conversation that is shown
    byId("sheet_close").addEventListener("click", () => this.dialog.close());
    this.onClick("sheet_members", () => handlers.openMembers());
    this.onClick("sheet_search", () => handlers.openSearch());
    this.onClick("sheet_settings", () => handlers.openRoomSettings());
    this.onClick("sheet_leave", () => handlers.leaveCurrent());
    this.levels.addEventListener("change", ({ target }) => {
      handlers.setNotificationLevel(this.key, target.value);
    });
    byId("sheet_form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.setTopic();
    });
    this.dialog.addEventListener("click", ({ target }) => {
      if (target === this.dialog) this.dialog.close();
    });
  }

  // Closed first, so that the focus does not return to the title afterwards.
  onClick(id, call) {
    byId(id).addEventListener("click", () => {
      this.dialog.close();
      call();
    });
  }

  open() {
    const { current } = this.chat;
    if (!current) return;
    const { key, kind, topic } = current;
    this.key = key;
    this.input.value = topic;
    byId("topic_edit").hidden = kind !== "room";
    byId("sheet_members").hidden = kind !== "room";
    byId("sheet_settings").hidden = kind !== "room" || !this.chat.routes.find("room");
    setText(byId("topic_problem"), "");
    setText(byId("sheet_leave_text"), kind === "dm" ? strings.closeConversation : strings.leaveRoom);
    this.levels.replaceChildren(
      el("legend", {}, texts.levelsLegend),
      ...ORDER.filter((level) => levelsFor(key).includes(level)).map((level) => this.makeLevel(level)),
    );
    this.dialog.showModal();
    this.show();
    byId("sheet_close").focus();
  }

  makeLevel(level) {
    const checked = this.chat.alerts.levelOf(this.key) === level;
    const radio = el("input", { type: "radio", name: "level", value: level, checked });
    return el("label", { class: "check" }, radio, el("span", {}, texts.levels[level]));
  }

  show() {
    if (!this.dialog.open) return;
    const { current } = this.chat;
    if (current?.key !== this.key) {
      this.dialog.close();
      return;
    }
    setText(byId("sheet_title"), current.title);
    setText(byId("sheet_members_text"), texts.peopleHere(current.memberCount));
    const topic = byId("sheet_topic");
    const text = this.topicOf(current) || strings.topicIs("");
    if (topic.dataset.text === text) return;
    topic.dataset.text = text;
    topic.replaceChildren(...textNodes(text));
  }

  setTopic() {
    const refuse = (text) => setText(byId("topic_problem"), text);
    if (this.handlers.setTopic(this.input.value.trim(), refuse)) this.dialog.close();
  }
}
