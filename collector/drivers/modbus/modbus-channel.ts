// One connection to a device or gateway, shared by all unit ids behind it: one request in flight, a hard deadline for each, reconnection with back-off.
// It offers reading and nothing else.
import { createRequire } from 'node:module';
import type { ModbusTable } from '../../../domain/plant/modbus-schema.ts';
import type { ModbusDevice } from '../../../domain/plant/plant.ts';
import type { Clock, TimerHandle } from '../../../domain/time/clock.ts';
import type { DriverFailure } from '../driver.ts';
import { FrameLog } from './frame-log.ts';
import { assertReadFrame, type Framing, GuardedPort, type OnFrame, type PortFailure, type TransactionIds } from './guarded-port.ts';

export type ChannelReply =
  | { readonly kind: 'data'; readonly bytes: Buffer }
  /** The device answered with a Modbus exception code. */
  | { readonly kind: 'exception'; readonly code: number }
  | { readonly kind: 'failed'; readonly reason: DriverFailure };

export interface ChannelRequest {
  readonly unitId: number;
  readonly table: ModbusTable;
  readonly address: number;
  readonly count: number;
  readonly timeoutMs: number;
  /** Pause before this request, counted from the end of the one before to the same channel. */
  readonly pauseMs: number;
}

/** The part of modbus-serial's client that reads. The write calls of the library are not in this type, so nothing here can name them. */
interface ReadingClient {
  open(callback: (error?: Error | null) => void): void;
  destroy(callback: () => void): void;
  on(event: 'error', listener: (error: unknown) => void): void;
  writeFC1(unitId: number, address: number, count: number, next: Next): void;
  writeFC2(unitId: number, address: number, count: number, next: Next): void;
  writeFC3(unitId: number, address: number, count: number, next: Next): void;
  writeFC4(unitId: number, address: number, count: number, next: Next): void;
}
type Next = (error: (Error & { modbusCode?: number }) | null, result?: { buffer: Buffer }) => void;

// modbus-serial is CommonJS without typed ports; the type above is all that is used of it.
const require = createRequire(import.meta.url);
const ModbusClient = require('modbus-serial') as { new (port: unknown): ReadingClient };

interface Pending {
  readonly request: ChannelRequest;
  readonly resolve: (reply: ChannelReply) => void;
}

export interface ChannelOptions {
  readonly line: ModbusDevice['line'];
  readonly framing: Framing;
  readonly clock: Clock;
  readonly random: () => number;
  readonly connectTimeoutMs: number;
}

const firstBackOffMs = 500;
const longestBackOffMs = 15_000;

export class ModbusChannel {
  readonly #options: ChannelOptions;
  readonly frames: FrameLog;
  readonly #queue: Pending[] = [];
  readonly #transactionIds: TransactionIds;
  #client: ReadingClient | null = null;
  #state: 'idle' | 'connecting' | 'open' | 'waiting' | 'stopped' = 'idle';
  #inFlight: Pending | null = null;
  #deadline: TimerHandle | null = null;
  #retry: TimerHandle | null = null;
  #failures = 0;
  #lastReason: DriverFailure = 'closed';
  #retryAtMs = 0;
  #readyAtMs = 0;

  constructor(options: ChannelOptions) {
    this.#options = options;
    this.#transactionIds = { next: Math.floor(options.random() * 65_536) };
    this.frames = new FrameLog(options.clock, options.framing);
  }

  /** Milliseconds until the channel tries to connect again; 0 while it is not in back-off. */
  get retryInMs(): number {
    return this.#state === 'waiting' ? Math.max(0, this.#retryAtMs - this.#options.clock.monotonicMs()) : 0;
  }

  /** Settles by the request's deadline at the latest, counted from when it is sent. While the channel is in back-off it settles at once. Never rejects. */
  read(request: ChannelRequest): Promise<ChannelReply> {
    if (this.#state === 'stopped') return Promise.resolve({ kind: 'failed', reason: 'stopped' });
    if (this.#state === 'waiting') return Promise.resolve({ kind: 'failed', reason: this.#lastReason });
    return new Promise((resolve) => {
      this.#queue.push({ request, resolve });
      if (this.#state === 'idle') this.#connect();
      else this.#sendNext();
    });
  }

  /** Drops the connection, and whatever was waited for, and connects again at the next request. */
  reconnect(): void {
    if (this.#state === 'stopped') return;
    this.#retry?.cancel();
    this.#failures = 0;
    this.#state = 'idle';
    this.#end('closed');
  }

  stop(): void {
    this.#state = 'stopped';
    this.#retry?.cancel();
    this.#end('stopped');
  }

  #connect(): void {
    this.#state = 'connecting';
    const { line, framing, connectTimeoutMs } = this.#options;
    const port =
      line.kind === 'tcp'
        ? new GuardedPort({
            host: line.host,
            port: line.port,
            framing,
            connectTimeoutMs,
            transactionIds: this.#transactionIds,
            onFrame: this.frames.note,
          })
        : guardedSerialPort(line.serial, this.frames.note);
    const client = new ModbusClient(port);
    this.#client = client;
    const isCurrent = () => this.#client === client;
    port.on('failure', (reason: PortFailure) => {
      if (isCurrent()) this.#fail(reason);
    });
    client.on('error', () => {
      if (isCurrent()) this.#fail('reset');
    });
    client.open((error) => {
      if (!isCurrent()) return;
      if (error !== undefined && error !== null) {
        this.#fail('unreachable');
        return;
      }
      this.#state = 'open';
      this.#sendNext();
    });
  }

  #sendNext(): void {
    if (this.#state !== 'open' || this.#inFlight !== null || this.#client === null) return;
    const next = this.#queue[0];
    if (next === undefined) return;
    const waitMs = this.#readyAtMs + next.request.pauseMs - this.#options.clock.monotonicMs();
    if (next.request.pauseMs > 0 && waitMs > 0) {
      this.#retry?.cancel();
      this.#retry = this.#options.clock.after(waitMs, () => this.#sendNext());
      return;
    }
    this.#queue.shift();
    this.#inFlight = next;
    const { request } = next;
    this.#deadline = this.#options.clock.after(request.timeoutMs, () => this.#fail('timeout'));
    const answer: Next = (error, result) => this.#answer(next, error, result);
    switch (request.table) {
      case 'coil':
        this.#client.writeFC1(request.unitId, request.address, request.count, answer);
        break;
      case 'discrete':
        this.#client.writeFC2(request.unitId, request.address, request.count, answer);
        break;
      case 'holding':
        this.#client.writeFC3(request.unitId, request.address, request.count, answer);
        break;
      case 'input':
        this.#client.writeFC4(request.unitId, request.address, request.count, answer);
        break;
    }
  }

  #answer(pending: Pending, error: (Error & { modbusCode?: number }) | null, result: { buffer: Buffer } | undefined): void {
    if (this.#inFlight !== pending) return;
    if (error !== null && error !== undefined && error.modbusCode === undefined) {
      this.#fail('protocolViolation');
      return;
    }
    this.#deadline?.cancel();
    this.#inFlight = null;
    this.#failures = 0;
    this.#readyAtMs = this.#options.clock.monotonicMs();
    pending.resolve(
      error?.modbusCode === undefined
        ? { kind: 'data', bytes: result?.buffer ?? Buffer.alloc(0) }
        : { kind: 'exception', code: error.modbusCode },
    );
    this.#sendNext();
  }

  /**
   * Ends the connection. The first time, only who was asked hears of it: the others in the queue are asked over a new connection at once, so that one dead unit
   * behind a gateway is no gap for its neighbours. Again without an answer in between: answers everybody, and waits (with full jitter) before the next try.
   */
  #fail(reason: DriverFailure): void {
    if (this.#state === 'stopped') return;
    const wasOpen = this.#state === 'open';
    this.#lastReason = reason;
    this.#failures += 1;
    if (wasOpen && this.#failures === 1) {
      this.#state = 'idle';
      const others = this.#queue.splice(0);
      this.#end(reason);
      if (others.length === 0) return;
      this.#queue.push(...others);
      this.#connect();
      return;
    }
    this.#state = 'waiting';
    const ceilingMs = Math.min(longestBackOffMs, firstBackOffMs * 2 ** Math.min(10, this.#failures - 1));
    const waitMs = ceilingMs / 2 + this.#options.random() * (ceilingMs / 2);
    this.#retryAtMs = this.#options.clock.monotonicMs() + waitMs;
    this.#retry?.cancel();
    this.#retry = this.#options.clock.after(waitMs, () => {
      if (this.#state === 'waiting') this.#state = 'idle';
    });
    this.#end(reason);
  }

  #end(reason: DriverFailure): void {
    this.#deadline?.cancel();
    const client = this.#client;
    this.#client = null;
    client?.destroy(() => undefined);
    const waiting = this.#inFlight === null ? this.#queue.splice(0) : [this.#inFlight, ...this.#queue.splice(0)];
    this.#inFlight = null;
    for (const pending of waiting) pending.resolve({ kind: 'failed', reason });
  }
}

function guardedSerialPort(
  serial: { path: string; baudRate: number; dataBits: 7 | 8; stopBits: 1 | 2; parity: 'none' | 'even' | 'odd' },
  onFrame: OnFrame,
) {
  const RtuBufferedPort = require('modbus-serial/ports/rtubufferedport') as {
    new (path: string, options: object): NodeJS.EventEmitter & { write(frame: Buffer): void };
  };
  const port = new RtuBufferedPort(serial.path, {
    baudRate: serial.baudRate,
    dataBits: serial.dataBits,
    stopBits: serial.stopBits,
    parity: serial.parity,
  });
  const write = port.write.bind(port);
  port.write = (frame: Buffer) => {
    assertReadFrame(frame);
    onFrame('sent', frame);
    write(frame);
  };
  port.on('data', (frame: Buffer) => onFrame('received', frame));
  return port;
}
