// Many dashboards without the screen, in a process of their own: each counts the alarms that it has been told of, and says when it has been told of all.
// They look for the ids in the text and build no objects: a hundred real pages have a hundred processors, these share what is left of two cores.
// Run as `node flood-dashboards.ts ADDRESS USERNAME PASSWORD COUNT ALARMS`; prints a line of JSON when all are subscribed, and one when all have all.
import { Decoder, Encoder } from 'socket.io-parser';
import { GatewatchClient } from '../harness/gatewatch-client.ts';

const [address = '', username = '', password = '', countText = '', alarmsText = ''] = process.argv.slice(2);
const count = Number(countText);
const wanted = Number(alarmsText);

/** Gives events on as their bare text: `emit('text', '["alarm",{…}]')`. */
class TextDecoder extends Decoder {
  override add(packet: unknown): void {
    if (typeof packet === 'string' && packet.startsWith('2['))
      this.emitReserved('decoded', { type: 2, nsp: '/', data: ['text', packet] } as never);
    else super.add(packet);
  }
}

const client = await GatewatchClient.signIn(address, username, password);
const subscribed: Promise<void>[] = [];
const complete: Promise<number>[] = [];
for (let index = 0; index < count; index += 1) {
  const socket = client.listen({ Encoder, Decoder: TextDecoder });
  const seen = new Set<string>();
  const { promise: isSubscribed, resolve: onSubscribed } = Promise.withResolvers<void>();
  const { promise: hasAll, resolve: onAll } = Promise.withResolvers<number>();
  subscribed.push(isSubscribed);
  complete.push(hasAll);
  socket.on('text' as never, (text: string) => {
    if (text.startsWith('2["snapshot"')) onSubscribed();
    if (!text.startsWith('2["snapshot"') && !text.startsWith('2["alarm"')) return;
    for (const [, alarmId, state] of text.matchAll(/"alarmId":"([^"]+)".*?"state":"(\w+)"/g))
      if (alarmId !== undefined && (state === 'unacknowledged' || state === 'acknowledged')) seen.add(alarmId);
    if (seen.size >= wanted) onAll(Date.now());
  });
  socket.emit('subscribe', { stations: [], points: [] });
}
await Promise.all(subscribed);
process.stdout.write(`${JSON.stringify({ subscribed: count })}\n`);
process.stdout.write(`${JSON.stringify({ completeAtMs: await Promise.all(complete) })}\n`);
process.exit(0);
