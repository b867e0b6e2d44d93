// The forms of the user's account: login, registration, another password; and logging out.
//
// Password managers fill them in: each is a form with a name and a password that it declares by
// `autocomplete`, and is submitted by its own button.  Passwords go to the server in a frame;
// they are in no address, in no storage, and not in the document once a form is closed.

import { localStore } from "../storage.js";
import { announce, byId, setText } from "../view/dom.js";
import { changePassword, logIn, logOut, register, unregister } from "./account_requests.js";
import { FormDialog } from "./form_dialog.js";
import { texts } from "./texts.js";

const NAME = { name: "nick", label: texts.name, autocomplete: "username", maxlength: 32, required: true };
const password = (name, label, autocomplete, help) => ({
  ...{ name, label, autocomplete, help, type: "password", maxlength: 1024, required: true },
});
const CURRENT = password("password", texts.password, "current-password");
// Its help says what the server accepts; see `openNew`.
const NEW = password("password", texts.password, "new-password", texts.passwordHelp(0));
const REVEAL = { type: "show password", label: texts.showPassword };

// The methods that need an account, and those that need that there is none.
const FOR_ACCOUNTS = new Set(["openPassword", "changePassword", "logOut", "openUnregister", "unregister"]);
const FOR_GUESTS = new Set(["openLogin", "logIn", "openRegister"]);

const WRONG_PASSWORD = "wrong_password"; // the code of the error
// The requests about the account to which the user is logged in, so that its name is right.
const OWN = new Set(["password", "unregister"]);

export class AccountForms {
  constructor({ chat, connection, memory, views, actions }) {
    Object.assign(this, { chat, connection, memory, views, actions });
    this.forms = {};
    this.entered = null; // {nick, password} of the form that was sent, until the reply
    this.confirmation = ""; // what is shown once it is carried out, if that cannot be seen
  }

  // Calls a method, or shows why the user cannot use it.
  use(method, values) {
    const { account, mayRegister } = this.chat;
    if (FOR_ACCOUNTS.has(method) && !account) this.actions.showError(texts.notLoggedIn);
    else if (FOR_GUESTS.has(method) && account) this.actions.showError(texts.loggedInAs(account));
    else if (method === "openRegister" && !mayRegister) this.actions.showError(texts.registrationClosed);
    else this[method](values);
  }

  // Made when it is first opened.
  form(id, options) {
    this.forms[id] ??= new FormDialog({ id, backButton: this.views.backButton, ...options });
    return this.forms[id];
  }

  get open() {
    return Object.values(this.forms).find(({ isOpen }) => isOpen);
  }

  openLogin({ nick = this.chat.chosenNick } = {}) {
    const form = this.form("login", {
      title: texts.logIn,
      fields: [NAME, CURRENT],
      links: [
        { label: texts.register, call: () => this.openRegister(), isOffered: () => this.chat.mayRegister },
      ],
      submitLabel: texts.logIn,
      submit: (values) => this.logIn(values),
    });
    form.open({ nick });
  }

  openRegister() {
    const form = this.form("register", {
      title: texts.registerTitle,
      fields: [{ ...NAME, help: texts.registerHelp }, NEW, REVEAL],
      links: [{ label: texts.logIn, call: () => this.openLogin() }],
      submitLabel: texts.register,
      submit: (values) => this.register(values),
    });
    this.openNew(form, this.chat.chosenNick);
  }

  // A form in which a password is chosen.
  openNew(form, nick) {
    setText(byId(`${form.id}_password_help`), texts.passwordHelp(this.chat.shortestPassword));
    form.open({ nick });
  }

  openPassword() {
    const form = this.form("password", {
      title: texts.changePassword,
      fields: [
        // For password managers, which have to know whose password it is.
        { ...NAME, readonly: true },
        password("old", texts.oldPassword, "current-password"),
        { ...NEW, label: texts.newPassword },
        REVEAL,
      ],
      submitLabel: texts.changePassword,
      submit: (values) => this.changePassword(values),
    });
    this.openNew(form, this.chat.account);
  }

  openUnregister() {
    const form = this.form("unregister", {
      title: texts.unregisterTitle,
      fields: [{ ...NAME, readonly: true }, { ...CURRENT, help: texts.unregisterHelp }],
      submitLabel: texts.unregister,
      danger: true,
      submit: (values) => this.unregister(values),
    });
    form.open({ nick: this.chat.account });
  }

  // What everyone needs to come in.  It is kept until the page is closed, for reconnects.
  askServerPassword(problem) {
    const form = this.form("entrance", {
      title: texts.entrance,
      fields: [{ ...CURRENT, label: texts.serverPassword }],
      submitLabel: texts.enter,
      submit: ({ password: secret }) => {
        this.chat.serverPassword = secret;
        this.connection.connect();
      },
    });
    if (form.isOpen) form.refuse(problem);
    else form.open();
  }

  enteredServer() {
    this.forms.entrance?.close();
  }

  logIn({ nick, password: secret }) {
    this.send({ nick, password: secret }, logIn);
  }

  // Without a name, the nickname that the user has; an account adds one for someone else.
  register({ nick = this.chat.nick, password: secret }) {
    const { account, shortestPassword } = this.chat;
    if (account) this.actions.command(`\\register ${secret}`);
    // Before the name is taken, which all would see.
    else if (isShorter(secret, shortestPassword)) this.refused(texts.passwordTooShort(shortestPassword));
    else this.send({ nick, password: secret }, register);
  }

  changePassword({ old, password: secret }) {
    this.send({ nick: this.chat.account, old, password: secret }, changePassword, texts.passwordChanged);
  }

  send(entered, request, confirmation = "") {
    const refuse = (text) => this.refused(text);
    if (!this.actions.requireConnection(refuse)) return;
    Object.assign(this, { entered, confirmation });
    this.actions.sendFrames(...request(this.chat, { ...entered, nick: entered.nick.trim() }));
  }

  unregister({ password: secret }) {
    this.send({ nick: this.chat.account, password: secret }, unregister);
  }

  logOut() {
    if (!this.actions.requireConnection()) return;
    this.forget();
    this.actions.sendFrames(...logOut(this.chat));
  }

  // Nothing that belongs to the account is shown to the guest that the user becomes.
  forget() {
    this.memory.disown();
    this.chat.chosenNick = "";
    localStore.remove("nick");
  }

  done(step) {
    const { chat, entered, confirmation } = this;
    Object.assign(this, { entered: null, confirmation: "" });
    if (step === "unregister") {
      this.open?.close();
      this.forget();
    }
    if (step === "logout" || step === "unregister") {
      this.beGuest();
      const text = step === "logout" ? texts.loggedOut : texts.accountDeleted;
      this.views.composer.showNote(text);
      announce(text);
      return;
    }
    this.open?.close();
    if (confirmation) this.views.composer.showNote(confirmation);
    announce(confirmation || texts.loggedIn(chat.account));
    if (entered) offerToStore(entered);
    this.actions.focusComposer();
  }

  // Another device has deleted the account.
  removed() {
    this.open?.close();
    this.forget();
    localStore.remove("guest"); // the user reads why the name is gone
    this.views.naming.loginEnded(texts.accountRemoved);
    this.beGuest();
  }

  beGuest() {
    Object.assign(this.chat, { token: "", account: "" });
    localStore.remove("token");
    // The same session, as the guest that it belongs to now.
    this.connection.connect();
  }

  refused(whole, { step, code } = {}) {
    const text = code === WRONG_PASSWORD && OWN.has(step) ? texts.wrongPassword : whole;
    this.entered = null;
    const { open } = this;
    if (open) open.refuse(text);
    else this.actions.showError(text);
  }
}

// As the server counts: characters of the composed form.
const isShorter = (secret, shortest) => [...secret.normalize("NFC")].length < shortest;

// Password managers notice a form that was sent by what the page loads next, which is nothing
// here; some browsers can be told.
function offerToStore({ nick, password: secret }) {
  if (!("PasswordCredential" in globalThis)) return;
  const credential = new globalThis.PasswordCredential({ id: nick, password: secret });
  navigator.credentials.store(credential).catch(() => {});
}
