// The search panel: rooms are searched on the server, direct messages in this tab.

import { isMessage } from "../conversation.js";
import { shortTime } from "../time.js";
import { byId, classes, el, setText } from "../view/dom.js";
import { KeyedList } from "../view/keyed.js";
import { nickClass } from "../view/nodes.js";
import { Roving } from "../view/roving.js";
import { excerpt, hasHits, splitHits } from "./search_hits.js";
import { texts } from "./texts.js";

export class SearchPanel {
  // `handlers`: {search, reveal}
  constructor(chat, handlers) {
    this.chat = chat;
    this.handlers = handlers;
    this.conversation = null; // the one that is searched
    this.words = ""; // that were searched for last
    this.waiting = false; // for the server's reply
    this.input = byId("search_input");
    this.roving = new Roving(byId("search_results"), ".result");
    this.results = new KeyedList(byId("search_results"), {
      keyOf: (entry) => entry.key ?? entry.id,
      lookOf: () => this.words,
      make: (entry) => this.makeResult(entry),
    });
    this.results.onAction({ reveal: (entry) => handlers.reveal(this.conversation, entry) });
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

  // The results of one conversation are cleared when another one is shown.
  show() {
    const { current } = this.chat;
    setText(byId("search_scope"), current ? texts.searchScope(current) : "");
    if (current !== this.conversation) {
      this.conversation = current;
      this.clear(current ? texts.searchHint(current) : "");
    } else if (this.waiting && !this.chat.online) {
      this.clear(texts.searchInterrupted);
    }
  }

  clear(note) {
    this.waiting = false;
    this.results.clear();
    setText(byId("search_note"), note);
  }

  search(words) {
    this.show();
    this.words = words;
    if (!this.conversation) return;
    if (!words) {
      this.clear(texts.searchHint(this.conversation));
    } else if (this.conversation.kind === "dm") {
      this.searchDirect(words);
    } else {
      this.clear(this.chat.online ? texts.searching : texts.searchOffline);
      this.waiting = this.chat.online;
      if (this.waiting) this.handlers.search(this.conversation, words);
    }
  }

  searchDirect(words) {
    const messages = this.conversation.entries.filter(
      (entry) => isMessage(entry) && !entry.status && hasHits(entry.text, words),
    );
    this.showResults({ conversation: this.conversation, messages });
  }

  showResults({ conversation, messages, hasMore = false, problem = "" }) {
    // The user may have moved on to another conversation.
    if (conversation && conversation !== this.conversation) return;
    this.clear(problem || texts.searchResults(messages.length, hasMore));
    this.results.show([...messages].reverse());
    this.roving.refresh();
  }

  markHits(text) {
    return excerpt(splitHits(text, this.words)).map((part) =>
      part.hit ? el("mark", {}, part.text) : part.text,
    );
  }

  makeResult({ from, time, text }) {
    const button = el(
      "button",
      { type: "button", class: "result", "data-action": "reveal" },
      el("span", { class: classes("author", nickClass(from)), dir: "auto" }, from),
      el("span", { class: "time" }, shortTime(time)),
      // Plain text: a link inside a button could not be reached.
      el("span", { class: "text", dir: "auto" }, ...this.markHits(text)),
    );
    return el("li", {}, this.roving.prepare(button));
  }
}
