// The messages of the open conversation, and where one is in them.

import { splitLinks } from "../links.js";
import { splitMentions } from "../mentions.js";
import { colourOf, initialOf } from "../names.js";
import { presenceText, rowsOf } from "../rows.js";
import { clockTime, dayName, shortDay, wholeTime } from "../time.js";
import { Keyed, byId, el, setText } from "./dom.js";

// So near to the end counts as being there, and so near to the start as wanting more.
const AT_END = 40;
const NEAR_START = 500;
const ONLY_PICTURES = /^(?:\p{Extended_Pictographic}|\p{Emoji_Modifier}|\u200d|\ufe0f|\s){1,12}$/u;

const STATES = {
  waiting: "Will be sent when there is a connection",
  unsure: "Finding out whether it arrived…",
};
// Nothing is found out before one comes back.
const STATES_LEFT = {
  waiting: "Will be sent when you come back",
  unsure: "Coming back will show whether it arrived",
};

export function textParts(text, nick) {
  return splitLinks(text).flatMap((part) => {
    if (!part.href) {
      return splitMentions(part.text, nick).map((one) =>
        one.mention ? el("mark", {}, one.text) : one.text,
      );
    }
    const link = el(
      "a",
      { href: part.href, target: "_blank", rel: "noopener noreferrer nofollow" },
      part.text,
    );
    if (part.host) link.append(" ", el("bdi", { class: "host" }, `(${part.host})`));
    return link;
  });
}

export function face(nick, size = "") {
  return el("span", {
    class: `face ${size} nick-${colourOf(nick)}`,
    "data-initial": initialOf(nick),
    "aria-hidden": "true",
  });
}

export class Messages {
  // `acts`: {retry, discard, edit, talk, older, fill, scrolled}
  constructor(chat, acts) {
    this.chat = chat;
    this.acts = acts;
    this.box = byId("messages");
    this.latest = byId("latest");
    this.pinned = true; // stays at the end while more comes
    this.shown = null; // the conversation on the screen
    this.above = 0; // the room above a short conversation
    this.places = new WeakMap(); // where one was in each conversation
    this.list = this.freshList();

    this.box.addEventListener("scroll", () => this.scrolled(), { passive: true });
    this.latest.addEventListener("click", () => {
      this.toEnd();
      this.box.focus({ preventScroll: true });
    });
    // A keyboard that slides in, or a turned phone, must not hide the end.
    new ResizeObserver(() => {
      this.fillUp();
      if (this.pinned) this.toEnd();
    }).observe(this.box);
  }

  freshList() {
    return new Keyed(this.box, {
      keyOf: (row) => row.key,
      lookOf: (row) => row.look,
      make: (row) => this.row(row),
    });
  }

  get atEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.box;
    return scrollHeight - scrollTop - clientHeight < AT_END;
  }

  toEnd() {
    this.pinned = true;
    this.box.scrollTop = this.box.scrollHeight;
  }

  scrolled() {
    this.pinned = this.atEnd;
    if (this.shown && this.box.scrollTop < NEAR_START) this.acts.older(this.shown);
    this.acts.scrolled();
  }

  show() {
    const place = this.chat.place;
    const switched = place !== this.shown;
    if (switched) {
      if (this.shown) this.places.set(this.shown, this.pinned ? null : this.box.scrollTop);
      this.shown = place;
      this.list = this.freshList();
      this.box.replaceChildren();
      this.box.setAttribute("aria-label", place ? `Messages in ${place.title}` : "Messages");
    }
    const rows = place ? rowsOf(place, { left: this.chat.left }) : [];
    const anchor = switched || this.pinned ? null : this.anchor();
    const bulk = switched || this.isBulk(rows);
    // Only what comes now is read out, not a whole page of history.
    if (bulk) this.box.setAttribute("aria-live", "off");
    this.list.show(rows);
    if (bulk) setTimeout(() => this.box.setAttribute("aria-live", "polite"), 200);

    if (switched) this.settle(place);
    else if (anchor) this.restore(anchor);
    else if (this.pinned) this.toEnd();
    this.fillUp();
    this.emptiness(place);
    if (place && this.box.scrollTop < NEAR_START) this.acts.older(place);
  }

  isBulk(rows) {
    const first = rows.find(({ entry }) => entry)?.key;
    const before = this.firstKey;
    this.firstKey = first;
    return before !== first;
  }

  // Where to be on coming back: where one was, at the first new message, or at the end.
  settle(place) {
    const before = place && this.places.get(place);
    const news = this.box.querySelector(".split.new");
    this.pinned = true;
    this.toEnd();
    if (news) {
      const top = news.offsetTop - this.box.offsetTop - 60;
      if (top < this.box.scrollTop) this.box.scrollTop = Math.max(0, top);
    } else if (typeof before === "number") {
      this.box.scrollTop = before;
    }
    this.pinned = this.atEnd;
  }

  // The first row in sight stays where it is when something is put in above it.
  anchor() {
    const { scrollTop } = this.box;
    for (const [key, { node }] of this.list.made) {
      if (key === "start" || key.startsWith("day-")) continue;
      const top = node.offsetTop - this.box.offsetTop;
      if (top + node.offsetHeight > scrollTop) return { key, top: top - scrollTop };
    }
    return null;
  }

  restore({ key, top }) {
    const node = this.list.made.get(key)?.node;
    if (node) this.box.scrollTop = node.offsetTop - this.box.offsetTop - top;
  }

  // A short conversation stands at the bottom, next to where one writes.
  fillUp() {
    const { box } = this;
    if (!this.above && box.scrollHeight > box.clientHeight) return;
    box.style.setProperty("--above", "0px");
    const free = box.clientHeight - box.scrollHeight;
    const last = box.lastElementChild;
    if (!last) return;
    const used = last.offsetTop - box.offsetTop + last.offsetHeight;
    this.above = free >= 0 ? Math.max(0, box.clientHeight - used - 16) : 0;
    box.style.setProperty("--above", `${this.above}px`);
  }

  emptiness(place) {
    const empty = !place || place.entries.length === 0;
    byId("empty").hidden = !empty || Boolean(place?.loading);
    if (!empty) return;
    const [title, text] = !place
      ? ["You are in no room", "Find one, or make a new one, with + beside “Rooms”."]
      : !this.chat.online
        ? ["One moment…", "The chat is being reached."]
        : place.kind === "dm"
          ? [`Only you and ${place.name}`, "What you write here, nobody else sees."]
          : ["Nothing was said here yet", "Be the first: write something below."];
    setText(byId("empty_title"), title);
    setText(byId("empty_text"), text);
  }

  // Shows one message, wherever it is; false if it is not loaded.
  reveal(id) {
    const entry = this.shown?.known.get(id);
    const node = entry && this.list.made.get(entry.key)?.node;
    if (!node) return false;
    this.pinned = false;
    node.scrollIntoView({ block: "center" });
    node.classList.remove("flash");
    void node.offsetWidth; // begins the animation anew
    node.classList.add("flash");
    return true;
  }

  // Rows

  row(row) {
    const { kind, entry } = row;
    if (kind === "day") {
      const day = el("h2", { class: "split day" }, dayName(row.time, Date.now()));
      day.dataset.time = row.time;
      return day;
    }
    if (kind === "new") return el("div", { class: "split new" }, "New");
    if (kind === "start") {
      const { title } = this.shown;
      return el(
        "div",
        { class: "start" },
        el("strong", {}, title),
        el("span", {}, `This is where ${title} begins.`),
      );
    }
    if (kind === "gap") return this.gap(entry);
    if (kind === "presence") return this.told(presenceText(entry.changes));
    if (kind === "renamed") return this.told(`${entry.from} is now known as ${entry.to}`);
    if (kind === "topic") {
      if (!entry.text) return this.told(`${entry.from} cleared the topic`);
      const topic = el("span", { class: "text", dir: "auto" }, ...textParts(entry.text, ""));
      return el("div", { class: "told" }, `${entry.from} set the topic: `, topic);
    }
    if (kind === "notice") {
      const look = entry.error ? "told notice error" : "told notice";
      return el("div", { class: look }, el("span", {}, entry.text));
    }
    return this.said(row);
  }

  told(text) {
    return el("div", { class: "told", dir: "auto" }, text);
  }

  gap(gap) {
    const box = el("div", { class: "gap" });
    const told = gap.open
      ? "The connection was gone for a while. Some messages may be missing here."
      : "The connection was gone for a while. Messages may be missing here, and the server has no more of them.";
    const text =
      this.shown.kind === "dm"
        ? "The connection was gone for a while. Private messages may be missing here."
        : told;
    box.append(el("span", {}, text));
    if (this.shown.kind === "room" && gap.open) {
      const load = el("button", { type: "button", class: "plain" }, "Load them");
      load.disabled = Boolean(gap.loading);
      load.addEventListener("click", () => this.acts.fill(this.shown, gap));
      box.append(load);
    }
    return box;
  }

  when(entry, look) {
    return el(
      "time",
      { class: look, datetime: new Date(entry.time).toISOString(), title: wholeTime(entry.time) },
      clockTime(entry.time),
    );
  }

  said({ entry, head, left }) {
    const { kind, status, mention, text, mine } = entry;
    const from = entry.status ? this.chat.nick || entry.from : entry.from;
    const looks = ["row", kind, head && "head", status, mention && "mention", mine && "mine"];
    const node = el("div", { class: looks.filter(Boolean).join(" "), "data-from": from });
    if (entry.id) node.dataset.id = entry.id;

    const words = el("span", { class: "text", dir: "auto" }, ...textParts(text, mine ? "" : this.chat.nick));
    if (ONLY_PICTURES.test(text)) words.classList.add("large");
    if (kind === "action") {
      node.append(face(from, "tiny"), this.who(from, mine), " ", words, " ", this.when(entry, "when"));
    } else if (head) {
      const line = el("div", {}, this.who(from, mine), this.when(entry, "when"));
      node.append(face(from), line, words);
    } else {
      // Who listens hears who speaks, with every message.
      node.append(el("span", { class: "unseen" }, `${from}: `), this.when(entry, "when aside"), words);
    }
    const state = this.state(entry, left);
    if (state) node.append(state);
    return node;
  }

  who(nick, mine) {
    const look = `who nick-${colourOf(nick)}`;
    if (mine) return el("span", { class: look, dir: "auto" }, nick);
    const name = el("button", { type: "button", class: look, dir: "auto" }, nick);
    name.title = `Write to ${nick} alone`;
    name.addEventListener("click", () => this.acts.talk(nick));
    return name;
  }

  state(entry, left) {
    const { status, problem } = entry;
    const words = left ? STATES_LEFT[status] : STATES[status];
    if (words) return el("div", { class: "state" }, words);
    if (status !== "failed") return null;
    const box = el("div", { class: "state" }, el("span", {}, `Not sent: ${problem ?? ""}`));
    const act = (label, call) => {
      const button = el("button", { type: "button" }, label);
      button.addEventListener("click", () => call(this.shown, entry));
      box.append(button);
    };
    act("Try again", this.acts.retry);
    act("Edit", this.acts.edit);
    act("Discard", this.acts.discard);
    return box;
  }

  // At midnight, today becomes yesterday.
  newDay() {
    for (const day of this.box.querySelectorAll(".day")) {
      setText(day, dayName(Number(day.dataset.time), Date.now()));
    }
  }
}

export const dayAndTime = (time) => `${shortDay(time)}, ${clockTime(time)}`;
