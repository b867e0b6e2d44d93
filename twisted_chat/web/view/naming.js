// The bar above the composer in which a guest chooses a nickname.

import { isOffered } from "../account.js";
import { localStore } from "../storage.js";
import { strings } from "../strings.js";
import { announce, byId, setText } from "./dom.js";

export class Naming {
  // `handlers`: {changeNick, focusComposer, account}; `changeNick` takes what to call with the text
  // of a refusal.
  constructor(handlers) {
    this.handlers = handlers;
    this.form = byId("naming");
    this.input = byId("naming_input");
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit(this.input.value.trim());
    });
    byId("naming_login").addEventListener("click", () => {
      handlers.account("openLogin", { nick: this.input.value.trim() || undefined });
    });
    byId("naming_close").addEventListener("click", () => {
      this.form.hidden = true;
      localStore.set("guest", true); // do not ask again
      handlers.focusComposer({ always: true });
    });
  }

  // Asks guests, and members who could not have the nickname they chose.
  update(chat) {
    const { nick, chosenNick, account } = chat;
    byId("naming_login").hidden = !isOffered(chat);
    if (account) this.form.hidden = true;
    else if (chosenNick) this.form.hidden = nick === chosenNick;
    else this.form.hidden = localStore.get("guest", false);
  }

  submit(nick) {
    const refuse = (text) => {
      setText(byId("naming_problem"), text);
      this.input.focus();
    };
    if (nick) this.handlers.changeNick(nick, refuse);
    else refuse(strings.nickMissing);
  }

  named() {
    const hadFocus = this.form.contains(document.activeElement);
    this.form.hidden = true;
    setText(byId("naming_problem"), "");
    if (hadFocus) this.handlers.focusComposer({ always: true });
  }

  refused(text, nick, isGuest) {
    setText(byId("naming_label"), isGuest ? strings.chooseNickAsGuest : strings.chooseNick);
    setText(byId("naming_problem"), text);
    this.form.hidden = false;
    if (!this.input.value) this.input.value = nick;
  }

  loginEnded(text = strings.loginEnded) {
    setText(byId("naming_label"), text);
    this.form.hidden = false;
  }

  // The refused nickname is the user's own, in another tab.
  ownedByOtherTab(nick, isGuest) {
    const text = isGuest ? strings.ownNickElsewhereAsGuest(nick) : strings.ownNickElsewhere(nick);
    setText(byId("naming_label"), text);
    setText(byId("naming_problem"), "");
    if (this.input.value === nick) this.input.value = "";
    announce(text);
  }
}
