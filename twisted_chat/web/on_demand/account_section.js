// The account of the user, in the dialog of the profile.

import { isOffered } from "../account.js";
import { byId, setText } from "../view/dom.js";
import { texts } from "./texts.js";

const OPENERS = {
  login_open: "openLogin",
  register_open: "openRegister",
  password_open: "openPassword",
  logout: "logOut",
  unregister_open: "openUnregister",
};
const FOR_GUESTS = ["login_open", "register_open"];

export class AccountSection {
  // `handlers`: {account}
  constructor(chat, handlers) {
    this.chat = chat;
    for (const [id, method] of Object.entries(OPENERS)) {
      byId(id).addEventListener("click", () => {
        byId("profile_dialog").close();
        handlers.account(method);
      });
    }
  }

  open() {
    const { account, mayRegister } = this.chat;
    byId("profile_account").hidden = !isOffered(this.chat);
    setText(byId("profile_account_text"), account ? texts.loggedIn(account) : texts.guestAccount);
    for (const id of Object.keys(OPENERS)) byId(id).hidden = FOR_GUESTS.includes(id) === Boolean(account);
    if (!mayRegister) byId("register_open").hidden = true;
  }
}
