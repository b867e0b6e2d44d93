// What a typed line means.  Pure: a line in, one thing to do out.
//
// The server knows the routes; the page looks only at those that concern the
// page itself (which room is open, whose conversation) and hands on the rest.

export const ROUTES = [
  { name: "away", args: "[TEXT]", hint: "Say that you are away, or that you are back" },
  { name: "dm", args: "NAME TEXT", hint: "Say something to one person only" },
  { name: "help", args: "[ROUTE]", hint: "What one can do" },
  { name: "history", args: "", hint: "Show what was said earlier" },
  { name: "ignore", args: "[NAME]", hint: "Hear nothing from someone" },
  { name: "join", args: "ROOM", hint: "Go to a room, or make a new one" },
  { name: "leave", args: "[ROOM]", hint: "Leave a room" },
  { name: "me", args: "TEXT", hint: "Say what you do: * alice waves" },
  { name: "msg", args: "NAME TEXT", hint: "The same as \\dm" },
  { name: "nick", args: "NAME", hint: "Take another name" },
  { name: "part", args: "[ROOM]", hint: "The same as \\leave" },
  { name: "quit", args: "[TEXT]", hint: "Leave the chat" },
  { name: "rooms", args: "", hint: "The rooms there are" },
  { name: "search", args: "WORDS", hint: "Search what was said here" },
  { name: "topic", args: "[TEXT]", hint: "Set what this room is about" },
  { name: "unignore", args: "NAME", hint: "Hear someone again" },
  { name: "who", args: "[ROOM]", hint: "Who is here" },
];

const NAMES = new Set(ROUTES.map((route) => route.name));

export const plainRoom = (name) => name.trim().replace(/^#/u, "");

// The routes that act on the room one is in, and so make no sense between two people.
const ROOM_ONLY = new Set(["topic", "search"]);

// Those that need a conversation, which one may have none of.
const PLACE_ONLY = new Set(["history", "leave", "me", "part", "search", "topic"]);
const NOWHERE = "You are in no room: go to one first, with \\join ROOM or with + beside “Rooms”.";

// `place` is where it was typed: {kind: "room" | "dm" | "none", name}.
export function readLine(line, place) {
  const text = line.trim();
  if (text === "") return { do: "nothing" };
  const refuse = (why) => ({ do: "refuse", text: why });
  const say = (words) => (place.kind === "none" ? refuse(NOWHERE) : { do: "say", text: words });
  if (text.startsWith("\\\\")) return say(text.slice(1));

  const typed = /^([\\/])(\S+)(?:\s+(.*))?$/su.exec(text);
  if (!typed) return say(text);
  const [, mark, word, rest = ""] = typed;
  const route = word.toLowerCase();
  // "/usr/bin is full" is no route, and nobody should have to think of it.
  if (mark === "/" && !NAMES.has(route)) return say(text);

  const args = rest.trim();
  if (place.kind === "dm" && ROOM_ONLY.has(route)) {
    return refuse(`\\${route} works in a room, not in a private conversation.`);
  }
  if (place.kind === "none" && PLACE_ONLY.has(route)) return refuse(NOWHERE);
  switch (route) {
    case "nick":
      return args ? { do: "nick", nick: args } : refuse("Which name? \\nick NAME");
    case "dm":
    case "msg": {
      const [, to, what] = /^(\S+)\s*(.*)$/su.exec(args) ?? [];
      if (!to) return refuse(`To whom? \\${route} NAME TEXT`);
      return what ? { do: "dm", to, text: what } : { do: "talk", to };
    }
    case "me":
      if (!args) return refuse("What do you do? \\me TEXT");
      if (place.kind === "dm") return refuse("\\me works in a room, not in a private conversation.");
      return { do: "act", text: args };
    case "join":
      return plainRoom(args) ? { do: "join", room: plainRoom(args) } : { do: "rooms" };
    case "leave":
    case "part":
      if (args) return { do: "leave", room: plainRoom(args) };
      return place.kind === "dm" ? { do: "close" } : { do: "leave", room: place.name };
    case "rooms":
      return { do: "rooms" };
    case "search":
      return { do: "search", words: args };
    case "history":
      return { do: "history" };
    case "who":
      return { do: "who", room: plainRoom(args) };
    case "quit":
      return { do: "quit", text: args };
    default:
      return { do: "command", text: args ? `\\${route} ${args}` : `\\${route}` };
  }
}
