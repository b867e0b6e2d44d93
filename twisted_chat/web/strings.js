// Every text of the page that a person reads, except the static text in index.html, the texts
// of the server, and those of on_demand/texts.js.

const messages = (count) => (count === 1 ? "1 message" : `${count} messages`);

function otherNames(count, besides) {
  if (besides) return count === 1 ? "1 other" : `${count} others`;
  return count === 1 ? "1 person" : `${count} people`;
}

export const strings = {
  // Routes
  usageNick: "Usage: \\nick NAME",
  usageDm: (route) => `Usage: \\${route} NAME TEXT`,
  usageMe: "Usage: \\me TEXT",
  mayHavePassword:
    "Not sent: it may have a password in it. Log in, or register, under “Name and settings”.",
  routesUnknown: "Not connected yet, so it is not known whether this is a command. Try again in a moment.",
  notInARoom: "You are not in a room. Join one with \\join ROOM or with + next to “Rooms”.",
  onlyInARoom: (route) => `\\${route} works only in a room, not in a direct conversation.`,

  // Replies and errors
  noConnection: "Not connected. Try again in a moment.",
  // Why a text cannot be sent (see message_parts.js)
  tooLong: {
    line: (number) => `Line ${number} is too long: a message has at most 16 KiB. Divide the line.`,
    text: () => "This text is too long to send: it would be more than 20 messages.",
  },
  linesAreNoRoute:
    "A text of several lines is never a command: everyone here would read it. Send again to do that.",
  mayNotHaveArrived: "The connection was lost; this message may not have arrived.",
  requestFailed: "The request failed.",
  nickMissing: "Enter a name first.",
  topicIs: (topic) => (topic ? `Topic: ${topic}` : "No topic is set."),
  membersOf: ({ room, members, count = members.length }) =>
    `Members of #${room} (${count}): ${members.join(", ")}`,

  // What to do about a refusal, by its code, where the server would have a route typed
  advice: {
    account_required: "“Log in” and “Register” are under “Name and settings”",
    nick_registered: "choose another name, or log in if it is yours",
    operator_code: "to use it, write \\operator and then the code",
  },

  // Choosing a nickname
  chooseNick: "Choose another name:",
  chooseNickAsGuest: "You are a guest. Choose a name:",
  ownNickElsewhere: (nick) => `You are connected as ${nick} in another tab.`,
  ownNickElsewhereAsGuest: (nick) =>
    `You are connected as ${nick} in another tab. In this tab you are a guest.`,

  // The account
  loginEnded: "Your login on this device has ended. Log in again, or choose another name:",

  // The state of the connection
  connectionStates: {
    new: "Connecting…",
    connecting: "Connecting…",
    connected: "Connected",
    checking: "Checking…",
    waiting: "Reconnecting…",
    stopped: "You left",
    banned: "Banned",
  },
  passwordNeeded: "Password needed",
  youQuit: "You left the chat.",
  enterPassword: "You need the password of this chat.",
  // Said by the server: "you are banned until 2026-11-27 10:00 UTC (spam)"
  banned: (text) => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`,
  reachingServer: "Trying to reach the server…",
  retrying: (why, seconds) =>
    `${why} Retrying in ${seconds} s. Messages that you write now are sent after that.`,
  offline: "You are offline.",
  noServer: "The server cannot be reached.",
  closedByServer: (reason) => `The server closed the connection: ${reason}.`,
  refusedByServer: (refusal) => `The server refuses this page: ${refusal}.`,
  retryNow: "Try now",
  rejoinChat: "Rejoin",
  enter: "Enter it",
  mayBeMissing: "Reconnected. Some messages may be missing.",

  // The header
  appName: "Chat",
  leaveRoom: "Leave this room",
  closeConversation: "Close this conversation",
  notInYourRooms: "Not in any of your rooms; may be offline.",
  awayTopic: (text) => `Away: ${text}`,
  directTopic: "Only the two of you see these messages. The operator of the server can read stored messages.",
  aboutConversation: "Topic, people and notifications",
  youLeft({ kind, name, removal }) {
    if (removal) return removal.text;
    return kind === "room" ? `You left #${name}.` : `You closed the conversation with ${name}.`;
  },
  rejoinRoom: "Rejoin",
  reopen: "Reopen",
  profileHint: "Name and settings",
  awayNote: (text) => (text === "away" ? "away" : `away: ${text}`),

  // The sidebar and the document's title
  unreadTitle: (count, title) =>
    [count ? `(${count}) ` : "", title && `${title} · `, "Chat"].join(""),
  sidebarLabel: (count) => `Rooms and direct messages${count ? `, ${count} unread` : ""}`,
  unreadLabel: (count, hasMentions) => `, ${count} unread${hasMentions ? ", for you" : ""}`,
  manyUnread: "99+",
  counted: (count, isComplete) => (isComplete ? String(count) : `${count}+`),
  presenceOf: {
    here: (nick) => `${nick} is online`,
    away: (nick) => `${nick} is away`,
    unknown: (nick) => `${nick} is not in any of your rooms`,
  },
  closeDirect: (nick) => `Close the conversation with ${nick}`,

  // Members
  membersLabel: (title) => (title ? `People in ${title}` : "People"),
  moreMembers: (count) => `and ${count} more`,
  you: "you",

  // The menus of names and messages
  actionsFor: (nick) => `Actions for ${nick}`,
  messageActions: "Actions for this message",
  notLoaded: "A part of the page could not be loaded. Try again, or reload the page.",

  // Messages
  messagesLabel: (title) => (title ? `Messages in ${title}` : "Messages"),
  latest: "Latest",
  newMessages: (count) => `${count} new`,
  newDivider: "New",
  today: "Today",
  yesterday: "Yesterday",
  roomStart: (title) => `This is the beginning of ${title}.`,
  presence: {
    joined: (names) => `${names} joined`,
    left: (names) => `${names} left`,
    joinedAndLeft: (names) => `${names} joined and left`,
    leftAndRejoined: (names) => `${names} left and rejoined`,
  },
  // "alice, bob and 3 others"
  nameList(names, others) {
    const list = [...names];
    if (others > 0) list.push(otherNames(others, names.length > 0));
    return list.length < 2 ? list.join("") : `${list.slice(0, -1).join(", ")} and ${list.at(-1)}`;
  },
  renamed: (from, to) => `${from} is now known as ${to}`,
  topicCleared: (nick) => `${nick} cleared the topic`,
  topicSet: (nick) => `${nick} set the topic: `,
  gapInDirect: "The connection was lost. Direct messages may be missing here.",
  gapInRoom: "The connection was lost. Messages may be missing here.",
  gapWithoutHistory:
    "The connection was lost. Messages may be missing here, and the server does not have them.",
  loadGap: "Load missing messages",
  queued: "Will be sent when connected",
  unconfirmed: "Checking whether it arrived…",
  queuedAfterQuit: "Will be sent when you rejoin",
  unconfirmedAfterQuit: "Rejoin to see whether it arrived",
  notSent: (problem) => `Not sent: ${problem}`,
  tryAgain: "Try again",
  edit: "Edit",
  discard: "Discard",
  author: (nick) => `${nick}: `,
  edited: "corrected",
  deleted: (by, author) => (by === author ? `${by} deleted a message` : `${by} deleted a message of ${author}`),
  registered: (nick, account) => (nick === account ? "registered name" : `registered as ${account}`),
  showAll: (lines) => (lines === 1 ? "Show the whole message" : `Show all ${lines} lines`),
  showLess: "Show less",
  copyCode: "Copy the code",
  copied: "Copied",
  textSelected: "The browser does not allow copying. The text is selected: copy it with the keyboard.",
  alertTitle: (nick, room) => (room ? `${nick} in ${room}` : nick),

  // Screen readers
  spokenMessage: (author, text) => `${author}: ${text}`,
  spokenAuthor: (nick, room) => (room ? `${nick} in ${room}` : `${nick}, privately`),
  manyNewMessages: (count) => `${count} new messages`,
  beginning: (text, lines) => `${text}… (${lines === 1 ? "1 line" : `${lines} lines`})`,
  messageLabel: (author, text, time) => `${author}: ${text}, ${time}`,

  // Conversations without messages: a title and a text
  emptyNoConversation: ["You are not in a room", "Join or create one with + next to “Rooms”."],
  emptyConnecting: ["One moment…", "Connecting to the chat."],
  emptyDirect: (nick) => [`Only you and ${nick}`, "Other members do not see what you write here."],
  emptyRoom: ["No messages yet", "Write the first one below."],

  // The composer
  composerBanned: "You are banned and cannot write",
  composerLabel: (title) => (title ? `Message ${title}` : "Message"),
  // "12 lines", "200 lines: sent as 2 messages"
  linesInField: (lines, count) =>
    `${lines} ${lines === 1 ? "line" : "lines"}${count > 1 ? `: sent as ${messages(count)}` : ""}`,
  completions: (count, first) =>
    `${count === 1 ? "1 completion" : `${count} completions`}: Tab inserts ${first}`,
};
