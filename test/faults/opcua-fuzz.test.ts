// OPC UA chunks spoiled on the wire, in every stage of a connection, and servers that speak rubbish: the driver neither falls nor hangs, believes nothing that the
// server did not say (over the encrypted channel), and has data again after each. An error that nobody caught fails the run. FAULTS_SEED replays.
import { randomInt } from 'node:crypto';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { Quality } from '../../domain/readings/quality.ts';
import { createRandom, type Random } from '../../simulators/process/random.ts';
import { openTcpSockets } from '../harness/driven-modbus.ts';
import { type DrivenOpcua, driveOpcua, startFaultyOpcua, startOpcuaWire, tags } from '../harness/faulty-opcua.ts';
import { type Spoil, spoilChunk, spoils, startRubbishServer } from '../harness/opcua-chunks.ts';
import { temporaryFolder } from '../harness/temporary-folder.ts';

const isLong = process.env.FAULTS === 'long';
const seed = Number(process.env.FAULTS_SEED ?? randomInt(1 << 30));
const lanes = 6;
const faultsPerLane = isLong ? 60 : 2;
const patience = { timeout: 60_000, interval: 20 };

interface Lane {
  readonly random: Random;
  readonly driven: DrivenOpcua;
  fault(kind: Spoil | 'rubbish server', isWhileConnecting: boolean): Promise<void>;
}

test.each([
  ['signed and encrypted', true],
  ['without security', false],
])('%s', { timeout: isLong ? 3_600_000 : 170_000 }, async (name, isSecured) => {
  const folder = temporaryFolder();
  const plc = await startFaultyOpcua({ folder: path.join(folder, 'plc'), isSecured });
  onTestFinished(() => plc.stop());
  // Each value is one more than the last: n × 3 + the number of the tag, so that every value ever said can be told from one that was not.
  let step = 0;
  const publish = () => {
    step += 1;
    tags.forEach((tag, index) => void plc.set(tag, step * 3 + index));
  };
  publish();
  const publishing = setInterval(publish, 50);
  onTestFinished(() => clearInterval(publishing));
  const rubbishServer = await startRubbishServer(createRandom(seed));
  onTestFinished(() => rubbishServer.stop());

  let good = 0;
  const wrong: string[] = [];
  let spoiled = 0;
  let slowestMs = 0;

  async function startLane(index: number): Promise<Lane> {
    const random = createRandom(seed + index * 7_919 + (isSecured ? 1 : 0));
    let target = plc.port;
    const wire = await startOpcuaWire(() => target);
    onTestFinished(() => wire.stop());
    const driven = driveOpcua({ port: wire.port, folder, isSecured, ...(isSecured ? { thumbprint: plc.thumbprint } : {}) });
    onTestFinished(() => driven.stop());
    driven.onReading = (tag, value, quality) => {
      if (quality !== Quality.good) return;
      good += 1;
      const isSaid =
        Number.isInteger(value) && value >= 3 && value < (step + 1) * 3 && value % 3 === tags.indexOf(tag as (typeof tags)[number]);
      if (!isSaid) wrong.push(`lane ${index}: ${tag} = ${value}`);
    };
    const goodAgain = async () => {
      const from = step * 3;
      await expect
        .poll(() => [driven.quality('PT-101') === Quality.good, (driven.value('PT-101') ?? 0) >= from], patience)
        .toEqual([true, true]);
    };
    await goodAgain();
    return {
      random,
      driven,
      async fault(kind, isWhileConnecting) {
        const startMs = performance.now();
        if (kind === 'rubbish server') {
          const failures = driven.reasons.length;
          target = rubbishServer.port;
          wire.isBlind = true;
          wire.cut();
          await expect.poll(() => driven.reasons.length - failures, patience).toBeGreaterThan(2);
          target = plc.port;
          wire.isBlind = false;
          wire.cut();
          spoiled += 1;
        } else {
          // One of the next chunks, of either side; most of what a hostile server can do is what it says.
          let left = Math.floor(random() * (isWhileConnecting ? 14 : 4));
          const direction = random() < 0.85 ? 'toClient' : 'toServer';
          let delayed: Buffer | null = null;
          let isDone = false;
          wire.spoil = (chunk) => {
            if (chunk.direction !== direction) return null;
            if (delayed !== null) {
              const order = [chunk.bytes, delayed];
              delayed = null;
              isDone = true;
              return order;
            }
            if (isDone || left-- > 0) return null;
            if (kind === 'delayed behind the next') {
              delayed = chunk.bytes;
              return [];
            }
            isDone = true;
            return spoilChunk(kind, chunk.bytes, random);
          };
          if (isWhileConnecting) wire.cut();
          await expect.poll(() => isDone, patience).toBe(true);
          spoiled += 1;
          if (kind === 'cut and ended' || kind === 'cut and reset') wire.cut();
          wire.spoil = null;
        }
        const overMs = performance.now();
        await goodAgain().catch((error: unknown) => {
          throw new Error(
            `seed ${seed}, lane ${index}, ${kind}${isWhileConnecting ? ' while connecting' : ''}: no data again (${driven.reasons.slice(-3)}, ${overMs - startMs} ms)`,
            { cause: error },
          );
        });
        slowestMs = Math.max(slowestMs, performance.now() - overMs);
      },
    };
  }

  const started = await Promise.all(Array.from({ length: lanes }, (_, index) => startLane(index)));
  const socketsBefore = openTcpSockets();
  const kinds: readonly (Spoil | 'rubbish server')[] = [...spoils, 'rubbish server'];
  await Promise.all(
    started.map(async (lane, index) => {
      for (let count = 0; count < faultsPerLane; count += 1)
        await lane.fault(kinds[(seed + index * faultsPerLane + count) % kinds.length] ?? 'reset', lane.random() < 0.5);
    }),
  );
  expect(spoiled).toBe(lanes * faultsPerLane);
  if (isSecured) expect(wrong).toEqual([]);
  await expect.poll(openTcpSockets, { timeout: 30_000 }).toBeLessThanOrEqual(socketsBefore + lanes);
  const badReadings = started.reduce((sum, { driven }) => sum + driven.badReadings, 0);
  console.log(
    `opcua fuzz, ${name}: seed ${seed}, ${spoiled} faults of ${kinds.length} kinds on ${lanes} connections, data again after each (slowest ${(slowestMs / 1_000).toFixed(1)} s), ${good} good readings${isSecured ? ' of which 0 wrong' : ''}, ${badReadings} told as bad; ${openTcpSockets()} sockets open (${socketsBefore} before)`,
  );
});

test('each rubbish answer to Hello by itself: told as a failed connection, and nothing worse', {
  timeout: isLong ? 900_000 : 170_000,
}, async () => {
  const folder = temporaryFolder();
  const each = isLong ? 60 : 4;
  const servers = await Promise.all(Array.from({ length: lanes }, (_, index) => startRubbishServer(createRandom(seed + index), index * 2)));
  const driven = servers.map((server) => {
    onTestFinished(() => server.stop());
    const one = driveOpcua({ port: server.port, folder, isSecured: false });
    onTestFinished(() => one.stop());
    return one;
  });
  const connections = () => servers.reduce((sum, server) => sum + server.connections, 0);
  // It waits longer each time: an engineer who connects anew does not.
  const hurry = setInterval(() => {
    for (const one of driven) if (one.reasons.length > 0) one.driver.reconnect();
  }, 200);
  onTestFinished(() => clearInterval(hurry));
  await expect
    .poll(() => Math.min(...servers.map((server) => server.connections)), { timeout: isLong ? 800_000 : 160_000, interval: 100 })
    .toBeGreaterThanOrEqual(each);
  for (const one of driven) {
    expect(one.connected).toBe(0);
    await expect.poll(() => one.quality('PT-101'), patience).toBe(Quality.badCommFail);
  }
  console.log(`opcua rubbish: seed ${seed}, ${connections()} connections to servers that speak rubbish, 0 believed`);
});
