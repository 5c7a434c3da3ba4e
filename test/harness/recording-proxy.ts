// Stands between the product and a device and keeps what the product sends: Modbus requests by function code, whatever is no request of the specification apart.
import net from 'node:net';
import { crc16 } from '../../simulators/modbus/crc16.ts';

export interface RecordingProxy {
  readonly port: number;
  readonly functions: Map<number, number>;
  readonly strange: readonly string[];
  readonly bytes: number;
  stop(): Promise<void>;
}

export async function startRecordingProxy(targetPort: number, kind: 'tcp' | 'rtu' | 'opaque'): Promise<RecordingProxy> {
  const functions = new Map<number, number>();
  const strange: string[] = [];
  const sockets = new Set<net.Socket>();
  let bytes = 0;
  const server = net.createServer((near) => {
    const far = net.connect(targetPort, '127.0.0.1');
    let sent: Buffer = Buffer.alloc(0);
    near.on('data', (part: Buffer) => {
      bytes += part.length;
      if (kind === 'opaque') return;
      sent = Buffer.concat([sent, part]);
      const size = kind === 'tcp' ? 12 : 8;
      for (; sent.length >= size; sent = sent.subarray(size)) {
        const request = sent.subarray(0, size);
        const functionCode = request[kind === 'tcp' ? 7 : 1] ?? 0;
        const isWhole = kind === 'tcp' ? request.readUInt32BE(2) === 6 : request.readUInt16LE(6) === crc16(request, 6);
        if (!isWhole || functionCode < 1 || functionCode > 4) strange.push(request.toString('hex'));
        functions.set(functionCode, (functions.get(functionCode) ?? 0) + 1);
      }
    });
    near.pipe(far).pipe(near);
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one);
      one.on('error', () => undefined);
      one.on('close', () => {
        sockets.delete(one);
        if (one === near && kind !== 'opaque' && sent.length > 0) strange.push(`rest ${sent.toString('hex')}`);
        other.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as net.AddressInfo).port,
    functions,
    strange,
    get bytes() {
      return bytes;
    },
    async stop() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
