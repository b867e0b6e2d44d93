// The user's own nickname and away text, in a button that opens the dialog of the profile.

import { initialOf } from "../names.js";
import { strings } from "../strings.js";
import { byId, classes, setText } from "./dom.js";
import { nickClass } from "./nodes.js";

export class OwnProfile {
  // `handlers`: {openProfile}
  constructor(chat, handlers) {
    this.chat = chat;
    byId("profile").addEventListener("click", () => handlers.openProfile());
  }

  show() {
    const { nick } = this.chat;
    const away = this.chat.awayText(nick);
    setText(byId("profile_nick"), nick || "…");
    setText(byId("profile_note"), away ? strings.awayNote(away) : strings.profileHint);
    const avatar = byId("profile_avatar");
    avatar.className = classes("avatar", nick && nickClass(nick));
    avatar.dataset.initial = nick ? initialOf(nick) : "";
  }
}
