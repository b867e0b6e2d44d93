// A dialog with one form, made from a list of its fields.
//
// It stays open until the server has replied.  What was entered is gone once it is closed.

import { byId, classes, el, setText } from "../view/dom.js";
import { texts } from "./texts.js";

function makeControl(type, options, attributes) {
  if (options) return el("select", attributes, ...options.map(([value, text]) => el("option", { value }, text)));
  if (type === "textarea") return makeTextarea(attributes);
  return el("input", { type, dir: "auto", autocapitalize: "off", spellcheck: "false", ...attributes });
}

// As in the message field: with a keyboard Enter sends, and Shift+Enter begins a new line.
function makeTextarea(attributes) {
  const area = el("textarea", { rows: 4, dir: "auto", ...attributes });
  area.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    if (!matchMedia("(hover: hover)").matches) return;
    event.preventDefault();
    area.form.requestSubmit();
  });
  return area;
}

export class FormDialog {
  // `text`: what to know before; `fields`: {name, label, type?, autocomplete?, help?, options?, ...attributes} for each;
  // `links`: {label, call, isOffered?} for what else can be done; `submit(values)`; `backButton` closes it.
  constructor({ id, title, text, fields, links = [], submitLabel, submit, danger, isRequired, backButton }) {
    Object.assign(this, { id, fields, links: [] });
    this.problem = el("p", { class: "problem", id: `${id}_problem`, role: "alert" });
    this.title = el("h2", { id: `${id}_title`, dir: "auto" }, title);
    this.submitButton = el("button", { type: "submit", class: classes("primary", danger && "danger") }, submitLabel);
    this.form = el(
      "form",
      { method: "dialog", id: `${id}_form` },
      this.title,
      ...(text ? [el("p", { class: "help" }, text)] : []),
      ...fields.flatMap((field) => this.makeField(field)),
      this.problem,
      el("div", { class: "actions" }, ...links.map((link) => this.makeLink({ class: "other", ...link })), this.submitButton),
    );
    this.dialog = el("dialog", { id: `${id}_dialog`, "aria-labelledby": `${id}_title` }, this.form);
    if (isRequired) this.dialog.addEventListener("cancel", (event) => event.preventDefault());
    else this.submitButton.before(this.makeLink({ label: texts.cancel, call: () => {} }));
    this.dialog.addEventListener("close", () => {
      this.form.reset();
      this.reveal(false);
    });
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.setProblem("");
      submit(this.values);
    });
    document.body.append(this.dialog);
    backButton.watch(this.dialog);
  }

  get isOpen() {
    return this.dialog.open;
  }

  get values() {
    return Object.fromEntries(new FormData(this.form));
  }

  makeField({ name, label, help, options, type = "text", ...attributes }) {
    const id = `${this.id}_${name}`;
    if (type === "show password") return [this.makeReveal(label)];
    const described = help ? `${id}_help ${this.problem.id}` : this.problem.id;
    const common = { id, name, "aria-describedby": described, ...attributes };
    const field = makeControl(type, options, common);
    if (type === "hidden") return [field];
    const nodes = [el("label", { for: id }, label), field];
    if (help) nodes.push(el("p", { class: "help", id: `${id}_help` }, help));
    return nodes;
  }

  makeReveal(label) {
    const box = el("input", { type: "checkbox" });
    box.addEventListener("change", () => this.reveal(box.checked));
    return el("label", { class: "check" }, box, el("span", {}, label));
  }

  reveal(shown) {
    for (const input of this.form.querySelectorAll("[autocomplete$=password]")) {
      input.type = shown ? "text" : "password";
    }
  }

  makeLink({ label, call, isOffered = () => true, class: className }) {
    const button = el("button", { type: "button", class: classes("plain", className) }, label);
    this.links.push({ button, isOffered });
    button.addEventListener("click", () => {
      this.close();
      call();
    });
    return button;
  }

  // `values` of fields; the first field without one gets the focus.
  open(values = {}, title = this.title.textContent) {
    setText(this.title, title);
    for (const [name, value] of Object.entries(values)) byId(`${this.id}_${name}`).value = value;
    for (const { button, isOffered } of this.links) button.hidden = !isOffered();
    this.setProblem("");
    this.dialog.showModal();
    const inputs = [...this.form.querySelectorAll("input:not([type=hidden]), select, textarea")];
    (inputs.find(({ value }) => !value) ?? inputs[0] ?? this.submitButton).focus();
  }

  setProblem(text) {
    setText(this.problem, text);
  }

  refuse(text) {
    this.setProblem(text);
    const secret = this.form.querySelector("[autocomplete$=password]");
    (secret ?? this.form.querySelector("input, select, textarea") ?? this.submitButton).focus();
  }

  close() {
    this.dialog.close();
  }
}
