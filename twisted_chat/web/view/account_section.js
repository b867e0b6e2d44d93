// The account of the user, in the dialog of the profile.

import { isOffered } from "../account.js";
import { strings } from "../strings.js";
import { byId, setText } from "./dom.js";

const OPENERS = {
  login_open: "openLogin",
  register_open: "openRegister",
  password_open: "openPassword",
  logout: "logOut",
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
    const { account } = this.chat;
    byId("profile_account").hidden = !isOffered(this.chat);
    setText(byId("profile_account_text"), account ? strings.account(account) : strings.guestAccount);
    for (const id of Object.keys(OPENERS)) byId(id).hidden = FOR_GUESTS.includes(id) === Boolean(account);
  }
}
