// The line chat as a plain Node program would do it: node:net, one socket.write for each client and line.
//
//     node line.js PORT
//
// It greets, names its guests, tells who comes and goes, and says every line to everyone. It keeps nothing.
'use strict';

const net = require('node:net');

const LINE_LIMIT = 4096;
const clients = new Set();
let numbers = 0;

function say(line) {
  for (const client of clients) client.write(`${line}\r\n`);
}

const server = net.createServer((socket) => {
  const nick = `guest_${++numbers}`;
  let rest = '';
  socket.setNoDelay(true);
  socket.setEncoding('utf8');
  socket.write(`Welcome, ${nick}!\r\n`);
  clients.add(socket);
  say(`${nick}: joined the chat`);
  socket.on('data', (text) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop();
    for (const line of lines) {
      const said = line.endsWith('\r') ? line.slice(0, -1) : line;
      if (said) say(`${nick}: ${said}`);
    }
    if (rest.length > LINE_LIMIT) socket.destroy();
  });
  socket.on('error', () => socket.destroy());
  socket.on('close', () => {
    clients.delete(socket);
    say(`${nick}: left the chat`);
  });
});

server.listen({ port: Number(process.argv[2]), host: '127.0.0.1', backlog: 1024 });
