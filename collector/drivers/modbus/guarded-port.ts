// The socket under modbus-serial, guarded: it lets only read functions out, and lets a reply in only if it answers the one request in flight.
// modbus-serial alone pairs replies by an 8-bit transaction id that wraps, accepts a wrong protocol id and loses its framing after one corrupt length;
// so the transport is ours and the frames are its own. Any violation ends the connection: a late reply can then never be taken for another register.
import { EventEmitter } from 'node:events';
import net from 'node:net';

export type Framing = 'tcp' | 'rtu';
export type PortFailure = 'refused' | 'timeout' | 'reset' | 'closed' | 'protocolViolation' | 'unreachable';

const readFunctions: ReadonlySet<number> = new Set([1, 2, 3, 4]);
const mbapLength = 6;

/** Told of every frame on the wire; must not keep the program waiting. */
export type OnFrame = (direction: 'sent' | 'received' | 'refused', bytes: Buffer) => void;

interface Expected {
  readonly transactionId: number;
  readonly unitId: number;
  readonly functionCode: number;
  readonly byteCount: number;
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
  #expected: Expected | null = null;
  #nextTransactionId: number;
  #hasFailed = false;

  constructor(options: {
    host: string;
    port: number;
    framing: Framing;
    connectTimeoutMs: number;
    firstTransactionId: number;
    onFrame?: OnFrame;
  }) {
    super();
    this.#host = options.host;
    this.#port = options.port;
    this.#framing = options.framing;
    this.#connectTimeoutMs = options.connectTimeoutMs;
    this.#onFrame = options.onFrame ?? (() => undefined);
    this.#nextTransactionId = options.firstTransactionId & 0xffff;
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
    const transactionId = this.#nextTransactionId;
    this.#nextTransactionId = (transactionId + 1) & 0xffff;
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
    if (this.#framing === 'tcp') this.#takeTcpReply();
    else this.#takeRtuReply();
  }

  #takeTcpReply(): void {
    const bytes = this.#received;
    const expected = this.#expected;
    if (expected === null) {
      this.#fail('protocolViolation');
      return;
    }
    if (bytes.length < mbapLength + 2) return;
    const length = bytes.readUInt16BE(4);
    const functionCode = bytes[7] ?? 0;
    const isException = functionCode === (expected.functionCode | 0x80);
    const wantedLength = isException ? 3 : 3 + expected.byteCount;
    if (
      bytes.readUInt16BE(0) !== expected.transactionId ||
      bytes.readUInt16BE(2) !== 0 ||
      bytes[6] !== expected.unitId ||
      (!isException && functionCode !== expected.functionCode) ||
      length !== wantedLength
    ) {
      this.#fail('protocolViolation');
      return;
    }
    if (bytes.length < mbapLength + length) return;
    if (bytes.length > mbapLength + length || (!isException && bytes[8] !== expected.byteCount)) {
      this.#fail('protocolViolation');
      return;
    }
    this.#received = Buffer.alloc(0);
    this.#expected = null;
    this.#onFrame('received', bytes);
    const frame = Buffer.allocUnsafe(length + 2);
    bytes.copy(frame, 0, mbapLength);
    frame.writeUInt16LE(crc16(frame, length), length);
    this.emit('data', frame);
  }

  #takeRtuReply(): void {
    const bytes = this.#received;
    const expected = this.#expected;
    if (expected === null) {
      this.#fail('protocolViolation');
      return;
    }
    if (bytes.length < 2) return;
    const functionCode = bytes[1] ?? 0;
    const isException = functionCode === (expected.functionCode | 0x80);
    if (bytes[0] !== expected.unitId || (!isException && functionCode !== expected.functionCode)) {
      this.#fail('protocolViolation');
      return;
    }
    const wantedLength = isException ? 5 : 5 + expected.byteCount;
    if (bytes.length < wantedLength) return;
    if (bytes.length > wantedLength || (!isException && bytes[2] !== expected.byteCount)) {
      this.#fail('protocolViolation');
      return;
    }
    if (bytes.readUInt16LE(wantedLength - 2) !== crc16(bytes, wantedLength - 2)) {
      this.#fail('protocolViolation');
      return;
    }
    this.#received = Buffer.alloc(0);
    this.#expected = null;
    this.#onFrame('received', bytes);
    this.emit('data', bytes);
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

const crcTable = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >> 1) ^ 0xa001 : crc >> 1;
  return crc;
});

/** CRC-16/MODBUS over the first `length` bytes (MODBUS over Serial Line V1.02, clause 6.2.2). */
export function crc16(bytes: Uint8Array, length: number): number {
  let crc = 0xffff;
  for (let index = 0; index < length; index += 1) crc = (crc >> 8) ^ (crcTable[(crc ^ (bytes[index] ?? 0)) & 0xff] ?? 0);
  return crc;
}
