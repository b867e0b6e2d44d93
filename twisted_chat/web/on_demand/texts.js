// The texts of the parts that are loaded on demand; see strings.js.

export const texts = {
  cancel: "Cancel",

  // The account
  name: "Name",
  password: "Password",
  passwordHelp: "Several words are good, and blanks between them are allowed.",
  showPassword: "Show the password",
  oldPassword: "Current password",
  newPassword: "New password",
  logIn: "Log in",
  registerTitle: "Register a name",
  registerHelp: "Nobody else can use it then, and you can log in with it on several devices at once.",
  register: "Register",
  changePassword: "Change password",
  loggedIn: (account) => `Logged in as ${account}.`,
  loggedOut: "Logged out.",

  // The menus of names and messages
  menu: {
    whois: "Profile",
    openDirect: "Direct message",
    ignore: "Ignore",
    unignore: "Stop ignoring",
    copy: "Copy text",
    reply: (nick) => `Reply to ${nick}`,
  },
};
