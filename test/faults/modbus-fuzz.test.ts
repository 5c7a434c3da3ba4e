// Malformed Modbus answers by the million: to the framer in the process, and to the whole driver over real sockets. Nothing that is not the answer is believed,
// nothing crashes or hangs, no handle is left, and the first poll after the last bad frame is good. FAULTS_SEED replays.
import { randomInt } from 'node:crypto';
import type { Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { takeRtuReply, takeTcpReply } from '../../collector/drivers/modbus/take-reply.ts';
import { Quality } from '../../domain/readings/quality.ts';
import { crc16 } from '../../simulators/modbus/crc16.ts';
import { createRandom, type Random } from '../../simulators/process/random.ts';
import { type DrivenModbus, driveModbus, openTcpSockets, plantOfUnits, requestTimeoutMs } from '../harness/driven-modbus.ts';
import { type Asked, type HostileModbus, startHostileModbus } from '../harness/hostile-modbus.ts';
import {
  asRtu,
  byteCountOf,
  corrupt,
  corruptions,
  exceptionCodes,
  exceptionReply,
  isAnAnswer,
  type ModbusRequest,
  rightReply,
  valueAt,
} from '../harness/modbus-frames.ts';

const isLong = process.env.FAULTS === 'long';
const seed = Number(process.env.FAULTS_SEED ?? randomInt(1 << 30));
const framesInProcess = isLong ? 10_000_000 : 200_000;
const scansOverSockets = isLong ? 300_000 : 6_000;

interface Tally {
  accepted: number;
  refused: number;
  unfinished: number;
  arrivals: number;
}

function below(random: Random, end: number): number {
  return Math.floor(random() * end);
}

function hostileStream(request: ModbusRequest, serial: number, random: Random): Buffer {
  const right = rightReply(request, serial);
  const draw = random();
  if (draw < 0.1) return right;
  if (draw < 0.15) return exceptionReply(request, exceptionCodes[below(random, exceptionCodes.length)] ?? 1);
  return corrupt(corruptions[below(random, corruptions.length)] ?? 'garbage', right, request, random);
}

/** One stream arrives in pieces; what the framer says at each is compared with what the specification says of the same bytes. */
function tryFrame(request: ModbusRequest, stream: Buffer, isRtu: boolean, random: Random, tally: Tally): string | null {
  const expected = { ...request, byteCount: byteCountOf(request) };
  const take = isRtu ? takeRtuReply : takeTcpReply;
  const isByteByByte = random() < 0.03;
  let arrived = 0;
  while (arrived < stream.length) {
    arrived += isByteByByte ? 1 : random() < 0.7 ? stream.length - arrived : 1 + below(random, stream.length - arrived);
    tally.arrivals += 1;
    const bytes = stream.subarray(0, arrived);
    const taken = take(bytes, expected);
    const isAnswer = isRtu ? isAnAnswerOnSerial(bytes, request) : isAnAnswer(bytes, request);
    if ((taken.kind === 'reply') !== isAnswer) return `${taken.kind} for ${bytes.toString('hex')}`;
    if (taken.kind === 'reply') {
      tally.accepted += 1;
      // Unit, PDU and a CRC go on, byte for byte.
      if (!taken.frame.equals(isRtu ? bytes : asRtu(bytes))) return `changed ${bytes.toString('hex')}`;
      // Whatever comes behind it answers nothing.
      if (arrived < stream.length && take(stream.subarray(arrived), null).kind !== 'violation') return 'believed what nobody asked for';
      return null;
    }
    if (taken.kind === 'violation') {
      tally.refused += 1;
      return null;
    }
  }
  tally.unfinished += 1;
  return null;
}

function isAnAnswerOnSerial(bytes: Buffer, request: ModbusRequest): boolean {
  if (bytes.length < 5 || bytes.readUInt16LE(bytes.length - 2) !== crc16(bytes, bytes.length - 2)) return false;
  const withHeader = Buffer.alloc(bytes.length + 4);
  withHeader.writeUInt16BE(request.transactionId, 0);
  withHeader.writeUInt16BE(bytes.length - 2, 4);
  bytes.copy(withHeader, 6, 0, bytes.length - 2);
  return isAnAnswer(withHeader, request);
}

test(`${framesInProcess} hostile frames to the framer (seed ${seed})`, { timeout: isLong ? 3_600_000 : 120_000 }, () => {
  const random = createRandom(seed);
  const tally: Tally = { accepted: 0, refused: 0, unfinished: 0, arrivals: 0 };
  for (let frame = 0; frame < framesInProcess; frame += 1) {
    const functionCode = 1 + below(random, 4);
    const request = {
      transactionId: below(random, 65_536),
      unitId: below(random, 248),
      functionCode,
      address: below(random, 60_000),
      count: 1 + below(random, random() < 0.9 ? 12 : functionCode <= 2 ? 2_000 : 125),
    };
    const isRtu = random() < 0.25;
    const stream = hostileStream(request, frame, random);
    const fault = tryFrame(request, isRtu && stream.length > 8 ? asRtu(stream) : stream, isRtu, random, tally);
    if (fault !== null) throw new Error(`seed ${seed}, frame ${frame}, asked ${JSON.stringify(request)}: ${fault}`);
  }
  expect(tally.accepted).toBeGreaterThan(framesInProcess / 20);
  expect(tally.refused).toBeGreaterThan(framesInProcess / 4);
  console.log(
    `modbus frames: seed ${seed}, ${framesInProcess} frames in ${tally.arrivals} arrivals, ${tally.accepted} answers accepted, ${tally.refused} refused, ${tally.unfinished} never whole, 0 invalid accepted`,
  );
});

type Verdict = 'right' | 'exception' | 'bad' | 'either';
interface Said {
  readonly verdict: Verdict;
  readonly serial: number;
}

/** What the device did to the newest request, and which value each register had by its word. */
class Oracle {
  readonly said = new Map<string, Said>();
  newest: Verdict = 'right';
  badFrames = 0;

  note(asked: Asked, verdict: Verdict): void {
    this.newest = verdict;
    if (verdict === 'bad' || verdict === 'either') this.badFrames += 1;
    for (let index = 0; index < asked.count; index += 1)
      this.said.set(`${asked.functionCode} ${asked.address + index}`, { verdict, serial: asked.serial });
  }
}

function writePieces(socket: Socket, bytes: Buffer, sizes: () => number): void {
  let sent = 0;
  const next = () => {
    if (socket.destroyed || sent >= bytes.length) return;
    const size = Math.max(1, sizes());
    socket.write(bytes.subarray(sent, sent + size));
    sent += size;
    setImmediate(next);
  };
  next();
}

function misbehave(asked: Asked, socket: Socket, oracle: Oracle, random: Random): void {
  const right = rightReply(asked, asked.serial);
  const draw = below(random, 20);
  if (draw < 3) {
    oracle.note(asked, 'right');
    writePieces(socket, right, draw === 0 ? () => 1 : draw === 1 ? () => below(random, right.length) : () => right.length);
  } else if (draw < 6) {
    oracle.note(asked, 'exception');
    socket.write(exceptionReply(asked, exceptionCodes[below(random, exceptionCodes.length)] ?? 1));
  } else if (draw === 6) {
    oracle.note(asked, 'bad');
    socket.destroy();
  } else if (draw === 7) {
    oracle.note(asked, 'bad');
    socket.resetAndDestroy();
  } else if (draw === 8) {
    // Half of an answer, then the end.
    oracle.note(asked, 'bad');
    socket.end(right.subarray(0, below(random, right.length)));
  } else if (draw === 9) {
    oracle.note(asked, 'bad');
  } else {
    const bytes = corrupt(corruptions[below(random, corruptions.length)] ?? 'garbage', right, asked, random);
    // A right answer with more behind it may be believed if it arrives by itself first.
    const startsRight = bytes.length >= right.length && bytes.subarray(0, right.length).equals(right);
    const isException = isAnAnswer(bytes, asked) && !startsRight;
    oracle.note(asked, isException ? 'exception' : startsRight ? 'either' : 'bad');
    if (random() < 0.5) socket.write(bytes);
    else writePieces(socket, bytes, () => 1 + below(random, bytes.length));
  }
}

/** Moves the clock only when the device has everything that was sent, and will say no more than it did. */
async function scanToEnd(driven: DrivenModbus, device: HostileModbus, oracle: Oracle) {
  let isOver = false;
  driven.sent = 0;
  const askedBefore = device.asked;
  const scan = driven.scan(0).finally(() => {
    isOver = true;
  });
  const untilMs = performance.now() + 20_000;
  for (let quietTurns = 0; !isOver; ) {
    await new Promise((resolve) => setImmediate(resolve));
    const isQuiet =
      driven.sent > 0 && device.asked - askedBefore === driven.sent && (oracle.newest === 'bad' || oracle.newest === 'either');
    quietTurns = isQuiet ? quietTurns + 1 : 0;
    if (quietTurns > 400) driven.clock.advance(requestTimeoutMs);
    if (performance.now() > untilMs) throw new Error('a scan did not settle');
  }
  return await scan;
}

test(`${scansOverSockets} scans of a hostile device (seed ${seed})`, { timeout: isLong ? 10_800_000 : 120_000 }, async () => {
  const random = createRandom(seed ^ 0x5bd1e995);
  const oracle = new Oracle();
  const device = await startHostileModbus(() => undefined);
  onTestFinished(() => device.stop());
  const points = ['coil', 'discrete', 'holding', 'input'].flatMap((table) => [0, 1, 2, 9].map((address) => ({ table, address })));
  const driven = driveModbus(plantOfUnits(device.port, [7], points), random);
  onTestFinished(() => driven.stop());
  const calm = (asked: Asked, socket: Socket) => {
    oracle.note(asked, 'right');
    socket.write(rightReply(asked, asked.serial));
  };
  const storm = (asked: Asked, socket: Socket) => misbehave(asked, socket, oracle, random);

  let values = 0;
  let good = 0;
  const scanAndJudge = async () => {
    const { outcome, readings } = await scanToEnd(driven, device, oracle);
    expect(readings).toHaveLength(points.length);
    for (const { functionCode, address, value, quality } of readings) {
      values += 1;
      if (quality !== Quality.good) continue;
      good += 1;
      const said = oracle.said.get(`${functionCode} ${address}`);
      if (
        said === undefined ||
        said.verdict === 'bad' ||
        said.verdict === 'exception' ||
        value !== valueAt(said.serial, functionCode, address)
      )
        throw new Error(`seed ${seed}: ${value} of ${functionCode}/${address} was believed, said was ${JSON.stringify(said)}`);
    }
    return { outcome, goodNow: readings.filter((reading) => reading.quality === Quality.good).length };
  };

  device.behave = calm;
  await scanAndJudge();
  let recoveries = 0;
  let scans = 0;
  const socketsBefore = openTcpSockets();
  while (scans < scansOverSockets) {
    device.behave = storm;
    const length = 1 + below(random, 5);
    for (let step = 0; step < length; step += 1, scans += 1) {
      const { outcome } = await scanAndJudge();
      // It waits before it asks again: let that pass.
      if (outcome !== 'done') driven.clock.advance(31_000);
    }
    // What the device still has to say about the last request comes while nothing is asked.
    for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    driven.clock.advance(31_000);
    device.behave = calm;
    const { outcome, goodNow } = await scanAndJudge();
    expect({ outcome, goodNow, seed, scans }).toEqual({ outcome: 'done', goodNow: points.length, seed, scans });
    recoveries += 1;
  }
  await expect.poll(() => device.openSockets, { timeout: 5_000 }).toBeLessThanOrEqual(1);
  expect(openTcpSockets()).toBeLessThanOrEqual(socketsBefore + 2);
  expect(device.strange).toEqual([]);
  expect(oracle.badFrames).toBeGreaterThan(scansOverSockets / 4);
  console.log(
    `modbus driver: seed ${seed}, ${scans} scans, ${device.asked} requests on ${device.connections} connections, ${oracle.badFrames} bad frames, ${values} readings of which ${good} good, 0 wrong; ${recoveries} of ${recoveries} times good at the first poll after the last bad frame; ${openTcpSockets()} sockets open (${socketsBefore} at the start)`,
  );
});
