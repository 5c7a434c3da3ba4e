// What a broken or hostile OPC UA server does to a chunk (OPC UA Part 6, clauses 6.7.2 and 7.1.2), and a server that speaks rubbish after Hello.
import net from 'node:net';
import type { Random } from '../../simulators/process/random.ts';

export const spoils = [
  'flipped byte',
  'flipped bytes',
  'other type',
  'abort',
  'continued',
  'huge size',
  'zero size',
  'smaller size',
  'other channel',
  'other token',
  'sequence backwards',
  'sequence far ahead',
  'other request',
  'cut and ended',
  'cut and reset',
  'twice',
  'dropped',
  'delayed behind the next',
  'error message',
  'rubbish before',
  'rubbish instead',
  'in pieces',
  'reset',
] as const;
export type Spoil = (typeof spoils)[number];

/** Abort, error and rubbish are as long as a server likes. */
function rubbish(random: Random, most: number): Buffer {
  const bytes = Buffer.alloc(1 + Math.floor(random() * most));
  for (let index = 0; index < bytes.length; index += 1) bytes[index] = Math.floor(random() * 256);
  return bytes;
}

export function errorMessage(status: number, reason: string): Buffer {
  const text = Buffer.from(reason);
  const bytes = Buffer.alloc(16 + text.length);
  bytes.write('ERRF', 0, 'latin1');
  bytes.writeUInt32LE(bytes.length, 4);
  bytes.writeUInt32LE(status >>> 0, 8);
  bytes.writeInt32LE(text.length, 12);
  text.copy(bytes, 16);
  return bytes;
}

/** `held` is given back with the next chunk by whoever delays. */
export function spoilChunk(kind: Spoil, chunk: Buffer, random: Random): readonly Buffer[] | 'end' | 'reset' {
  const bytes = Buffer.from(chunk);
  const below = (end: number) => Math.floor(random() * end);
  const add = (offset: number, by: number) => {
    if (bytes.length >= offset + 4) bytes.writeUInt32LE((bytes.readUInt32LE(offset) + by) >>> 0, offset);
    return [bytes];
  };
  switch (kind) {
    case 'flipped byte':
      bytes[below(bytes.length)] = below(256);
      return [bytes];
    case 'flipped bytes':
      for (let count = 0; count < 8; count += 1) bytes[below(bytes.length)] = below(256);
      return [bytes];
    case 'other type':
      bytes.write(['MSG', 'OPN', 'CLO', 'HEL', 'ACK', 'ERR', 'XYZ'][below(7)] ?? 'XYZ', 0, 'latin1');
      return [bytes];
    case 'abort':
      bytes.write('A', 3, 'latin1');
      return [bytes];
    case 'continued':
      bytes.write('C', 3, 'latin1');
      return [bytes];
    case 'huge size':
      bytes.writeUInt32LE([0x7fff_ffff, 0xffff_ffff, 0x0100_0000, 70_000][below(4)] ?? 70_000, 4);
      return [bytes];
    case 'zero size':
      bytes.writeUInt32LE(below(8), 4);
      return [bytes];
    case 'smaller size':
      bytes.writeUInt32LE(8 + below(Math.max(1, bytes.length - 8)), 4);
      return [bytes];
    case 'other channel':
      return add(8, 1 + below(1_000));
    case 'other token':
      return add(12, 1 + below(5));
    case 'sequence backwards':
      return add(16, -1 - below(10));
    case 'sequence far ahead':
      return add(16, 1 + below(0x7fff_ffff));
    case 'other request':
      return add(20, 1 + below(5));
    case 'cut and ended':
    case 'cut and reset':
      return [bytes.subarray(0, below(bytes.length))];
    case 'twice':
      return [bytes, bytes];
    case 'dropped':
    case 'delayed behind the next':
      return [];
    case 'error message':
      // Real and unreal status codes of service faults.
      return [
        errorMessage([0x8080_0000, 0x8004_0000, 0x8013_0000, 0, 0xffff_ffff, below(0xffff_ffff)][below(6)] ?? 0, 'x'.repeat(below(5_000))),
      ];
    case 'rubbish before':
      return [rubbish(random, 40), bytes];
    case 'rubbish instead':
      return [rubbish(random, 2_000)];
    case 'in pieces': {
      const pieces: Buffer[] = [];
      for (let sent = 0; sent < bytes.length; ) {
        const size = 1 + below(60);
        pieces.push(bytes.subarray(sent, sent + size));
        sent += size;
      }
      return pieces;
    }
    case 'reset':
      return 'reset';
  }
}

export interface RubbishServer {
  readonly port: number;
  readonly connections: number;
  stop(): Promise<void>;
}

/** Answers each Hello with the next of these: Acknowledge and then rubbish, absurd limits, errors, an echo, HTTP, nothing. */
export async function startRubbishServer(random: Random, firstAnswer = 0): Promise<RubbishServer> {
  const sockets = new Set<net.Socket>();
  let connections = 0;
  let next = firstAnswer;
  const acknowledge = (sizes: readonly number[]) => {
    const bytes = Buffer.alloc(28);
    bytes.write('ACKF', 0, 'latin1');
    bytes.writeUInt32LE(28, 4);
    sizes.forEach((size, index) => void bytes.writeUInt32LE(size, 8 + index * 4));
    return bytes;
  };
  const server = net.createServer((socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', (part: Buffer) => {
      const fine = acknowledge([0, 65_536, 65_536, 0, 0]);
      const answers: readonly (() => unknown)[] = [
        () => socket.write(Buffer.concat([fine, rubbish(random, 3_000)])),
        () => socket.write(acknowledge([0xffff_ffff, 0, 0, 1, 1])),
        () => socket.write(acknowledge([0, 1, 1, 1, 1])),
        () => socket.write(acknowledge([0, 0xffff_ffff, 0xffff_ffff, 0xffff_ffff, 0xffff_ffff])),
        () => socket.write(errorMessage(0x807f_0000, 'rubbish '.repeat(500))),
        () => socket.write(part),
        () => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n'),
        () => socket.write(rubbish(random, 200)),
        () => socket.end(fine),
        () => socket.resetAndDestroy(),
        () => undefined,
        () => {
          for (const byte of fine) socket.write(Buffer.from([byte]));
        },
      ];
      answers[next++ % answers.length]?.();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as net.AddressInfo).port,
    get connections() {
      return connections;
    },
    async stop() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
