// node websocket_steps.mjs URL OPTIONS STEPS: npm ws does one step after the other.
//
// Steps: {expect: "part of a message"}, {send: "text"}, {sendBinary: "text"}, {ping: ""},
// {expectPing: true}, {silent: true} (answer no pings from here on), {close: 1000},
// {expectClose: 1009}. What happens is printed, one line of JSON each.
import WebSocket from "ws";

const [url, options, steps] = process.argv.slice(2);
const { subprotocols = [], ...rest } = JSON.parse(options);
const socket = new WebSocket(url, subprotocols, { rejectUnauthorized: false, ...rest });
const seen = [];
let wake = () => {};

function happened(event) {
  console.log(JSON.stringify(event));
  seen.push(event);
  wake();
}

socket.on("open", () => happened({ open: socket.protocol, extensions: socket.extensions }));
socket.on("message", (data, binary) => happened({ message: data.toString(), binary }));
socket.on("ping", () => happened({ ping: true }));
socket.on("pong", () => happened({ pong: true }));
socket.on("close", (code, reason) => happened({ close: code, reason: reason.toString() }));
socket.on("unexpected-response", (_, response) => happened({ refused: response.statusCode }));
socket.on("error", (error) => happened({ error: error.message }));

async function until(matches) {
  for (;;) {
    while (seen.length) if (matches(seen.shift())) return;
    await new Promise((resolve) => (wake = resolve));
  }
}

const deadline = setTimeout(() => {
  console.log(JSON.stringify({ timeout: true }));
  process.exit(1);
}, 20_000);
for (const step of [{ start: true }, ...JSON.parse(steps)]) {
  if (step.start) await until((event) => "open" in event || "refused" in event);
  else if ("expect" in step) await until((event) => event.message?.includes(step.expect));
  else if ("expectClose" in step) await until((event) => event.close === step.expectClose);
  else if ("expectPing" in step) await until((event) => event.ping);
  else if ("send" in step) socket.send(step.send);
  else if ("sendBinary" in step) socket.send(Buffer.from(step.sendBinary));
  else if ("ping" in step) {
    socket.ping(step.ping);
    await until((event) => event.pong);
  } else if ("silent" in step) socket.pong = () => {};
  else if ("close" in step) socket.close(step.close);
}
clearTimeout(deadline);
process.exit(0);
