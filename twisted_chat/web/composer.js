// Where one writes: sending, completion, what was written before, and drafts.

import { complete, put } from "./completion.js";
import { tooLong } from "./state.js";
import { byId, el, setText } from "./view/dom.js";

const REMEMBERED = 50;

export class Composer {
  // `known()` gives what completion may offer; `submit(line)` carries a line out and
  // returns false if it should stay; `drafts` is where unfinished texts are kept.
  constructor({ known, submit, drafts, tell }) {
    Object.assign(this, { known, submit, drafts, tell });
    this.form = byId("chat_form");
    this.input = byId("chat_input");
    this.box = byId("choices");
    this.key = null; // the conversation whose draft this is
    this.choices = null;
    this.chosen = 0;
    this.written = [];
    this.back = -1; // how far one has gone back in what was written

    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.send();
    });
    this.input.addEventListener("input", () => this.changed());
    this.input.addEventListener("keydown", (event) => this.pressed(event));
    this.input.addEventListener("blur", () => this.hide());
  }

  get text() {
    return this.input.value;
  }

  set(text, caret = text.length) {
    this.input.value = text;
    this.input.setSelectionRange(caret, caret);
    this.fit();
    this.keep();
  }

  // Another conversation is open now: each has its own unfinished text.
  show(place, title) {
    const key = place?.key ?? "";
    const label = title ? `Message ${title}` : "Message";
    this.input.placeholder = label;
    this.input.setAttribute("aria-label", label);
    if (key === this.key) return;
    // What was written before any conversation was open belongs to the first.
    const early = this.key === null || this.key === "" ? this.text : "";
    this.key = key;
    this.back = -1;
    this.hide();
    this.note("");
    this.set(early || (this.drafts.get(key) ?? ""));
  }

  keep() {
    if (this.key === null) return;
    if (this.text) this.drafts.set(this.key, this.text);
    else this.drafts.delete(this.key);
  }

  fit() {
    const { style } = this.input;
    style.height = "36px";
    if (this.text) style.height = `${Math.min(180, Math.max(36, this.input.scrollHeight))}px`;
  }

  note(text, error = false) {
    const note = byId("composer_note");
    setText(note, text);
    note.classList.toggle("error", error);
    if (error) this.tell(text);
  }

  changed() {
    this.back = -1;
    this.fit();
    this.keep();
    this.note("");
    this.offer(false);
  }

  // Sending.  Several lines are several messages, in their order.
  send() {
    const lines = this.text.split(/\r?\n/u).filter((line) => line.trim());
    if (!lines.length) return;
    this.hide();
    const over = lines.find((line) => tooLong(line));
    if (over !== undefined) {
      this.note("That is more than one message can hold (4,096 bytes): divide it into lines.", true);
      return;
    }
    this.note("");
    const whole = this.text;
    this.set("");
    const left = [];
    for (const line of lines) {
      if (left.length || !this.submit(line)) left.push(line);
    }
    if (left.length) this.set(left.join("\n"));
    if (left.length < lines.length) this.remember(whole);
  }

  remember(text) {
    if (this.written[0] !== text) this.written.unshift(text);
    this.written.length = Math.min(this.written.length, REMEMBERED);
    this.back = -1;
  }

  // Keys

  pressed(event) {
    // While a character is being composed (Japanese, say), the keys belong to that.
    if (event.isComposing || event.keyCode === 229) return;
    const { key } = event;
    const plain = !event.shiftKey && !event.altKey && !event.ctrlKey && !event.metaKey;
    if (this.choices && plain && this.choosing(key)) {
      event.preventDefault();
      return;
    }
    if (key === "Enter" && plain) {
      event.preventDefault();
      this.form.requestSubmit();
    } else if (key === "Tab" && plain && this.offer(true)) {
      event.preventDefault();
      if (this.choices.options.length === 1) this.take();
    } else if ((key === "ArrowUp" || key === "ArrowDown") && plain && this.recall(key)) {
      event.preventDefault();
    }
  }

  choosing(key) {
    const { length } = this.choices.options;
    switch (key) {
      case "ArrowDown":
        this.choose((this.chosen + 1) % length);
        return true;
      case "ArrowUp":
        this.choose((this.chosen + length - 1) % length);
        return true;
      case "Tab":
        this.take();
        return true;
      case "Enter": {
        // What is already whole is meant to be carried out.
        const { insert } = this.choices.options[this.chosen];
        if (put(this.text, this.choices, insert).text.trim() === this.text.trim()) return false;
        this.take();
        return true;
      }
      case "Escape":
        this.hide();
        return true;
      default:
        return false;
    }
  }

  // Up goes back in what was written, but only from an empty field or along the way.
  recall(key) {
    if (this.back < 0 && (key === "ArrowDown" || this.text)) return false;
    const next = this.back + (key === "ArrowUp" ? 1 : -1);
    if (next >= this.written.length) return true;
    this.back = next;
    this.set(next < 0 ? "" : this.written[next]);
    return true;
  }

  // Completion

  offer(asked) {
    const { selectionStart, selectionEnd } = this.input;
    const found =
      selectionStart === selectionEnd && complete(this.text, selectionStart, this.known(), asked);
    if (!found) {
      this.hide();
      return false;
    }
    const { options } = found;
    this.choices = found;
    this.box.replaceChildren(
      ...options.map(({ label, hint }, index) => {
        const option = el(
          "div",
          { class: "choice", role: "option", id: `choice-${index}` },
          el("span", { class: "label", dir: "auto" }, label),
          el("span", { class: "what" }, hint),
        );
        option.addEventListener("pointerdown", (event) => {
          event.preventDefault(); // the field keeps the focus
          this.chosen = index;
          this.take();
        });
        return option;
      }),
    );
    this.box.hidden = false;
    this.choose(0);
    const count = options.length === 1 ? "1 completion" : `${options.length} completions`;
    this.tell(`${count}: Tab takes ${options[0].label}`);
    return true;
  }

  choose(index) {
    this.chosen = index;
    [...this.box.children].forEach((option, at) => {
      option.setAttribute("aria-selected", String(at === index));
    });
    this.input.setAttribute("aria-activedescendant", `choice-${index}`);
    this.box.children[index].scrollIntoView({ block: "nearest" });
  }

  take() {
    const { text, caret } = put(this.text, this.choices, this.choices.options[this.chosen].insert);
    this.hide();
    this.set(text, caret);
    // After a route comes its argument.
    if (/^[\\/]\S+ $/u.test(text)) this.offer(false);
  }

  hide() {
    this.choices = null;
    this.box.hidden = true;
    this.box.replaceChildren();
    this.input.removeAttribute("aria-activedescendant");
  }
}
