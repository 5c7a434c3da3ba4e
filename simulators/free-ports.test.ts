import net from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { freePorts } from './free-ports.ts';

test('all different, none that is taken, and none a second time', async () => {
  const [one = 0, two = 0] = await freePorts('127.0.0.1', 2);
  expect(two).not.toBe(one);
  const taken = net.createServer();
  await new Promise<void>((resolve) => taken.listen({ host: '127.0.0.1', port: two + 1 }, resolve));
  onTestFinished(() => new Promise<void>((resolve) => taken.close(() => resolve())));
  const more = await freePorts('127.0.0.1', 40);
  expect(new Set([one, two, two + 1, ...more]).size).toBe(43);
  for (const port of more) expect(port).toBeLessThan(32_768);
});
