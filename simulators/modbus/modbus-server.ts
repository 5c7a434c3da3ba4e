// A Modbus device (or a gateway with several unit ids) on a real socket. Own framing instead of a library server, because a simulator must also be able
// to be slow, to answer exceptions and to vanish. Write functions are refused and counted: a monitor must never send one.
import net from 'node:net';
import { crc16 } from './crc16.ts';

export interface UnitImage {
  readonly holding: Uint16Array;
  readonly input: Uint16Array;
  readonly coils: Uint8Array;
  readonly discrete: Uint8Array;
}

export interface UnitBehaviour {
  readonly kind: 'normal' | 'lost' | 'slow' | 'exception';
}

export interface ModbusServer {
  readonly port: number;
  /** Requests with a function other than 1 to 4, ever. */
  readonly refusedWrites: number;
  stop(): Promise<void>;
}

const slowReplyMs = 1_500;

export function createUnitImage(): UnitImage {
  return {
    holding: new Uint16Array(65_536),
    input: new Uint16Array(65_536),
    coils: new Uint8Array(65_536),
    discrete: new Uint8Array(65_536),
  };
}

export async function startModbusServer(options: {
  readonly host: string;
  readonly port: number;
  readonly framing: 'tcp' | 'rtu';
  /** Called once a request, with the first address that it asks for. */
  readonly imageOf: (unitId: number, address: number) => UnitImage | null;
  readonly behaviourOf: (unitId: number) => UnitBehaviour;
}): Promise<ModbusServer> {
  let refusedWrites = 0;
  const sockets = new Set<net.Socket>();

  function answer(unitId: number, pdu: Buffer): Buffer | null {
    const functionCode = pdu[0] ?? 0;
    const exception = (code: number) => Buffer.from([functionCode | 0x80, code]);
    if (functionCode < 1 || functionCode > 4) {
      refusedWrites += 1;
      return exception(1);
    }
    if (pdu.length < 5) return exception(3);
    const address = pdu.readUInt16BE(1);
    const image = options.imageOf(unitId, address);
    if (image === null) return exception(0x0b);
    if (options.behaviourOf(unitId).kind === 'exception') return exception(2);
    const count = pdu.readUInt16BE(3);
    if (count < 1 || count > (functionCode <= 2 ? 2_000 : 125)) return exception(3);
    if (address + count > 65_536) return exception(2);
    if (functionCode <= 2) {
      const bits = functionCode === 1 ? image.coils : image.discrete;
      const reply = Buffer.alloc(2 + Math.ceil(count / 8));
      reply[0] = functionCode;
      reply[1] = reply.length - 2;
      for (let index = 0; index < count; index += 1)
        if (bits[address + index] === 1) reply[2 + (index >> 3)] = (reply[2 + (index >> 3)] ?? 0) | (1 << (index & 7));
      return reply;
    }
    const registers = functionCode === 3 ? image.holding : image.input;
    const reply = Buffer.alloc(2 + 2 * count);
    reply[0] = functionCode;
    reply[1] = 2 * count;
    for (let index = 0; index < count; index += 1) reply.writeUInt16BE(registers[address + index] ?? 0, 2 + 2 * index);
    return reply;
  }

  function send(socket: net.Socket, unitId: number, frame: Buffer): void {
    const { kind } = options.behaviourOf(unitId);
    if (kind === 'lost') return;
    if (kind !== 'slow') {
      socket.write(frame);
      return;
    }
    setTimeout(() => {
      if (!socket.destroyed) socket.write(frame);
    }, slowReplyMs).unref();
  }

  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.setNoDelay(true);
    let received: Buffer = Buffer.alloc(0);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', (chunk: Buffer) => {
      received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
      for (;;) {
        if (options.framing === 'tcp') {
          if (received.length < 8) return;
          const length = received.readUInt16BE(4);
          if (length < 2 || length > 260) return void socket.destroy();
          if (received.length < 6 + length) return;
          const unitId = received[6] ?? 0;
          const reply = answer(unitId, received.subarray(7, 6 + length));
          if (reply !== null) {
            const frame = Buffer.alloc(7 + reply.length);
            received.copy(frame, 0, 0, 2);
            frame.writeUInt16BE(reply.length + 1, 4);
            frame[6] = unitId;
            reply.copy(frame, 7);
            send(socket, unitId, frame);
          }
          received = received.subarray(6 + length);
        } else {
          if (received.length < 8) return;
          const unitId = received[0] ?? 0;
          if (received.readUInt16LE(6) !== crc16(received, 6)) return void socket.destroy();
          const reply = answer(unitId, received.subarray(1, 6));
          if (reply !== null) {
            const frame = Buffer.alloc(3 + reply.length);
            frame[0] = unitId;
            reply.copy(frame, 1);
            frame.writeUInt16LE(crc16(frame, frame.length - 2), frame.length - 2);
            send(socket, unitId, frame);
          }
          received = received.subarray(8);
        }
      }
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: options.host, port: options.port }, () => resolve());
  });
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : options.port,
    get refusedWrites() {
      return refusedWrites;
    },
    stop: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}
