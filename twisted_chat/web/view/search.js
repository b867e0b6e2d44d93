// Searching what was said: on the server in a room, in this tab between two people.

import { colourOf } from "../names.js";
import { isSpoken } from "../place.js";
import { byId, el, setText } from "./dom.js";
import { dayAndTime } from "./messages.js";

export class Search {
  // `acts`: {ask, reveal}
  constructor(chat, acts) {
    this.chat = chat;
    this.acts = acts;
    this.place = null; // where was searched
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
    setText(byId("search_where"), place ? `in ${place.title}` : "");
    if (place === this.place) return;
    this.place = place;
    this.clear("");
  }

  clear(note) {
    byId("found").replaceChildren();
    setText(byId("search_note"), note);
  }

  search(words) {
    this.show();
    if (!words || !this.place) return;
    if (this.place.kind === "dm") {
      const all = words.toLowerCase().split(/\s+/u);
      const has = ({ text }) => all.every((word) => text.toLowerCase().includes(word));
      this.found(this.place.entries.filter((entry) => isSpoken(entry) && !entry.status && has(entry)));
      return;
    }
    this.clear(this.chat.online ? "Searching…" : "There is no connection: try again later.");
    if (this.chat.online) this.acts.ask(words);
  }

  found(entries, problem = "") {
    const newest = entries.toReversed();
    const count = newest.length === 1 ? "1 message" : `${newest.length} messages, the newest first`;
    this.clear(problem || (newest.length ? count : "Nothing was found."));
    byId("found").append(...newest.map((entry) => this.hit(entry)));
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
