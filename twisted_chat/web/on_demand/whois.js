// What the server knows about a member: the reply to `\\whois`, in a dialog.

import { el, setText } from "../view/dom.js";
import { texts } from "./texts.js";

export class Whois {
  constructor({ views }) {
    this.title = el("h2", { id: "whois_title", dir: "auto" });
    this.list = el("ul", { class: "facts" });
    this.dialog = el(
      "dialog",
      { id: "whois_dialog", "aria-labelledby": "whois_title" },
      el(
        "form",
        { method: "dialog" },
        ...[this.title, this.list],
        el("div", { class: "actions" }, el("button", { type: "submit", class: "primary" }, texts.close)),
      ),
    );
    document.body.append(this.dialog);
    views.backButton.watch(this.dialog);
  }

  // Each line begins with the name.
  show(nick, lines) {
    const facts = lines.map((line) => line.replace(/^[^\s:]+: /u, ""));
    setText(this.title, nick);
    this.list.replaceChildren(...facts.map((fact) => el("li", { dir: "auto" }, fact)));
    if (!this.dialog.open) this.dialog.showModal();
  }
}
