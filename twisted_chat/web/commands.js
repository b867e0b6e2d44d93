// Routes typed by the user.  Pure: a text in, one action out (see actions.js).
//
// A text of several lines is never a route, whatever its lines begin with: it was pasted.
//
// The server owns the command table (see routes.js).  The page handles the routes that concern
// the page itself (which conversation is shown, the panels) and passes on all others.

import { isService, mayHaveSecret } from "./secrets.js";
import { strings } from "./strings.js";

export const plainRoom = (name) => name.trim().replace(/^#/u, "");

// Routes that make no sense in a direct conversation.
const ROOM_ONLY = new Set(["topic", "search", "me", "room"]);
// Routes that need a conversation; the user may have left them all.
const NEEDS_CONVERSATION = new Set(["history", "leave", "me", "room", "search", "topic"]);

const refuse = (text) => ({ action: "refuse", text });

const command = (route, args) => ({
  action: "command",
  text: args ? `\\${route} ${args}` : `\\${route}`,
});

const account = (method, values) => ({ action: "account", method, values });

// The action of each route that the page handles itself.
const PARSERS = {
  nick: (args) => (args ? { action: "nick", nick: args } : refuse(strings.usageNick)),
  dm(args, conversation, word) {
    const [, to, text] = /^(\S+)\s*(.*)$/su.exec(args) ?? [];
    if (!to) return refuse(strings.usageDm(word));
    if (isService(to)) return refuse(strings.mayHavePassword);
    return text ? { action: "dm", to, text } : { action: "openDirect", to };
  },
  me: (args) => (args ? { action: "sendAction", text: args } : refuse(strings.usageMe)),
  join(args) {
    const [name, key] = args.split(/\s+/u);
    const room = plainRoom(name);
    return room ? { action: "join", room, ...(key && { key }) } : { action: "rooms" };
  },
  leave(args, conversation) {
    if (args) return { action: "leave", room: plainRoom(args) };
    if (conversation.kind === "dm") return { action: "close" };
    return { action: "leave", room: conversation.name };
  },
  rooms: () => ({ action: "rooms" }),
  search: (args) => ({ action: "search", words: args }),
  history: () => ({ action: "history" }),
  who: (args) => ({ action: "who", room: plainRoom(args) }),
  quit: (args) => ({ action: "quit", text: args }),
  login(args) {
    const [, nick, password] = /^(\S*)\s*(.*)$/su.exec(args);
    return password ? account("logIn", { nick, password }) : account("openLogin", { nick });
  },
  register: (args) => (args ? account("register", { password: args }) : account("openRegister")),
  password(args) {
    const [, old, password] = /^(\S+)\s+(.+)$/su.exec(args) ?? [];
    return password ? account("changePassword", { old, password }) : account("openPassword");
  },
  logout: () => account("logOut"),
  unregister: (args) => (args ? account("unregister", { password: args }) : account("openUnregister")),
  room: (args) => (args ? command("room", args) : { action: "roomSettings" }),
  whois: (args) => (args ? { action: "whois", nick: args } : command("whois", args)),
};

// A line that begins like a route: what the server takes for one (see clients/text.py).
const ROUTE_LINE =
  /^[\s\p{Cc}\p{Default_Ignorable_Code_Point}\u2800]*([\\/／＼﹨¥￥₩￦])(\S*)\s*(.*)$/su;
const BACKSLASH = /[\\＼﹨]/u; // also as input methods of East Asia type it
// A first word that cannot be a mistyped route: a path, LaTeX, a face.
const TEXT_WORD = /[\\/／{}]|^\P{L}*$/u;

// The route that a typed word names, or "".  Before the first welcome only those that the page
// carries out itself are known.
function routeNamed(word, routes) {
  const name = routes.find(word)?.name ?? word.toLowerCase();
  return routes.find(name) || Object.hasOwn(PARSERS, name) ? name : "";
}

// A field must not remember such a text.
export function isSecret(text) {
  const [, , word = "", args = ""] = ROUTE_LINE.exec(text) ?? [];
  const [first] = args.split(/\s/u, 1);
  return isService(first) || mayHaveSecret(word, args);
}

// Whether the first of several lines would send a direct message if it were alone.
export function looksPrivate(text, routes) {
  const [first] = text.split("\n", 1);
  return first !== text && parseText(first, { kind: "room", name: "" }, routes).action === "dm";
}

// What to type for a message that was not sent: parsed again, it is the same message.
export function typedForm({ kind, text }, routes) {
  if (text.includes("\n")) return text;
  if (kind === "action") return `\\me ${text}`;
  const { action, text: said } = parseText(text, { kind: "room", name: "" }, routes);
  return action === "send" && said === text ? text : text.replace(BACKSLASH, "\\$&");
}

// `conversation` is the one it was typed in: {kind: "room" | "dm" | "none", name}; `routes` is
// a RouteTable.
export function parseText(text, conversation, routes) {
  // Blanks at the beginning of a message stay: they indent code.
  const typed = text.trimEnd();
  if (typed.trim() === "") return { action: "nothing" };
  const send = (said) =>
    conversation.kind === "none" ? refuse(strings.notInARoom) : { action: "send", text: said };
  if (typed.includes("\n")) return send(typed);

  const match = ROUTE_LINE.exec(typed);
  if (!match) return send(typed);
  const [, mark, first, rest] = match;
  const word = first.normalize("NFKC");
  const args = rest.trim();
  const route = routeNamed(word, routes);
  if (!route) {
    if (mayHaveSecret(word, args)) return refuse(strings.mayHavePassword);
    if (mark === "\\" && word.startsWith("\\") && !word.includes("\\", 1)) {
      return send(typed.replace("\\", ""));
    }
    if (TEXT_WORD.test(word)) return send(typed);
    // "/shrug" is a message, unless it turns out to be a route.
    if (mark !== "\\") return routes.isKnown ? send(typed) : refuse(strings.routesUnknown);
    return command(word, args);
  }
  if (conversation.kind === "none" && NEEDS_CONVERSATION.has(route)) {
    return refuse(strings.notInARoom);
  }
  if (conversation.kind === "dm" && ROOM_ONLY.has(route)) {
    return refuse(strings.onlyInARoom(route));
  }
  if (Object.hasOwn(PARSERS, route)) return PARSERS[route](args, conversation, word.toLowerCase());
  return command(route, args);
}
