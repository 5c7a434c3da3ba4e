// Many clients of the live channel without their screens, in a process of their own: each is told of one station, and how late every message is gets counted.
// They read the times out of the text and build no objects: real pages have a processor each, these share what is left of two cores.
// Run as `node fanout-clients.ts ADDRESS COOKIE CLIENTS STATION…`; a line of JSON when all are subscribed; on each line of its input one more, with the counts
// since the line before.
import { createInterface } from 'node:readline';
import { io } from 'socket.io-client';
import { Decoder, Encoder } from 'socket.io-parser';
import { percentile } from './bench.ts';

const [address = '', cookie = '', clientsText = '', ...stations] = process.argv.slice(2);

/** Gives readings on as their bare text. */
class TextDecoder extends Decoder {
  override add(packet: unknown): void {
    if (typeof packet === 'string' && packet.startsWith('2["readings"'))
      this.emitReserved('decoded', { type: 2, nsp: '/', data: ['text', packet] } as never);
    else super.add(packet);
  }
}

let lateMs: number[] = [];
let messages = 0;
let changes = 0;
const subscribed: Promise<void>[] = [];
for (let index = 0; index < Number(clientsText); index += 1) {
  const station = stations[index % stations.length] ?? '';
  const socket = io(address, {
    parser: { Encoder, Decoder: TextDecoder },
    extraHeaders: { cookie },
    transports: ['websocket'],
    reconnection: false,
  });
  const { promise, resolve } = Promise.withResolvers<void>();
  subscribed.push(promise);
  socket.once('snapshot', () => resolve());
  socket.on('text', (text: string) => {
    const nowMs = Date.now();
    messages += 1;
    const start = text.indexOf('"t":[') + 5;
    const times = text.slice(start, text.indexOf(']', start)).split(',');
    changes += times.length;
    // The oldest change of the message has waited longest.
    lateMs.push(nowMs - Math.min(...times.map(Number)));
  });
  socket.on('connect', () => socket.emit('subscribe', { stations: [station], points: [] }));
  socket.on('disconnect', (reason) => {
    if (reason !== 'io client disconnect') process.stderr.write(`a client was cut off: ${reason}\n`);
  });
}
await Promise.all(subscribed);
process.stdout.write(`${JSON.stringify({ subscribed: subscribed.length })}\n`);
for await (const _ of createInterface({ input: process.stdin })) {
  const sorted = lateMs.sort((a, b) => a - b);
  const line = { messages, changes, p50Ms: percentile(sorted, 0.5), p99Ms: percentile(sorted, 0.99), worstMs: sorted.at(-1) };
  [lateMs, messages, changes] = [[], 0, 0];
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
process.exit(0);
