// The messages of the current conversation, and the scroll position in each conversation.

import { isMessage } from "../conversation.js";
import { rowsOf } from "../rows.js";
import { localStore } from "../storage.js";
import { strings } from "../strings.js";
import { clockTime } from "../time.js";
import { copy, copyCode } from "./copying.js";
import { byId, setText } from "./dom.js";
import { KeyedList } from "./keyed.js";
import { makeRow } from "./message_row.js";
import { Roving } from "./roving.js";
import { countText } from "./sidebar.js";

const END_MARGIN = 40; // pixels from the end that still count as the end
const LOAD_MARGIN = 500; // pixels from the start at which older messages are loaded
const UNREAD_OFFSET = 60; // pixels of context above the first unread message
const END_PADDING = 16;
const MAX_LABEL = 200; // characters of a folded message

function labelOf({ entry, fold, lines }, node) {
  const { from, text, time, status } = entry;
  if (!isMessage(entry)) return node.textContent;
  // Of a folded message the beginning; its text can be read line by line.
  const said = fold === "folded" ? strings.beginning(text.slice(0, MAX_LABEL), lines) : text;
  const marked = entry.edited ? `${said} (${strings.edited})` : said;
  const label = strings.messageLabel(from, marked, clockTime(time));
  return status ? `${label}, ${node.querySelector(".delivery")?.textContent ?? ""}` : label;
}

export class MessageList {
  // `handlers`: {openNameMenu, openMessageMenu, loadOlder, loadGap, retry, discard, edit};
  // `scrolled()` is called when the scroll position has changed.
  constructor(chat, handlers, { scrolled }) {
    Object.assign(this, { chat, handlers });
    this.box = byId("messages");
    this.latest = byId("latest");
    this.followsEnd = true; // new messages scroll into view
    this.shown = null; // the conversation on the screen
    this.compact = localStore.get("compact", false); // each message on a line of its own
    this.padding = 0; // above a short conversation, in pixels
    this.scrollPositions = new WeakMap(); // conversation -> scrollTop, or null for the end
    this.list = new KeyedList(this.box, {
      keyOf: (row) => row.key,
      lookOf: (row) => row.look,
      make: (row) => this.makeItem(row),
    });
    this.roving = new Roving(this.box, "[role=article]", { startsAt: "last" });
    this.list.onAction({
      openNameMenu: ({ entry }, button) => handlers.openNameMenu(button, entry.from, this.shown),
      openMenu: ({ entry }, button) => handlers.openMessageMenu(button, this.shown, entry),
      loadGap: ({ entry }) => handlers.loadGap(this.shown, entry),
      retry: ({ entry }) => handlers.retry(this.shown, entry),
      discard: ({ entry }) => handlers.discard(this.shown, entry),
      edit: ({ entry }) => handlers.edit(this.shown, entry),
      fold: ({ entry }) => this.fold(entry, !entry.unfolded),
      copyCode: (row, button) => copyCode(button),
    });
    // The browser scrolls to what it finds or focuses within a folded message.
    this.box.addEventListener("scroll", ({ target }) => this.scrolledWithin(target), true);
    this.box.addEventListener("scroll", () => this.scrolled(scrolled), { passive: true });
    this.latest.addEventListener("click", () => {
      this.scrollToEnd();
      this.roving.focusStart();
    });
    // An on-screen keyboard or a rotation must not hide the end.
    new ResizeObserver(() => {
      this.padStart();
      if (this.followsEnd) this.scrollToEnd();
    }).observe(this.box);
  }

  get atEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.box;
    return scrollHeight - scrollTop - clientHeight < END_MARGIN;
  }

  scrollToEnd() {
    this.followsEnd = true;
    this.box.scrollTop = this.box.scrollHeight;
  }

  scrolled(report) {
    this.followsEnd = this.atEnd;
    if (this.shown && this.box.scrollTop < LOAD_MARGIN) this.handlers.loadOlder(this.shown);
    report();
  }

  show() {
    const conversation = this.chat.current;
    const switched = conversation !== this.shown;
    if (switched) this.switchTo(conversation);
    const { compact } = this;
    const rows = conversation ? rowsOf(conversation, { quit: this.chat.quit, compact }) : [];
    this.box.classList.toggle("compact", compact);
    const anchor = switched || this.followsEnd ? null : this.findAnchor();
    this.list.show(rows);
    this.roving.refresh({ restart: this.followsEnd });

    if (switched) {
      // The padding was that of another conversation.
      this.padStart();
      this.restoreScroll(conversation);
    } else if (anchor) this.scrollToAnchor(anchor);
    else if (this.followsEnd) this.scrollToEnd();
    this.padStart();
    this.showEmpty(conversation);
    if (conversation && this.box.scrollTop < LOAD_MARGIN) this.handlers.loadOlder(conversation);
  }

  switchTo(conversation) {
    if (this.shown) {
      this.scrollPositions.set(this.shown, this.followsEnd ? null : this.box.scrollTop);
    }
    this.shown = conversation;
    this.list.clear();
    this.box.setAttribute("aria-label", strings.messagesLabel(conversation?.title));
  }

  // Everything but the dividers can be reached with the arrow keys.
  makeItem(row) {
    const node = makeRow(row, this.shown, this.chat.nick, this.chat.alerts.words);
    if (!row.entry) return node;
    node.setAttribute("role", "article");
    node.setAttribute("aria-label", labelOf(row, node));
    return this.roving.prepare(node);
  }

  // The last position in this conversation, its first unread message, or its end.
  restoreScroll(conversation) {
    const position = conversation && this.scrollPositions.get(conversation);
    this.scrollToEnd();
    if (!this.scrollToNew() && typeof position === "number") this.box.scrollTop = position;
    this.followsEnd = this.atEnd;
  }

  // False without a New line.  At the end it stays there if the line is in view.
  scrollToNew() {
    const line = this.box.querySelector(".divider.new");
    if (!line) return false;
    const top = line.offsetTop - this.box.offsetTop - UNREAD_OFFSET;
    if (top < this.box.scrollTop) this.box.scrollTop = Math.max(0, top);
    this.followsEnd = this.atEnd;
    return true;
  }

  // The first visible row, which stays in place when rows are inserted above it.
  findAnchor() {
    const { scrollTop } = this.box;
    for (const [key, { node }] of this.list.shown) {
      if (key === "start" || key.startsWith("day-")) continue;
      const top = node.offsetTop - this.box.offsetTop;
      if (top + node.offsetHeight > scrollTop) return { key, top: top - scrollTop };
    }
    return null;
  }

  scrollToAnchor({ key, top }) {
    const node = this.list.nodeOf(key);
    if (node) this.box.scrollTop = node.offsetTop - this.box.offsetTop - top;
  }

  // Folding

  // The row stays where it is; folded, its beginning comes into view.
  fold(entry, unfolded) {
    entry.unfolded = unfolded;
    this.followsEnd = false;
    this.show();
    const node = this.list.nodeOf(entry.key);
    if (!unfolded && node.offsetTop - this.box.offsetTop < this.box.scrollTop) node.scrollIntoView();
    this.followsEnd = this.atEnd;
    this.showLatestButton();
  }

  scrolledWithin(target) {
    if (!target.classList?.contains("folded") || target.scrollTop === 0) return;
    const { entry } = this.list.itemOf(target);
    const distance = target.scrollTop;
    target.scrollTop = 0;
    this.fold(entry, true);
    this.box.scrollTop += distance;
  }

  copy(entry) {
    copy(this.list.nodeOf(entry.key).querySelector(".text"), entry.text);
  }

  setCompact(compact) {
    this.compact = compact;
    localStore.set("compact", compact);
  }

  // A short conversation starts at the bottom, next to the composer.
  padStart() {
    const { box } = this;
    if (!this.padding && box.scrollHeight > box.clientHeight) return;
    box.style.setProperty("--padding", "0px");
    const free = box.clientHeight - box.scrollHeight;
    const last = box.lastElementChild;
    if (!last) return;
    const used = last.offsetTop - box.offsetTop + last.offsetHeight;
    this.padding = free >= 0 ? Math.max(0, box.clientHeight - used - END_PADDING) : 0;
    box.style.setProperty("--padding", `${this.padding}px`);
  }

  showLatestButton() {
    const { current } = this.chat;
    const unread = current ? countText(current.unreadState) : "";
    this.latest.hidden = this.followsEnd;
    setText(byId("latest_text"), unread ? strings.newMessages(unread) : strings.latest);
  }

  showEmpty(conversation) {
    const empty = !conversation || conversation.entries.length === 0;
    byId("empty").hidden = !empty || Boolean(conversation?.loadingOlder);
    if (!empty) return;
    const [title, text] = this.emptyTexts(conversation);
    setText(byId("empty_title"), title);
    setText(byId("empty_text"), text);
  }

  emptyTexts(conversation) {
    if (!conversation) return strings.emptyNoConversation;
    if (!this.chat.online) return strings.emptyConnecting;
    return conversation.kind === "dm" ? strings.emptyDirect(conversation.name) : strings.emptyRoom;
  }

  // Scrolls to a message and highlights it; false if it is not loaded.
  reveal(id) {
    const entry = this.shown?.entriesById.get(id);
    if (entry && !entry.unfolded) {
      // The search may have found what is folded.
      entry.unfolded = true;
      this.show();
    }
    const node = entry && this.list.nodeOf(entry.key);
    if (!node) return false;
    this.followsEnd = false;
    node.scrollIntoView({ block: "center" });
    node.classList.remove("highlight");
    void node.offsetWidth; // restarts the animation
    node.classList.add("highlight");
    this.roving.focus(node);
    return true;
  }
}
