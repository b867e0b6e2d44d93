// The message field: sending, completion and recall.  Its decisions are in composer_state.js.

import { ComposerState } from "../composer_state.js";
import { MAX_TEXT } from "../message_parts.js";
import { strings } from "../strings.js";
import { announce, byId, el, setText } from "./dom.js";

export class Composer {
  // `known()` returns what completion may offer; `submit(text)` carries out a command or
  // sends a message, and returns false if the text should stay in the field.
  constructor({ known, submit, drafts }) {
    Object.assign(this, { known, submit });
    this.state = new ComposerState(drafts);
    this.form = byId("chat_form");
    this.input = byId("chat_input");
    this.list = byId("completions");
    this.messages = 1; // that the text in the field becomes

    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.send();
    });
    this.input.addEventListener("input", () => this.changed());
    this.input.addEventListener("paste", (event) => this.inserted(event, event.clipboardData));
    this.input.addEventListener("drop", (event) => this.inserted(event, event.dataTransfer));
    this.input.addEventListener("keydown", (event) => this.pressed(event));
    this.input.addEventListener("blur", () => this.hideCompletions());
    // The field keeps the focus, also while the list is scrolled.
    this.list.addEventListener("mousedown", (event) => event.preventDefault());
    // For on-screen keyboards, whose Enter key sends.
    byId("new_line").addEventListener("pointerdown", (event) => event.preventDefault());
    byId("new_line").addEventListener("click", () => this.insertLine());
    // Not by following the link, which would add an entry to the browser's history.
    byId("skip").addEventListener("click", (event) => {
      event.preventDefault();
      this.focus();
    });
  }

  get text() {
    return this.input.value;
  }

  setText(text, caret = text.length) {
    this.input.value = text;
    this.input.setSelectionRange(caret, caret);
    this.fitHeight();
    this.showSize();
    this.state.saveDraft(text);
  }

  insertLine() {
    const { selectionStart, selectionEnd } = this.input;
    this.focus();
    this.input.setRangeText("\n", selectionStart, selectionEnd, "end");
    this.changed();
  }

  // Begins the text with the name of the member who is addressed.
  address(nick) {
    const start = `${nick}: `;
    if (!this.text.startsWith(start)) this.setText(start + this.text);
  }

  focus() {
    this.input.focus();
  }

  // `isBanned`: the user may not write.
  show(conversation, isBanned) {
    const label = isBanned ? strings.composerBanned : strings.composerLabel(conversation?.title);
    for (const control of this.form.elements) control.disabled = Boolean(isBanned);
    this.input.placeholder = label;
    this.input.setAttribute("aria-label", label);
    const draft = this.state.switchTo(conversation?.key ?? "", this.text);
    if (draft === null) return;
    this.hideCompletions();
    this.showNote("");
    this.setText(draft);
  }

  fitHeight() {
    const { style } = this.input;
    style.height = ""; // the style sheet's: that of one line, and the maximum
    if (this.text) style.height = `${this.input.scrollHeight}px`;
  }

  // Before a long text is sent, the user knows that it becomes several messages.
  showSize() {
    const { lines, messages } = this.state.size(this.text);
    const label = lines > 1 || messages > 1 ? strings.linesInField(lines, messages) : "";
    setText(byId("composer_lines"), label);
    if (messages > 1 && messages !== this.messages) announce(label);
    this.messages = messages;
  }

  // A line below the field.
  showNote(text, error = false) {
    const note = byId("composer_note");
    setText(note, text);
    note.classList.toggle("error", error);
    if (error) announce(text);
  }

  // What is too long to be sent does not get into the field: browsers may need minutes to lay
  // out a megabyte there.
  inserted(event, data) {
    if ((data?.getData("text/plain").length ?? 0) <= MAX_TEXT) return;
    event.preventDefault();
    this.showNote(strings.tooLong.text(), true);
  }

  changed() {
    this.state.recalled = -1;
    this.fitHeight();
    this.showSize();
    this.state.saveDraft(this.text);
    this.showNote("");
    this.showCompletions(false);
  }

  send() {
    const whole = this.text;
    const { messages, problem } = this.state.prepare(whole, this.known().routes);
    if (!problem && !messages.length) return;
    this.hideCompletions();
    this.showNote(problem, Boolean(problem));
    if (problem) return;
    // Cleared first: a command may open another conversation, which has its own draft.
    this.setText("");
    const remaining = this.state.send(whole, messages, this.submit);
    if (remaining) this.setText(remaining);
  }

  // Keys

  pressed(event) {
    const action = this.state.keyAction(event, this.text);
    if (action && this.carryOut(action)) event.preventDefault();
  }

  // False if the key should do what it does in any field.
  carryOut(action) {
    switch (action) {
      case "submit":
        this.form.requestSubmit();
        return true;
      case "complete":
        if (!this.showCompletions(true)) return false;
        if (this.state.completion.options.length === 1) this.accept();
        return true;
      case "recallOlder":
      case "recallNewer": {
        const text = this.state.recall(action);
        if (text !== null) this.setText(text);
        return true;
      }
      case "next":
        this.select(this.state.selected + 1);
        return true;
      case "previous":
        this.select(this.state.selected - 1);
        return true;
      case "accept":
        this.accept();
        return true;
      default:
        this.hideCompletions();
        return true;
    }
  }

  // Completion

  showCompletions(requested) {
    const { selectionStart, selectionEnd } = this.input;
    const atCaret = selectionStart === selectionEnd;
    if (!atCaret || !this.state.offerCompletions(this.text, selectionStart, this.known(), requested)) {
      this.hideCompletions();
      return false;
    }
    const { options } = this.state.completion;
    this.list.replaceChildren(...options.map((option, index) => this.makeOption(option, index)));
    this.list.hidden = false;
    this.select(0);
    announce(strings.completions(options.length, options[0].label));
    return true;
  }

  makeOption({ label, hint }, index) {
    const option = el(
      "div",
      { class: "completion", role: "option", id: `completion-${index}` },
      el("span", { class: "label", dir: "auto" }, label),
      el("span", { class: "hint" }, hint),
    );
    option.addEventListener("pointerdown", (event) => {
      event.preventDefault(); // the field keeps the focus
      this.state.select(index);
      this.accept();
    });
    return option;
  }

  select(index) {
    this.state.select(index);
    const { selected } = this.state;
    [...this.list.children].forEach((option, position) => {
      option.setAttribute("aria-selected", String(position === selected));
    });
    this.input.setAttribute("aria-activedescendant", `completion-${selected}`);
    this.list.children[selected].scrollIntoView({ block: "nearest" });
  }

  accept() {
    const { text, caret } = this.state.insertSelected(this.text);
    this.hideCompletions();
    this.setText(text, caret);
    // A route is followed by its argument.
    if (/^[\\/]\S+ $/u.test(text)) this.showCompletions(false);
  }

  hideCompletions() {
    this.state.completion = null;
    this.list.hidden = true;
    this.list.replaceChildren();
    this.input.removeAttribute("aria-activedescendant");
  }
}
