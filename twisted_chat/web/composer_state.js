// The state of the composer: drafts, sent messages to recall, the list of completions, and
// what each key does.  Pure; view/composer.js shows it.

import { isSecret, looksPrivate } from "./commands.js";
import { applyCompletion, complete } from "./completion.js";
import { MAX_LINES, countLines, messagesIn } from "./message_parts.js";
import { strings } from "./strings.js";

const MAX_SENT = 50;
const SHORT_LENGTH = 4096; // in characters; as UTF-8 it surely is within the limit
const COMPOSITION_KEY_CODE = 229; // a key that an input method takes

const COMPLETION_KEYS = {
  ArrowDown: "next",
  ArrowUp: "previous",
  Tab: "accept",
  Enter: "acceptOrSubmit",
  Escape: "dismiss",
};
const EDITING_KEYS = {
  Enter: "submit",
  Tab: "complete",
  ArrowUp: "recallOlder",
  ArrowDown: "recallNewer",
};

export class ComposerState {
  // `drafts`: conversation key -> unfinished text; the caller stores it.
  constructor(drafts) {
    this.drafts = drafts;
    this.key = null; // of the conversation that the text belongs to
    this.sent = []; // the newest first
    this.recalled = -1; // index in `sent`, or -1 for the text being written
    this.completion = null; // see completion.js
    this.selected = 0;
    this.confirming = ""; // the text that is sent if the user insists on it
  }

  // Changes the conversation: returns its draft, or null if it is the same conversation.
  switchTo(key, text) {
    if (key === this.key) return null;
    // Text written before any conversation was open belongs to the first one.
    const early = this.key === null || this.key === "" ? text : "";
    this.key = key;
    this.recalled = -1;
    this.completion = null;
    return early || (this.drafts.get(key) ?? "");
  }

  saveDraft(text) {
    if (this.key === null) return;
    if (text && !isSecret(text)) this.drafts.set(this.key, text);
    else this.drafts.delete(this.key);
  }

  // What a key press does, or null if it types.
  keyAction({ key, isComposing, keyCode, shiftKey, altKey, ctrlKey, metaKey }, text) {
    if (isComposing || keyCode === COMPOSITION_KEY_CODE) return null;
    if (shiftKey || altKey || ctrlKey || metaKey) return null;
    const action = (this.completion && COMPLETION_KEYS[key]) || EDITING_KEYS[key] || null;
    if (action === "acceptOrSubmit") return this.isInserted(text) ? "submit" : "accept";
    if (action === "recallOlder" && text && this.recalled < 0) return null;
    if (action === "recallNewer" && this.recalled < 0) return null;
    return action;
  }

  // What the field holds: its lines, and the messages that they become.
  size(text) {
    const lines = countLines(text);
    // A short text is not divided with each key.
    const short = lines <= MAX_LINES && text.length <= SHORT_LENGTH;
    return { lines, messages: short ? 1 : messagesIn(text).messages.length };
  }

  // The messages to send, and why they are not sent, if so.  `routes` is a RouteTable.
  prepare(text, routes) {
    const { messages, problem, line } = messagesIn(text);
    if (problem) return { messages, problem: strings.tooLong[problem](line) };
    if (looksPrivate(text, routes) && this.confirming !== text) {
      this.confirming = text;
      return { messages, problem: strings.linesAreNoRoute };
    }
    this.confirming = "";
    return { messages, problem: "" };
  }

  // Sends messages in order until `send` refuses one; returns the text of those not sent.
  send(text, messages, send) {
    const refused = messages.findIndex((message) => !send(message));
    if (refused !== 0) this.remember(text);
    return refused < 0 ? "" : messages.slice(refused).join("\n");
  }

  remember(text) {
    if (this.sent[0] !== text && !isSecret(text)) this.sent.unshift(text);
    this.sent.length = Math.min(this.sent.length, MAX_SENT);
    this.recalled = -1;
  }

  // Steps through the sent messages; returns the text to show, or null at the oldest one.
  recall(action) {
    const next = this.recalled + (action === "recallOlder" ? 1 : -1);
    if (next >= this.sent.length) return null;
    this.recalled = next;
    return next < 0 ? "" : this.sent[next];
  }

  // Looks for completions at the caret; true if there are any.
  offerCompletions(text, caret, known, requested) {
    this.completion = complete(text, caret, known, requested);
    this.selected = 0;
    return this.completion !== null;
  }

  select(index) {
    const { length } = this.completion.options;
    this.selected = (index + length) % length;
  }

  // The text and the caret with the selected completion inserted.
  insertSelected(text) {
    return applyCompletion(text, this.completion, this.completion.options[this.selected].insert);
  }

  // Enter submits what the selected completion would not change.
  isInserted(text) {
    return this.insertSelected(text).text.trim() === text.trim();
  }
}
