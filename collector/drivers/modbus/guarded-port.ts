// The socket under modbus-serial, guarded: it lets only read functions out, and lets a reply in only if it answers the one request in flight.
// modbus-serial alone pairs replies by an 8-bit transaction id that wraps, accepts a wrong protocol id and loses its framing after one corrupt length;
// so the transport is ours and the frames are its own. Any violation ends the connection: a late reply can then never be taken for another register.
import { EventEmitter } from 'node:events';
import net from 'node:net';
import { type ExpectedReply, takeRtuReply, takeTcpReply } from './take-reply.ts';

export type Framing = 'tcp' | 'rtu';
export type PortFailure = 'refused' | 'timeout' | 'reset' | 'closed' | 'protocolViolation' | 'unreachable';

const readFunctions: ReadonlySet<number> = new Set([1, 2, 3, 4]);
const mbapLength = 6;

/** Told of every frame on the wire; must not keep the program waiting. */
export type OnFrame = (direction: 'sent' | 'received' | 'refused', bytes: Buffer) => void;

/** Goes on over the connections of one line: a gateway may send a late answer down a newer connection, and its id must not come again soon. */
export interface TransactionIds {
  next: number;
}

/** Thrown when anything but a read is about to reach a device: a defect in this program, never a state of the world. */
export class WriteRefusedError extends Error {}

/** Refuses every request that is not a read (function codes 1 to 4, the specification's fixed 6-byte request). `frame` is unit, PDU, CRC. */
export function assertReadFrame(frame: Buffer): void {
  const functionCode = frame[1] ?? 0;
  if (!readFunctions.has(functionCode) || frame.length !== 8)
    throw new WriteRefusedError(`refused to send Modbus function ${functionCode}: Gatewatch only reads`);
}

/** A port in modbus-serial's sense. Emits `data` (unit, PDU, CRC) for a reply that answers the request in flight, and `failure` once when it ends. */
export class GuardedPort extends EventEmitter {
  /** modbus-serial keys its pending request by these; one request is in flight, so one key serves. The real ids are below. */
  _transactionIdRead = 1;
  _transactionIdWrite = 1;
  readonly #host: string;
  readonly #port: number;
  readonly #framing: Framing;
  readonly #connectTimeoutMs: number;
  readonly #onFrame: OnFrame;
  #socket: net.Socket | null = null;
  #received: Buffer = Buffer.alloc(0);
  #expected: ExpectedReply | null = null;
  readonly #transactionIds: TransactionIds;
  #hasFailed = false;

  constructor(options: {
    host: string;
    port: number;
    framing: Framing;
    connectTimeoutMs: number;
    transactionIds: TransactionIds;
    onFrame?: OnFrame;
  }) {
    super();
    this.#host = options.host;
    this.#port = options.port;
    this.#framing = options.framing;
    this.#connectTimeoutMs = options.connectTimeoutMs;
    this.#onFrame = options.onFrame ?? (() => undefined);
    this.#transactionIds = options.transactionIds;
  }

  get isOpen(): boolean {
    return this.#socket !== null && !this.#socket.destroyed && this.#socket.readyState === 'open';
  }

  open(callback: (error?: Error) => void): void {
    const socket = net.connect({ host: this.#host, port: this.#port, noDelay: true });
    this.#socket = socket;
    const connectTimer = setTimeout(() => this.#fail('timeout'), this.#connectTimeoutMs);
    let isSettled = false;
    const settle = (error?: Error) => {
      if (isSettled) return;
      isSettled = true;
      clearTimeout(connectTimer);
      callback(error);
    };
    socket.once('connect', () => settle());
    socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    socket.on('error', (error: NodeJS.ErrnoException) => {
      this.#fail(failureOf(error.code));
      settle(error);
    });
    socket.on('close', () => {
      this.#fail('closed');
      settle(new Error('closed'));
    });
    socket.on('end', () => this.#fail('closed'));
  }

  /** Called by modbus-serial with unit, PDU and CRC. */
  write(frame: Buffer): void {
    assertReadFrame(frame);
    const socket = this.#socket;
    if (socket === null || socket.destroyed) return;
    const functionCode = frame[1] ?? 0;
    const count = frame.readUInt16BE(4);
    const transactionId = this.#transactionIds.next & 0xffff;
    this.#transactionIds.next = (transactionId + 1) & 0xffff;
    this.#expected = {
      transactionId,
      unitId: frame[0] ?? 0,
      functionCode,
      byteCount: functionCode <= 2 ? Math.ceil(count / 8) : count * 2,
    };
    if (this.#framing === 'rtu') {
      this.#onFrame('sent', frame);
      socket.write(frame);
      return;
    }
    const bytes = Buffer.allocUnsafe(mbapLength + frame.length - 2);
    bytes.writeUInt16BE(transactionId, 0);
    bytes.writeUInt16BE(0, 2);
    bytes.writeUInt16BE(frame.length - 2, 4);
    frame.copy(bytes, mbapLength, 0, frame.length - 2);
    this.#onFrame('sent', bytes);
    socket.write(bytes);
  }

  close(callback?: () => void): void {
    this.destroy();
    callback?.();
  }

  destroy(): void {
    this.#hasFailed = true;
    this.#expected = null;
    this.#socket?.destroy();
  }

  #receive(chunk: Buffer): void {
    if (this.#hasFailed) return;
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    const taken = (this.#framing === 'tcp' ? takeTcpReply : takeRtuReply)(this.#received, this.#expected);
    if (taken.kind === 'wait') return;
    if (taken.kind === 'violation') {
      this.#fail('protocolViolation');
      return;
    }
    this.#onFrame('received', this.#received);
    this.#received = Buffer.alloc(0);
    this.#expected = null;
    this.emit('data', taken.frame);
  }

  #fail(reason: PortFailure): void {
    if (this.#hasFailed) return;
    // What is not an answer is what an engineer wants to see.
    if (reason === 'protocolViolation') this.#onFrame('refused', this.#received);
    this.destroy();
    this.emit('failure', reason);
  }
}

function failureOf(code: string | undefined): PortFailure {
  switch (code) {
    case 'ECONNREFUSED':
      return 'refused';
    case 'ECONNRESET':
    case 'EPIPE':
      return 'reset';
    case 'ETIMEDOUT':
      return 'timeout';
    default:
      return 'unreachable';
  }
}
