// Many like Modbus TCP devices at the least cost, in a process of their own, for measuring the collector: every answer is one copy out of images
// made beforehand. Not believable physics: for that see `process/`. Run as `node load-devices.ts DEVICES POINTS_EACH`;
// prints one line of JSON with the ports. A line on its input, a number, sets every point to that value, `wave` lets them go on.
import net from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const phases = 64;
const unitIds = 1;

/** Registers of one device at each phase of a slow wave: float32 big-endian, 20 to 60, each point at its own place in the wave. */
function makeImages(pointsEach: number): readonly Buffer[] {
  return Array.from({ length: phases }, (_, phase) => {
    const image = Buffer.alloc(pointsEach * 4);
    for (let point = 0; point < pointsEach; point += 1)
      image.writeFloatBE(40 + 20 * Math.sin((2 * Math.PI * (phase + point)) / phases), point * 4);
    return image;
  });
}

export interface LoadDevices {
  readonly ports: readonly number[];
  /** Every point of every device has this value from now on; null: the wave goes on. */
  hold(value: number | null): void;
  stop(): Promise<void>;
}

export async function startLoadDevices(options: { readonly devices: number; readonly pointsEach: number }): Promise<LoadDevices> {
  const images = makeImages(options.pointsEach);
  const held = Buffer.alloc(options.pointsEach * 4);
  let isHeld = false;
  const servers: net.Server[] = [];
  const ports: number[] = [];
  const sockets = new Set<net.Socket>();
  for (let device = 0; device < options.devices; device += 1) {
    const server = net.createServer({ noDelay: true }, (socket) => {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
      socket.on('error', () => socket.destroy());
      socket.on('data', (chunk: Buffer) => {
        // Requests of the collector are 12 bytes and loopback keeps them whole; anything else is not a request of this bench.
        for (let offset = 0; offset + 12 <= chunk.length; offset += 12) {
          const image = isHeld ? held : (images[(Math.floor(Date.now() / 4_000) + device) % phases] as Buffer);
          const answer = answerTo(chunk, offset, image);
          if (answer === null) socket.destroy();
          else socket.write(answer);
        }
      });
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, '127.0.0.1', resolve);
    });
    servers.push(server);
    ports.push((server.address() as net.AddressInfo).port);
  }
  return {
    ports,
    hold(value) {
      isHeld = value !== null;
      for (let point = 0; point < options.pointsEach; point += 1) held.writeFloatBE(value ?? 0, point * 4);
    },
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
    },
  };
}

function answerTo(request: Buffer, offset: number, image: Buffer): Buffer | null {
  const functionCode = request[offset + 7];
  const start = request.readUInt16BE(offset + 8) * 2;
  const length = request.readUInt16BE(offset + 10) * 2;
  if (functionCode !== 3 || request[offset + 6] !== unitIds || start + length > image.length) return null;
  const answer = Buffer.allocUnsafe(9 + length);
  request.copy(answer, 0, offset, offset + 8);
  answer.writeUInt16BE(3 + length, 4);
  answer[8] = length;
  image.copy(answer, 9, start, start + length);
  return answer;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [devices, pointsEach] = process.argv.slice(2).map(Number);
  const running = await startLoadDevices({ devices: devices ?? 10, pointsEach: pointsEach ?? 100 });
  process.stdout.write(`${JSON.stringify({ ports: running.ports })}\n`);
  createInterface({ input: process.stdin }).on('line', (line) => running.hold(line === 'wave' ? null : Number(line)));
  for (const signal of ['SIGINT', 'SIGTERM', 'disconnect'] as const)
    process.once(signal, () => void running.stop().then(() => process.exit(0)));
}
