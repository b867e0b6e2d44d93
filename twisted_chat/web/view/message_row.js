// The element for one row of a conversation (see rows.js).
//
// Buttons have `data-action`: the list of messages handles their clicks.

import { presenceText } from "../rows.js";
import { strings } from "../strings.js";
import { clockTime, fullTime } from "../time.js";
import { classes, el } from "./dom.js";
import { avatar, nickClass, registeredSign, textNodes } from "./nodes.js";
import { richText } from "./rich_text.js";

const EMOJI_ONLY = /^(?:\p{Extended_Pictographic}|\p{Emoji_Modifier}|\u200d|\ufe0f|\s){1,12}$/u;

// `conversation` is the one shown, `nick` the user's own, `words` those to watch for.
export function makeRow(row, conversation, nick, words) {
  const { kind, entry } = row;
  switch (kind) {
    case "day":
      return el("h2", { class: "divider" }, row.day);
    case "new":
      return el("div", { class: "divider new" }, strings.newDivider);
    case "start": {
      const { title } = conversation;
      const text = el("span", {}, strings.roomStart(title));
      return el("div", { class: "start" }, el("strong", {}, title), text);
    }
    case "gap":
      return gapRow(entry, conversation);
    case "presence":
      return systemLine(presenceText(entry.changes));
    case "renamed":
      return systemLine(strings.renamed(entry.from, entry.to));
    case "event":
      return systemLine(entry.text);
    case "deleted":
      return systemLine(strings.deleted(entry.by, entry.from));
    case "topic":
      return topicRow(entry);
    case "notice":
      return noticeRow(entry);
    default:
      return messageRow(row, nick, words);
  }
}

function systemLine(text) {
  return el("div", { class: "system", dir: "auto" }, text);
}

function noticeRow({ text, error }) {
  return el("div", { class: classes("system notice", error && "error") }, el("span", {}, text));
}

function topicRow({ from, text }) {
  if (!text) return systemLine(strings.topicCleared(from));
  const topic = el("span", { class: "text", dir: "auto" }, ...textNodes(text));
  return el("div", { class: "system" }, strings.topicSet(from), topic);
}

function gapRow(gap, { kind }) {
  const inRoom = gap.canLoad ? strings.gapInRoom : strings.gapWithoutHistory;
  const text = kind === "dm" ? strings.gapInDirect : inRoom;
  const row = el("div", { class: "gap" }, el("span", {}, text));
  if (kind === "room" && gap.canLoad) {
    const disabled = Boolean(gap.loading);
    row.append(button("loadGap", strings.loadGap, { class: "plain", disabled }));
  }
  return row;
}

function messageRow({ entry, groupStart, quit, compact, fold, lines }, nick, words) {
  const { kind, status, mention, text, mine } = entry;
  const from = status ? nick || entry.from : entry.from;
  const state = [!compact && groupStart && "group-start", compact && "compact", status];
  const row = el("div", { class: classes("row", kind, ...state, mention && "mention") });

  const body = mine ? bodyOf(entry) : bodyOf(entry, nick, words);
  if (entry.edited) body.dataset.mark = strings.edited;
  if (EMOJI_ONLY.test(text)) body.classList.add("large");
  if (fold === "folded") body.classList.add("folded");
  if (compact) {
    row.append(timeOf(entry, "time"), " ", el("span", { class: "by" }, ...author(from, entry)), " ", body);
  } else if (kind === "action") {
    row.append(avatar(from, "tiny"), ...author(from, entry), " ", body, " ", timeOf(entry, "time"));
  } else if (groupStart) {
    const header = el("div", {}, ...author(from, entry), timeOf(entry, "time"));
    row.append(avatar(from), header, body);
  } else {
    // Screen readers read the author with every message.
    const spoken = el("span", { class: "visually-hidden" }, strings.author(from));
    row.append(spoken, timeOf(entry, "time gutter"), body);
  }
  if (fold) row.append(foldButton(fold, lines));
  row.append(...deliveryState(entry, quit));
  if (!status) row.append(menuButton());
  return row;
}

// An action of one line follows the author's name; every other text is a block of its own.
function bodyOf({ kind, text }, nick = "", words = []) {
  if (kind !== "action") return el("div", { class: "text" }, ...richText(text, nick, words));
  const tag = text.includes("\n") ? "div" : "span";
  return el(tag, { class: "text", dir: "auto" }, ...textNodes(text, nick, words));
}

function foldButton(fold, lines) {
  const label = fold === "folded" ? strings.showAll(lines) : strings.showLess;
  return button("fold", label, { class: "fold" });
}

function timeOf({ time }, className) {
  const datetime = new Date(time).toISOString();
  return el("time", { class: className, datetime, title: fullTime(time) }, clockTime(time));
}

// The name, and a sign if it is registered.
function author(nick, { mine, account }) {
  const name = authorName(nick, mine);
  return account ? [name, registeredSign(nick, account)] : [name];
}

function authorName(nick, mine) {
  const className = classes("author", nickClass(nick));
  if (mine) return el("span", { class: className, dir: "auto" }, nick);
  const attributes = { class: className, dir: "auto", title: strings.actionsFor(nick) };
  return button("openNameMenu", nick, { ...attributes, "aria-haspopup": "menu" });
}

// Its dots are in the style sheet: copied with the text of several messages, they would be in the way.
function menuButton() {
  const label = strings.messageActions;
  const attributes = { class: "more", title: label, "aria-label": label, "aria-haspopup": "menu" };
  return button("openMenu", "", attributes);
}

function deliveryState({ status, problem = "" }, quit) {
  if (status === "failed") {
    return [
      el(
        "div",
        { class: "delivery" },
        el("span", {}, strings.notSent(problem)),
        button("retry", strings.tryAgain),
        button("edit", strings.edit),
        button("discard", strings.discard),
      ),
    ];
  }
  const texts = quit
    ? { queued: strings.queuedAfterQuit, unconfirmed: strings.unconfirmedAfterQuit }
    : { queued: strings.queued, unconfirmed: strings.unconfirmed };
  return texts[status] ? [el("div", { class: "delivery" }, texts[status])] : [];
}

function button(action, label, attributes = {}) {
  return el("button", { type: "button", "data-action": action, ...attributes }, label);
}
