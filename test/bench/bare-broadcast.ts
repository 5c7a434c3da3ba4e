// socket.io and nothing else: a room a station, and the changes of each station broadcast as one message at the pace of the live channel.
// Run as `node bare-broadcast.ts STATIONS CHANGES_PER_MESSAGE PERIOD_MS`; prints its port as a line of JSON.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server } from 'socket.io';

const [stationsText = '', changesText = '', periodText = ''] = process.argv.slice(2);
const stations = Number(stationsText);
const changes = Number(changesText);
const http = createServer();
const io = new Server(http, { transports: ['websocket'], serveClient: false });
io.on('connection', (socket) => {
  socket.on('subscribe', ({ stations: [station = ''] = [] }: { stations?: string[] }) => {
    void socket.join(station);
    socket.emit('snapshot', {});
  });
});
const ids = Array.from({ length: stations }, (_, index) => `RS-${String(index + 1).padStart(4, '0')}`);
let sequence = 0;
setInterval(() => {
  const nowMs = Date.now();
  sequence += 1;
  for (const id of ids) {
    const rows = Array.from({ length: changes }, (_, index) => index);
    io.to(id).emit('readings', {
      schema: 1,
      sequence,
      serverTimeMs: nowMs,
      p: rows.map((row) => `${id}.PT-${101 + row}`),
      t: rows.map(() => nowMs),
      v: rows.map((row) => (sequence * 7 + row) % 100),
      q: rows.map(() => 192),
    });
  }
}, Number(periodText));
http.listen(0, '127.0.0.1', () => process.stdout.write(`${JSON.stringify({ port: (http.address() as AddressInfo).port })}\n`));
