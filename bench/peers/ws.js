// A chat over WebSocket, written as the documentation of npm ws suggests: one client.send for each client and message.
// Its options are those of the library.
//
//     node ws.js PORT [ADDRESS]
'use strict';

const http = require('node:http');
const { WebSocket, WebSocketServer } = require('ws');

const httpServer = http.createServer((request, response) => response.writeHead(404).end());
const server = new WebSocketServer({ server: httpServer, path: '/ws' });
let lastNumber = 0;

function broadcast(text) {
  for (const client of server.clients) if (client.readyState === WebSocket.OPEN) client.send(text);
}

server.on('connection', (client) => {
  const nick = `guest_${++lastNumber}`;
  client.send(`Welcome, ${nick}!`);
  broadcast(`${nick}: joined the chat`);
  client.on('message', (data) => broadcast(`${nick}: ${data}`));
  client.on('error', () => client.terminate());
  client.on('close', () => broadcast(`${nick}: left the chat`));
});

const [port, host = '127.0.0.1'] = process.argv.slice(2);
httpServer.listen({ port: Number(port), host, backlog: 1024 });
