// The list of the members of the current room.

import { strings } from "../strings.js";
import { byId, classes, el, setText } from "./dom.js";
import { KeyedList } from "./keyed.js";
import { avatar, registeredSign } from "./nodes.js";
import { Roving } from "./roving.js";

const MAX_SHOWN = 1000; // the rest is only counted

export class MemberList {
  // `handlers`: {openNameMenu, openProfile}
  constructor(chat, handlers) {
    this.chat = chat;
    this.roving = new Roving(byId("chatters"), ".member");
    this.list = new KeyedList(byId("chatters"), {
      keyOf: (nick) => nick,
      lookOf: (nick) => [chat.awayText(nick), chat.accountOf(nick), nick === chat.nick].join("\u0000"),
      make: (nick) => this.make(nick),
    });
    this.list.onAction({
      openMenu: (nick, button) => handlers.openNameMenu(button, nick, chat.memberRoom()),
      openProfile: () => handlers.openProfile(),
    });
    this.more = el("p", { class: "more-members", hidden: true });
    byId("members").append(this.more);
  }

  make(nick) {
    const [away, account] = [this.chat.awayText(nick), this.chat.accountOf(nick)];
    const mine = nick === this.chat.nick;
    const names = el("span", { class: "names" }, el("span", { class: "name", dir: "auto" }, nick));
    if (account) names.append(registeredSign(nick, account));
    if (away) {
      const separator = el("span", { class: "visually-hidden" }, ", ");
      names.append(separator, el("span", { class: "away-text" }, strings.awayNote(away)));
    }
    const attributes = {
      type: "button",
      class: classes("member", away && "away"),
      title: mine ? strings.profileHint : strings.actionsFor(nick),
      "aria-haspopup": mine ? "dialog" : "menu",
      "data-action": mine ? "openProfile" : "openMenu",
    };
    const button = this.roving.prepare(el("button", attributes));
    button.append(avatar(nick, "tiny"), names);
    if (mine) button.append(el("span", { class: "you" }, strings.you));
    return el("li", { "data-name": nick }, button);
  }

  show() {
    const room = this.chat.memberRoom();
    const shown = room?.members.slice(0, MAX_SHOWN) ?? [];
    this.list.show(shown);
    this.roving.refresh();
    setText(byId("members_count"), room ? String(room.memberCount) : "");
    byId("chatters").setAttribute("aria-label", strings.membersLabel(room?.title));
    const hidden = (room?.memberCount ?? 0) - shown.length;
    this.more.hidden = hidden <= 0;
    setText(this.more, strings.moreMembers(hidden));
  }
}
