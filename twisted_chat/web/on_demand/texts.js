// The texts of the parts that are loaded on demand; see strings.js.

const people = (count) => (count === 1 ? "1 person" : `${count} people`);
const messages = (count) => (count === 1 ? "1 message" : `${count} messages`);

export const texts = {
  cancel: "Cancel",
  close: "Close",
  save: "Save",

  // The profile, the settings and the account
  guestAccount: "You are a guest: when you leave, somebody else can take your name.",
  byPolling:
    "Connected by long polling, because something between you and the server does not pass WebSocket on. Everything works, a little later.",
  notifyProblems: {
    insecure:
      "This browser notifies only on pages that are opened over https. The sound, the badge on the icon of the tab and the count in its title work here.",
    unsupported:
      "This browser does not let pages notify. The sound and the count in the title of the tab work here.",
    denied:
      "Notifications are blocked. Allow them for this page in the settings of the browser. The sound, the badge on the icon of the tab and the count in its title work without.",
  },
  forgetDirects: "Forget direct messages on this device",
  forgetDirectsSure: "Forget all of them? They cannot be restored",
  directsForgotten: "Direct messages are forgotten",
  name: "Name",
  password: "Password",
  passwordHelp: (shortest) =>
    `${shortest > 1 ? `At least ${shortest} characters. ` : ""}Several words are good, and blanks between them are allowed.`,
  passwordTooShort: (shortest) => `A password has at least ${shortest} characters: choose another.`,
  showPassword: "Show the password",
  oldPassword: "Current password",
  newPassword: "New password",
  logIn: "Log in",
  registerTitle: "Register a name",
  registerHelp: "Nobody else can use it then, and you can log in with it on several devices at once.",
  register: "Register",
  changePassword: "Change password",
  passwordChanged: "Your password is changed.",
  unregister: "Delete the account",
  unregisterTitle: "Delete the account?",
  unregisterHelp: "Its name is free for everyone then. What it has written stays.",
  entrance: "This chat needs a password",
  serverPassword: "Password of the server",
  enter: "Enter",
  wrongPassword: "wrong password",
  accountRemoved: "Your account was deleted on another device. You are a guest now. Choose a name:",
  notLoggedIn: "You are not logged in.",
  loggedInAs: (account) => `You are logged in as ${account}. Log out first.`,
  registrationClosed: "Only operators add accounts here: ask one of them.",
  loggedIn: (account) => `Logged in as ${account}.`,
  loggedOut: "Logged out.",
  accountDeleted: "Your account is deleted.",

  // The menus of names and messages
  menu: {
    whois: "Profile",
    openDirect: "Direct message",
    ignore: "Ignore",
    unignore: "Stop ignoring",
    copy: "Copy text",
    reply: (nick) => `Reply to ${nick}`,
    edit: "Edit…",
    delete: "Delete",
    deleteLast: (count, nick) => `Delete the last ${count} messages of ${nick}…`,
    op: "Make room operator",
    deop: "Remove as room operator",
    voice: "Give voice",
    devoice: "Remove voice",
    mute: "Mute…",
    unmute: "Unmute",
    kick: (room) => `Kick from ${room}`,
    banFromRoom: (room) => `Ban from ${room}…`,
    ban: "Ban from the chat…",
  },

  // The sheet of a conversation
  peopleHere: (count) => `People (${count})`,
  levelsLegend: "Notify me of",
  levels: {
    all: "All messages",
    mentions: "Mentions",
    nothing: "Nothing",
  },

  // Search
  searchScope: ({ kind, title }) => (kind === "dm" ? `with ${title}` : `in ${title}`),
  searchHint: ({ kind, title, name }) =>
    kind === "room"
      ? `Finds messages in ${title} that contain all of these words.`
      : `Finds messages with ${name} that are still in this tab. Nothing else is searched.`,
  searching: "Searching…",
  searchOffline: "Not connected. Try again later.",
  searchInterrupted: "The connection was lost. Search again.",
  searchResults(count, hasMore) {
    if (count === 0) return "No messages found.";
    if (hasMore) return `The newest ${count} results; there are more.`;
    return count === 1 ? messages(1) : `${messages(count)}, newest first`;
  },

  // The switcher
  switcherHint: "Part of a name",
  destinations(count) {
    if (count === 0) return "Nothing found.";
    return count === 1 ? "1 result" : `${count} results`;
  },
  unreadCount: (count) => `${count} unread`,
  notJoined: "join",

  // The dialog for joining a room
  memberCount: people,
  create: "Create",
  join: "Join",
  joinOrCreate: "Join or create a room",
  keyOfRoom: "Key of the room",
  wrongKey: "This is not the key of the room.",
  roomHint: "For example garden",
  roomName: "Room name",
  rooms: "Rooms",
  roomIsNew: (name) => `#${name} does not exist yet. Joining creates it.`,
  roomsHelp: "Enter a new name to create a room.",

  // Keyboard shortcuts (see shortcuts.js)
  shortcutsTitle: "Keyboard shortcuts",
  shortcuts: {
    switch: "Go to a room or a person",
    next: "Next conversation",
    previous: "Previous conversation",
    nextUnread: "Next unread conversation",
    previousUnread: "Previous unread conversation",
    newest: "Go to the newest message",
    shortcuts: "Show these shortcuts",
    log: "From the message field to the messages",
    messages: "Choose a message, the first or the last",
    controls: "Go to the links and buttons of a message; Esc goes back",
    complete: "Complete a name or a command",
    recall: "In an empty field: what you sent before",
    line: "Start a new line",
  },

  // The settings of a room
  settings: {
    title: (room) => `Settings of ${room}`,
    onlyOperators: "Only room operators change these.",
    private: "Private: only those who are invited get in",
    quiet: "Quiet: only those with a voice write",
    hidden: "Hidden: not in the list of rooms for those outside",
    topic: "Only room operators set the topic",
    key: "Key that one has to know to get in",
    limit: "Most members at once",
    oneWord: { key: "A key is one word, without blanks.", limit: "A limit is one number." },
    none: "None",
    secret: "(only room operators see it)",
    lists: {
      operators: "Room operators",
      voices: "With a voice",
      banned: "Banned",
      excepted: "Excepted from the bans",
      invite_excepted: "Need no invitation",
      muted: "Muted",
    },
    remove: {
      operators: "Remove",
      voices: "Remove",
      banned: "Unban",
      excepted: "Remove",
      invite_excepted: "Remove",
      muted: "Unmute",
    },
    invite: "Invite someone, for a day",
    inviteNow: "Invite",
  },

  // The form that asks before several messages are deleted
  deleteLastTitle: (count, nick) => `Delete the last ${count} messages of ${nick}?`,
  deleteLastHelp: "They are gone for everyone, and cannot be restored.",
  delete: "Delete",

  // The form for a correction
  editTitle: "Edit your message",
  message: "Message",

  // Keeping order
  duration: "How long",
  durations: [
    ["10m", "10 minutes"],
    ["1h", "1 hour"],
    ["1d", "1 day"],
    ["7d", "7 days"],
    ["", "Until further notice"],
  ],
  reason: "Reason (optional)",
  moderation: {
    mute: { title: (nick, room) => `Mute ${nick} in ${room}`, submit: "Mute" },
    muteEverywhere: { title: (nick) => `Mute ${nick} in the whole chat`, submit: "Mute" },
    banFromRoom: { title: (nick, room) => `Ban ${nick} from ${room}`, submit: "Ban" },
    ban: { title: (nick) => `Ban ${nick} from the chat`, submit: "Ban" },
  },
};
