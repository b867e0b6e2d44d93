// The routes of a server, as its welcome lists them: the standard ones that the page knows by
// name or by their arguments, and one that an operator added.

import { RouteTable } from "../../twisted_chat/web/routes.js";

const route = (name, usage = "", ...aliases) => ({ name, usage, summary: `about ${name}`, aliases });

export const ROUTE_LIST = [
  route("nick", "NAME", "n"),
  route("dm", "NAME TEXT", "msg", "w", "pm", "tell", "whisper", "query"),
  route("who", "[ROOM]", "names"),
  route("help", "[ROUTE]"),
  route("me", "TEXT"),
  route("join", "ROOM", "j"),
  route("leave", "[ROOM]", "part"),
  route("rooms", "", "list"),
  route("topic", "[TEXT]"),
  route("history", "[N]"),
  route("search", "WORDS"),
  route("away", "[TEXT]"),
  route("quit", "[TEXT]", "exit"),
  route("give", "NAME ROOM [TEXT]"),
];
export const ROUTES = new RouteTable(ROUTE_LIST);
