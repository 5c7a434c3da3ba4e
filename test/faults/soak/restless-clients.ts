// People's pages that come and go all the time, some without saying so: closed, cut, frozen on the way, silent in the middle of a request.
import net from 'node:net';
import { setTimeout as pass } from 'node:timers/promises';
import type { Random } from '../../../simulators/process/random.ts';
import { startFrozenWire } from '../../harness/frozen-wire.ts';
import type { GatewatchClient, LiveSocket } from '../../harness/gatewatch-client.ts';
import type { CountingDevice } from './counting-devices.ts';

const kinds = ['leaves', 'cut', 'frozen', 'silent', 'looksBack'] as const;

export class RestlessClients {
  readonly #client: GatewatchClient;
  readonly #devices: readonly CountingDevice[];
  readonly #random: Random;
  readonly #present = new Set<Promise<void>>();
  readonly came: Record<(typeof kinds)[number], number> = { leaves: 0, cut: 0, frozen: 0, silent: 0, looksBack: 0 };
  /** Requests for history that were not answered with 200. */
  unanswered = 0;
  batches = 0;

  constructor(client: GatewatchClient, devices: readonly CountingDevice[], random: Random) {
    this.#client = client;
    this.#devices = devices;
    this.#random = random;
  }

  /** One more, who stays for at most `longestMs`. */
  come(longestMs: number): void {
    const kind = kinds[Math.floor(this.#random() * kinds.length)] as (typeof kinds)[number];
    this.came[kind] += 1;
    const stay = this.#stay(kind, 500 + this.#random() * longestMs).finally(() => this.#present.delete(stay));
    this.#present.add(stay);
  }

  async allGone(): Promise<void> {
    await Promise.all(this.#present);
  }

  async #stay(kind: (typeof kinds)[number], forMs: number): Promise<void> {
    const address = new URL(this.#client.address);
    const target = { host: address.hostname, port: Number(address.port) };
    if (kind === 'looksBack') return this.#lookBack();
    if (kind === 'silent') {
      const socket = net.connect(target, () => socket.write(`GET /api/points HTTP/1.1\r\nhost: ${address.host}\r\ncookie: `));
      socket.on('error', () => undefined);
      await pass(forMs);
      socket.destroy();
      return;
    }
    const wire = kind === 'leaves' ? null : await startFrozenWire(target);
    const socket = this.#client.listen(undefined, wire === null ? undefined : `http://127.0.0.1:${wire.port}`);
    this.#watch(socket);
    await pass(forMs);
    if (kind === 'cut') wire?.cut();
    if (kind === 'frozen') {
      wire?.freeze();
      await pass(forMs);
    }
    socket.close();
    await wire?.stop();
  }

  #watch(socket: LiveSocket): void {
    const device = this.#devices[Math.floor(this.#random() * this.#devices.length)] as CountingDevice;
    const points = ['XQ-100', device.togglingTag(0), device.waveTag(0), device.waveTag(1)].map((tag) => `${device.stationId}.${tag}`);
    socket.on('readings', () => {
      this.batches += 1;
    });
    socket.on('connect', () => socket.emit('subscribe', { points }));
  }

  async #lookBack(): Promise<void> {
    const device = this.#devices[Math.floor(this.#random() * this.#devices.length)] as CountingDevice;
    const nowMs = Date.now();
    const question = `/api/readings?point=${device.stationId}.${device.waveTag(0)}&from=${nowMs - 3_600_000}&to=${nowMs}&buckets=500`;
    const answer = await this.#client.ask('GET', question).catch(() => null);
    if (answer?.status !== 200) this.unanswered += 1;
  }
}
