// The chat over WebSocket as the documentation of npm's ws has it: one client.send for each client and message.
//
//     node ws.js PORT
'use strict';

const http = require('node:http');
const { WebSocket, WebSocketServer } = require('ws');

const httpServer = http.createServer((request, response) => response.writeHead(404).end());
const server = new WebSocketServer({ server: httpServer, path: '/ws', maxPayload: 64 * 1024 });
let numbers = 0;

function say(text) {
  for (const client of server.clients) if (client.readyState === WebSocket.OPEN) client.send(text);
}

server.on('connection', (client) => {
  const nick = `guest_${++numbers}`;
  client.send(`Welcome, ${nick}!`);
  say(`${nick}: joined the chat`);
  client.on('message', (data) => say(`${nick}: ${data}`));
  client.on('error', () => client.terminate());
  client.on('close', () => say(`${nick}: left the chat`));
});

httpServer.listen({ port: Number(process.argv[2]), host: '127.0.0.1', backlog: 1024 });
