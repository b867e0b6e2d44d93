// A chat over Socket.IO, written as the documentation of npm socket.io suggests: io.emit for each message.
//
//     node sio.js PORT [ADDRESS]
//
// It uses the events join, messages, add chatter and remove chatter, and acknowledges a join.
'use strict';

const http = require('node:http');
const { Server } = require('socket.io');

const httpServer = http.createServer();
const io = new Server(httpServer);
const names = new Map();

io.on('connection', (socket) => {
  socket.on('join', (name, acknowledge) => {
    for (const present of names.values()) socket.emit('add chatter', present);
    names.set(socket.id, name);
    socket.broadcast.emit('add chatter', name);
    if (acknowledge) acknowledge({ ok: true });
  });
  socket.on('messages', (text) => io.emit('messages', `${names.get(socket.id)}: ${text}`));
  socket.on('disconnect', () => {
    const name = names.get(socket.id);
    if (names.delete(socket.id)) socket.broadcast.emit('remove chatter', name);
  });
});

const [port, host = '127.0.0.1'] = process.argv.slice(2);
httpServer.listen({ port: Number(port), host, backlog: 1024 });
