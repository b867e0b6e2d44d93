// The header of the current conversation, and the offer to return to the one just left.

import { strings } from "../strings.js";
import { byId, el, setText } from "./dom.js";
import { textNodes } from "./nodes.js";

export class Header {
  // `handlers`: {openRoomSheet, leaveCurrent, returnToLeft}
  constructor(chat, handlers) {
    this.chat = chat;
    byId("title").addEventListener("click", () => handlers.openRoomSheet());
    byId("leave").addEventListener("click", ({ detail }) => {
      // The second click of a double click would leave the next conversation as well.
      if (detail <= 1) handlers.leaveCurrent();
    });
    byId("left_return").addEventListener("click", () => handlers.returnToLeft());
  }

  show() {
    const { current, leftConversation } = this.chat;
    const title = byId("title");
    setText(title, current?.title ?? strings.appName);
    title.disabled = !current;
    title.title = current ? strings.aboutConversation : "";
    const leave = byId("leave");
    const label = current?.kind === "dm" ? strings.closeConversation : strings.leaveRoom;
    leave.hidden = !current;
    leave.setAttribute("aria-label", label);
    leave.title = label;
    this.showTopic(this.topicOf(current));
    this.showLeft(leftConversation);
  }

  showTopic(text) {
    const topic = byId("topic");
    if (topic.title === text) return;
    topic.title = text;
    const nodes = textNodes(text).map((node) => (node instanceof Node ? node : el("span", {}, node)));
    topic.replaceChildren(...nodes);
  }

  topicOf(conversation) {
    if (!conversation) return "";
    const { kind, name, topic } = conversation;
    if (kind === "room") return topic;
    // Only the server knows whether a member of other rooms is connected.
    if (!this.chat.sharesRoomWith(name)) return strings.notInYourRooms;
    const away = this.chat.awayText(name);
    return away ? strings.awayTopic(away) : strings.directTopic;
  }

  showLeft(conversation) {
    const isShown = Boolean(conversation) && !this.chat.banned;
    byId("left").hidden = !isShown;
    if (!isShown) return;
    setText(byId("left_text"), strings.youLeft(conversation));
    byId("left_return").hidden = conversation.removal?.mayReturn === false;
    setText(byId("left_return"), conversation.kind === "room" ? strings.rejoinRoom : strings.reopen);
  }
}
