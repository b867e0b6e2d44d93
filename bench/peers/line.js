// A line chat as a plain Node.js program: node:net, one socket.write for each client and line.
//
//     node line.js PORT
//
// It welcomes clients, gives them nicknames, announces who joins and leaves, and sends every line to every client.
// It stores nothing.
'use strict';

const net = require('node:net');

const LINE_LIMIT = 4096;
const clients = new Set();
let lastNumber = 0;

function broadcast(line) {
  for (const client of clients) client.write(`${line}\r\n`);
}

const server = net.createServer((socket) => {
  const nick = `guest_${++lastNumber}`;
  let rest = '';
  socket.setNoDelay(true);
  socket.setEncoding('utf8');
  socket.write(`Welcome, ${nick}!\r\n`);
  clients.add(socket);
  broadcast(`${nick}: joined the chat`);
  socket.on('data', (text) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop();
    for (const line of lines) {
      const message = line.endsWith('\r') ? line.slice(0, -1) : line;
      if (message) broadcast(`${nick}: ${message}`);
    }
    if (rest.length > LINE_LIMIT) socket.destroy();
  });
  socket.on('error', () => socket.destroy());
  socket.on('close', () => {
    clients.delete(socket);
    broadcast(`${nick}: left the chat`);
  });
});

server.listen({ port: Number(process.argv[2]), host: '127.0.0.1', backlog: 1024 });
