// Many dashboards without the screen, in a process of their own: each counts the alarms that it has been told of, and says when it has seen all.
// Run as `node flood-dashboards.ts ADDRESS USERNAME PASSWORD COUNT ALARMS`; prints a line of JSON when all are subscribed, and one when all have seen all.
import type { AlarmView } from '../../domain/api/alarm-api.ts';
import { GatewatchClient } from '../harness/gatewatch-client.ts';

const [address = '', username = '', password = '', countText = '', alarmsText = ''] = process.argv.slice(2);
const count = Number(countText);
const wanted = Number(alarmsText);
const client = await GatewatchClient.signIn(address, username, password);
const subscribed: Promise<void>[] = [];
const complete: Promise<number>[] = [];
for (let index = 0; index < count; index += 1) {
  const socket = client.listen();
  const seen = new Set<string>();
  subscribed.push(new Promise((resolve) => socket.once('snapshot', () => resolve())));
  complete.push(
    new Promise((resolve) => {
      const take = (alarms: readonly AlarmView[]) => {
        for (const alarm of alarms) if (alarm.state === 'unacknowledged' || alarm.state === 'acknowledged') seen.add(alarm.alarmId);
        if (seen.size >= wanted) resolve(Date.now());
      };
      socket.on('snapshot', (message) => take(message.alarms));
      socket.on('alarm', (message) => take(message.alarms));
    }),
  );
  socket.emit('subscribe', { stations: [], points: [] });
}
await Promise.all(subscribed);
process.stdout.write(`${JSON.stringify({ subscribed: count })}\n`);
process.stdout.write(`${JSON.stringify({ completeAtMs: await Promise.all(complete) })}\n`);
process.exit(0);
