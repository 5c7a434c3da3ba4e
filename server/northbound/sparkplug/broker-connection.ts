// The MQTT connection of the edge node: connects with a fresh will each time, tries again with back-off, and says when it is there and when it is lost.
// It knows nothing of Sparkplug but that each connection has a will of its own.
import { readFile } from 'node:fs/promises';
import { connect, type IClientOptions, type MqttClient } from 'mqtt';
import type { SparkplugSettings } from '../../../domain/plant/compile-northbound.ts';
import type { Clock, TimerHandle } from '../../../domain/time/clock.ts';
import { readSecret } from '../read-secret.ts';

export interface BrokerConnectionOptions {
  readonly settings: SparkplugSettings;
  readonly clientId: string;
  readonly clock: Clock;
  /** Asked for at each try to connect. */
  readonly will: () => { readonly topic: string; readonly payload: Buffer };
  readonly subscription: string;
  readonly onConnected: () => void;
  readonly onLost: (reason: string) => void;
  readonly onMessage: (topic: string, payload: Uint8Array) => void;
  readonly random?: () => number;
}

export const keepAliveMs = 20_000;
const firstBackOffMs = 1_000;
const longestBackOffMs = 60_000;
const connectMsMax = 15_000;
const stopMsMax = 1_000;

export class BrokerConnection {
  readonly #options: BrokerConnectionOptions;
  #client: MqttClient | null = null;
  #retry: TimerHandle | null = null;
  #isStopped = false;
  #failuresInARow = 0;

  constructor(options: BrokerConnectionOptions) {
    this.#options = options;
  }

  start(): void {
    void this.#connect();
  }

  /** A broker that hangs does not hold it up. */
  async stop(farewell: { readonly topic: string; readonly payload: Buffer } | null): Promise<void> {
    this.#isStopped = true;
    this.#retry?.cancel();
    const client = this.#client;
    this.#client = null;
    if (client === null) return;
    if (farewell !== null) await settled(client.publishAsync(farewell.topic, farewell.payload, { qos: 0 }));
    await settled(client.endAsync());
  }

  /** Waiting in the socket. */
  get bufferedBytes(): number {
    return this.#client?.stream.writableLength ?? 0;
  }

  /** At most once, as Sparkplug asks; a connection that breaks is told by `onLost`. */
  publish(topic: string, payload: Buffer): void {
    this.#client?.publish(topic, payload, { qos: 0, retain: false }, () => undefined);
  }

  async #connect(): Promise<void> {
    const { settings, clock } = this.#options;
    let client: MqttClient;
    try {
      const options = await this.#clientOptions();
      if (this.#isStopped) return;
      client = connect(settings.broker, options);
    } catch (error) {
      this.#lost((error as Error).message);
      return;
    }
    this.#client = client;
    let reason = 'closed';
    const deadline = clock.after(connectMsMax, () => {
      reason = 'timeout';
      client.end(true);
    });
    client.on('error', (error) => {
      reason = (error as NodeJS.ErrnoException).code?.toString() ?? error.message;
    });
    client.on('message', (topic, payload) => {
      if (client === this.#client) this.#options.onMessage(topic, payload);
    });
    client.once('connect', () => {
      deadline.cancel();
      client.subscribeAsync(this.#options.subscription, { qos: 1 }).then(
        () => {
          if (client !== this.#client) return;
          this.#failuresInARow = 0;
          this.#options.onConnected();
        },
        () => client.end(true),
      );
    });
    client.once('close', () => {
      deadline.cancel();
      client.end(true);
      if (client !== this.#client) return;
      this.#client = null;
      this.#lost(reason);
    });
  }

  async #clientOptions(): Promise<IClientOptions> {
    const { settings, clientId } = this.#options;
    return {
      protocolVersion: 4,
      clientId,
      clean: true,
      keepalive: keepAliveMs / 1_000,
      // Each connection has its own will: the library may not connect again by itself.
      reconnectPeriod: 0,
      connectTimeout: connectMsMax,
      queueQoSZero: false,
      will: { ...this.#options.will(), qos: 1, retain: false },
      ...(settings.user === null ? {} : { username: settings.user.name, password: await readSecret(settings.user.password) }),
      ...(settings.authorityFile === null ? {} : { ca: await readFile(settings.authorityFile) }),
    };
  }

  #lost(reason: string): void {
    if (this.#isStopped) return;
    const ceilingMs = Math.min(longestBackOffMs, firstBackOffMs * 2 ** Math.min(10, this.#failuresInARow));
    this.#failuresInARow += 1;
    const waitMs = ceilingMs / 2 + (this.#options.random ?? Math.random)() * (ceilingMs / 2);
    this.#retry = this.#options.clock.after(waitMs, () => void this.#connect());
    this.#options.onLost(reason);
  }
}

async function settled(work: Promise<unknown>): Promise<void> {
  const late = new Promise<void>((resolve) => setTimeout(resolve, stopMsMax).unref());
  await Promise.race([
    work.then(
      () => undefined,
      () => undefined,
    ),
    late,
  ]);
}
