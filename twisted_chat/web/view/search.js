// Searching what was said: on the server in a room, in this tab between two people.

import { colourOf } from "../names.js";
import { isSpoken } from "../place.js";
import { byId, el, setText } from "./dom.js";
import { dayAndTime } from "./messages.js";

function foundText(count, more) {
  if (count === 0) return "Nothing was found.";
  if (more) return `The newest ${count}; there are more.`;
  return count === 1 ? "1 message" : `${count} messages, the newest first`;
}

export class Search {
  // `acts`: {ask, reveal}
  constructor(chat, acts) {
    this.chat = chat;
    this.acts = acts;
    this.place = null; // where was searched
    this.asked = false; // the server has yet to answer
    this.input = byId("search_input");
    byId("search_form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.search(this.input.value.trim());
    });
  }

  opened(words = "") {
    if (words) this.input.value = words;
    this.show();
    this.input.focus();
    this.input.select();
    if (words) this.search(words);
  }

  // What was found in one room says nothing about another.
  show() {
    const { place } = this.chat;
    const where = place?.kind === "dm" ? "with" : "in";
    setText(byId("search_where"), place ? `${where} ${place.title}` : "");
    if (place !== this.place) {
      this.place = place;
      this.clear(this.hint());
    } else if (this.asked && !this.chat.online) {
      this.clear("The connection broke: search again.");
    }
  }

  hint() {
    if (!this.place) return "";
    const { kind, title, name } = this.place;
    if (kind === "room") return `Finds what was said in ${title} with all of these words.`;
    return `Finds what this tab still has of your conversation with ${name}; nothing else is searched.`;
  }

  clear(note) {
    this.asked = false;
    byId("found").replaceChildren();
    setText(byId("search_note"), note);
  }

  search(words) {
    this.show();
    if (!this.place) return;
    if (!words) {
      this.clear(this.hint());
      return;
    }
    if (this.place.kind === "dm") {
      const all = words.toLowerCase().split(/\s+/u);
      const has = ({ text }) => all.every((word) => text.toLowerCase().includes(word));
      const messages = this.place.entries.filter((one) => isSpoken(one) && !one.status && has(one));
      this.found({ place: this.place, messages });
      return;
    }
    this.clear(this.chat.online ? "Searching…" : "There is no connection: try again later.");
    this.asked = this.chat.online;
    if (this.asked) this.acts.ask(this.place, words);
  }

  found({ place, messages, more = false, problem = "" }) {
    // By now one may be elsewhere.
    if (place && place !== this.place) return;
    this.clear(problem || foundText(messages.length, more));
    byId("found").append(...messages.toReversed().map((entry) => this.hit(entry)));
  }

  hit(entry) {
    const button = el(
      "button",
      { type: "button", class: "hit" },
      el("span", { class: `who nick-${colourOf(entry.from)}`, dir: "auto" }, entry.from),
      el("span", { class: "when" }, dayAndTime(entry.time)),
      // A link inside a button could not be reached; here it is only shown.
      el("span", { class: "text", dir: "auto" }, entry.text),
    );
    button.addEventListener("click", () => this.acts.reveal(this.place, entry));
    return el("li", {}, button);
  }
}
