// The texts of the parts that are loaded on demand; see strings.js.

export const texts = {
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
