// A Socket.IO client under a test's command.
//
//   node socketio_client.mjs URL stock|own [OPTIONS]
//
// The option "joinAs" emits join at each connect, as pages do: ["joined", answer].
//
// A line of input is an array: ["emit", event, ...values], ["ask", event, ...values] (with an
// acknowledgement), ["cut"] (the connection breaks), ["disconnect"], ["connect"].  A line of
// output is what happened: ["connect", id, recovered, transport], ["ack", value], ["event", ...].
import { createInterface } from "node:readline";
import { runInNewContext } from "node:vm";

const [url, kind, json = "{}"] = process.argv.slice(2);
const { joinAs, ...options } = JSON.parse(json);
const say = (...what) => console.log(JSON.stringify(what));

let socket;
if (kind === "stock") {
  const { io } = await import("socket.io-client");
  socket = io(url, { reconnectionDelay: 50, reconnectionDelayMax: 200, ...options });
} else {
  // As a page has it that loads /socket.io/socket.io.js.
  const page = { fetch, URL, setTimeout, clearTimeout, location: { href: url } };
  if (kind === "own") {
    const { WebSocket } = await import("ws");
    // A browser does not throw an error event that has no listener.
    page.WebSocket = class extends WebSocket {
      constructor(address) {
        super(address);
        this.on("error", () => {});
      }
    };
  }
  page.globalThis = page;
  runInNewContext(await (await fetch(`${url}/socket.io/socket.io.js`)).text(), page);
  socket = page.io();
}

for (const name of ["messages", "chat", "add chatter", "remove chatter"]) {
  socket.on(name, (...values) => say("event", name, ...values));
}
socket.on("connect", () => say("connect", socket.id, Boolean(socket.recovered)));
if (joinAs) {
  socket.on("connect", () => socket.emit("join", joinAs, (answer) => say("joined", answer)));
}
socket.on("disconnect", (reason) => say("disconnect", reason));
socket.on("connect_error", (error) => say("connect_error", error.message));
if (socket.io) {
  socket.io.on("open", () => socket.io.engine.on("upgrade", (t) => say("upgrade", t.name)));
}

// In the middle of an upgrade a stock client would close as soon as the upgrade is done: before
// it emits the events that came last, which it then repeats when it has resumed.
function cut() {
  const engine = socket.io ? socket.io.engine : socket.transport;
  if (engine.upgrading) engine.once("upgrade", () => setTimeout(() => engine.close()));
  else engine.close();
}

createInterface({ input: process.stdin }).on("line", (line) => {
  const [verb, ...values] = JSON.parse(line);
  if (verb === "emit") socket.emit(...values);
  else if (verb === "ask") socket.emit(...values, (answer) => say("ack", answer));
  else if (verb === "cut") cut();
  else if (verb === "connect") socket.connect();
  else if (verb === "disconnect") socket.disconnect();
}).on("close", () => process.exit());
