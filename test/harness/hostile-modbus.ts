// A Modbus TCP server that does to each request what a test tells it, and remembers what it truly said, so that a wrong value is seen from outside.
import net from 'node:net';
import type { ModbusRequest } from './modbus-frames.ts';

export interface Asked extends ModbusRequest {
  /** How many requests came before it. */
  readonly serial: number;
}

export type Behaviour = (asked: Asked, socket: net.Socket) => void;

export interface HostileModbus {
  readonly port: number;
  behave: Behaviour;
  readonly asked: number;
  readonly connections: number;
  readonly openSockets: number;
  /** Requests that were no read, or not as the specification has them. */
  readonly strange: readonly string[];
  stop(): Promise<void>;
}

export async function startHostileModbus(behave: Behaviour, port = 0): Promise<HostileModbus> {
  const sockets = new Set<net.Socket>();
  const strange: string[] = [];
  const device = { port: 0, behave, asked: 0, connections: 0, strange };
  const server = net.createServer({ noDelay: true }, (socket) => {
    device.connections += 1;
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    let received: Buffer = Buffer.alloc(0);
    socket.on('data', (chunk: Buffer) => {
      received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
      for (; received.length >= 12; received = received.subarray(12)) {
        const functionCode = received[7] ?? 0;
        if (received.readUInt32BE(2) !== 6 || functionCode < 1 || functionCode > 4) strange.push(received.subarray(0, 12).toString('hex'));
        device.behave(
          {
            transactionId: received.readUInt16BE(0),
            unitId: received[6] ?? 0,
            functionCode,
            address: received.readUInt16BE(8),
            count: received.readUInt16BE(10),
            serial: device.asked++,
          },
          socket,
        );
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  device.port = (server.address() as net.AddressInfo).port;
  return Object.defineProperties(device, {
    openSockets: { get: () => sockets.size },
    stop: {
      value: async () => {
        for (const socket of sockets) socket.destroy();
        await new Promise((resolve) => server.close(resolve));
      },
    },
  }) as unknown as HostileModbus;
}
