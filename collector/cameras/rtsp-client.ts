// Looks at a stream as a person's player would: connect, OPTIONS, DESCRIBE, SETUP, PLAY, first key frame, TEARDOWN (RFC 2326, RTP interleaved in the same
// connection). It plays and leaves; it has no call that changes anything at the camera. Whatever hangs ends at the deadline.
import net from 'node:net';
import type { ProbeFailure } from '../../domain/cameras/camera.ts';
import type { Clock } from '../../domain/time/clock.ts';
import { authorizationFor, type Credentials } from './digest.ts';
import { type KeyFrame, KeyFrameCollector, type VideoCodec } from './key-frame.ts';

export interface LookOptions {
  readonly url: string;
  readonly credentials: Credentials | null;
  /** For all of it. */
  readonly timeoutMs: number;
  readonly clock: Clock;
  /** A moment of a recording; absent: live. */
  readonly recordedAtMs?: number;
  readonly signal?: AbortSignal;
}

export type StreamLook =
  | { readonly kind: 'keyFrame'; readonly frame: KeyFrame; readonly tookMs: number }
  /** It answers and plays, but no picture came. */
  | { readonly kind: 'noPicture'; readonly tookMs: number }
  | { readonly kind: 'failed'; readonly reason: ProbeFailure; readonly detail: string; readonly tookMs: number };

const longestHead = 32_768;

export function lookAtStream(options: LookOptions): Promise<StreamLook> {
  return new StreamVisit(options).run();
}

class Ended extends Error {
  readonly reason: ProbeFailure;

  constructor(reason: ProbeFailure, detail: string) {
    super(detail);
    this.reason = reason;
  }
}

interface Reply {
  readonly status: number;
  readonly headers: ReadonlyMap<string, readonly string[]>;
  readonly body: string;
}

interface Track {
  readonly control: string;
  readonly codec: VideoCodec;
  readonly parameterSets: readonly Buffer[];
}

class StreamVisit {
  readonly #options: LookOptions;
  readonly #startMs: number;
  readonly #socket = new net.Socket();
  #received: Buffer = Buffer.alloc(0);
  #sequence = 0;
  #session = '';
  #challenges: readonly string[] = [];
  #waiting: { resolve(reply: Reply): void; reject(error: Error): void } | null = null;
  #frames: KeyFrameCollector | null = null;
  #channel = 0;
  #onFrame: ((frame: KeyFrame) => void) | null = null;
  #isPlaying = false;
  #fail: (error: Error) => void = () => undefined;

  constructor(options: LookOptions) {
    this.#options = options;
    this.#startMs = options.clock.monotonicMs();
  }

  async run(): Promise<StreamLook> {
    const { clock, timeoutMs, signal } = this.#options;
    const ended = new Promise<never>((_, reject) => {
      this.#fail = reject;
    });
    const timer = clock.after(timeoutMs, () =>
      this.#fail(new Ended('timeout', this.#isPlaying ? 'no key frame came' : 'no answer in time')),
    );
    const onAbort = () => this.#fail(new Ended('closed', 'stopped'));
    signal?.addEventListener('abort', onAbort, { once: true });
    this.#socket.on('data', (chunk: Buffer) => this.#take(chunk));
    this.#socket.on('error', (error: NodeJS.ErrnoException) => this.#fail(new Ended(failureOf(error), error.code ?? error.message)));
    this.#socket.on('close', () => this.#fail(new Ended('closed', 'the camera closed the connection')));
    try {
      const frame = await Promise.race([ended, this.#visit()]);
      return { kind: 'keyFrame', frame, tookMs: this.#tookMs() };
    } catch (error) {
      if (!(error instanceof Ended))
        return { kind: 'failed', reason: 'protocolViolation', detail: (error as Error).message, tookMs: this.#tookMs() };
      if (error.reason === 'timeout' && this.#isPlaying) return { kind: 'noPicture', tookMs: this.#tookMs() };
      return { kind: 'failed', reason: error.reason, detail: error.message, tookMs: this.#tookMs() };
    } finally {
      timer.cancel();
      signal?.removeEventListener('abort', onAbort);
      this.#waiting = null;
      this.#onFrame = null;
      this.#leave();
    }
  }

  #tookMs(): number {
    return Math.round(this.#options.clock.monotonicMs() - this.#startMs);
  }

  async #visit(): Promise<KeyFrame> {
    const { url, recordedAtMs } = this.#options;
    const target = new URL(url);
    await new Promise<void>((resolve) => {
      this.#socket.connect(
        { host: target.hostname.replace(/^\[|\]$/g, ''), port: target.port === '' ? 554 : Number(target.port) },
        resolve,
      );
    });
    await this.#ask('OPTIONS', url);
    const described = await this.#askSignedIn('DESCRIBE', url, ['Accept: application/sdp']);
    const base = described.headers.get('content-base')?.[0] ?? url;
    const track = videoTrack(described.body);
    if (track === null) throw new Ended('protocolViolation', 'the description names no H.264 or H.265 video');
    const control = /^rtsp:\/\//.test(track.control) ? track.control : `${base.replace(/\/?$/, '/')}${track.control}`;
    const setUp = await this.#askSignedIn('SETUP', control, [
      'Transport: RTP/AVP/TCP;unicast;interleaved=0-1',
      ...(recordedAtMs === undefined ? [] : ['Require: onvif-replay']),
    ]);
    this.#session = (setUp.headers.get('session')?.[0] ?? '').split(';')[0] ?? '';
    this.#channel = Number(/interleaved=(\d+)/.exec(setUp.headers.get('transport')?.[0] ?? '')?.[1] ?? 0);
    this.#frames = new KeyFrameCollector(track.codec, track.parameterSets);
    const frame = new Promise<KeyFrame>((resolve) => {
      this.#onFrame = resolve;
    });
    await this.#askSignedIn('PLAY', base, [
      recordedAtMs === undefined ? 'Range: npt=0.000-' : `Range: clock=${clockTime(recordedAtMs)}-`,
      ...(recordedAtMs === undefined ? [] : ['Require: onvif-replay', 'Rate-Control: no']),
    ]);
    this.#isPlaying = true;
    return frame;
  }

  async #askSignedIn(method: string, uri: string, headers: readonly string[] = []): Promise<Reply> {
    const { credentials } = this.#options;
    const signed = () => {
      const authorization = credentials === null ? null : authorizationFor(this.#challenges, credentials, method, uri);
      return authorization === null ? headers : [...headers, `Authorization: ${authorization}`];
    };
    let reply = await this.#ask(method, uri, signed());
    if (reply.status === 401 && credentials !== null) {
      this.#challenges = reply.headers.get('www-authenticate') ?? [];
      reply = await this.#ask(method, uri, signed());
    }
    if (reply.status === 401 || reply.status === 403) throw new Ended('signInRejected', `${method} ${reply.status}`);
    if (reply.status !== 200) throw new Ended('protocolViolation', `${method} ${reply.status}`);
    return reply;
  }

  #ask(method: string, uri: string, headers: readonly string[] = []): Promise<Reply> {
    this.#sequence += 1;
    const session = this.#session === '' ? [] : [`Session: ${this.#session}`];
    const lines = [`${method} ${uri} RTSP/1.0`, `CSeq: ${this.#sequence}`, 'User-Agent: Gatewatch', ...session, ...headers];
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#socket.write(`${lines.join('\r\n')}\r\n\r\n`);
    });
  }

  #take(chunk: Buffer): void {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    try {
      while (this.#takeOne());
    } catch (error) {
      this.#fail(error as Error);
    }
  }

  /** One interleaved packet or one reply; false where it is not whole yet. */
  #takeOne(): boolean {
    const received = this.#received;
    if (received[0] === 0x24) {
      if (received.length < 4 || received.length < 4 + received.readUInt16BE(2)) return false;
      const end = 4 + received.readUInt16BE(2);
      this.#received = received.subarray(end);
      if (received[1] !== this.#channel) return true;
      const frame = this.#frames?.take(received.subarray(4, end)) ?? null;
      if (frame !== null) this.#onFrame?.(frame);
      return true;
    }
    const headEnd = received.indexOf('\r\n\r\n');
    if (headEnd < 0) {
      if (received.length > longestHead) throw new Ended('protocolViolation', 'no end of the reply');
      return false;
    }
    const [first = '', ...lines] = received.toString('latin1', 0, headEnd).split('\r\n');
    const status = /^RTSP\/1\.\d (\d{3})/.exec(first)?.[1];
    if (status === undefined) throw new Ended('protocolViolation', 'it does not speak RTSP');
    const headers = Map.groupBy(
      lines.map((line) => ({ name: line.slice(0, line.indexOf(':')).toLowerCase(), value: line.slice(line.indexOf(':') + 1).trim() })),
      ({ name }) => name,
    );
    const length = Number(headers.get('content-length')?.[0]?.value ?? 0);
    if (!(length >= 0 && length <= longestHead)) throw new Ended('protocolViolation', 'the reply is too long');
    if (received.length < headEnd + 4 + length) return false;
    const body = received.toString('utf8', headEnd + 4, headEnd + 4 + length);
    this.#received = received.subarray(headEnd + 4 + length);
    const waiting = this.#waiting;
    this.#waiting = null;
    waiting?.resolve({
      status: Number(status),
      headers: new Map([...headers].map(([name, all]): [string, string[]] => [name, all.map(({ value }) => value)])),
      body,
    });
    return true;
  }

  /** A camera has few places: it is told that this one is free again. */
  #leave(): void {
    const { url } = this.#options;
    this.#socket.removeAllListeners('data');
    this.#socket.on('data', () => undefined);
    if (this.#session === '' || this.#socket.destroyed) {
      this.#socket.destroy();
      return;
    }
    this.#sequence += 1;
    const authorization =
      this.#options.credentials === null ? null : authorizationFor(this.#challenges, this.#options.credentials, 'TEARDOWN', url);
    const lines = [`TEARDOWN ${url} RTSP/1.0`, `CSeq: ${this.#sequence}`, `Session: ${this.#session}`];
    if (authorization !== null) lines.push(`Authorization: ${authorization}`);
    this.#socket.end(`${lines.join('\r\n')}\r\n\r\n`, () => this.#socket.destroy());
    this.#options.clock.after(1_000, () => this.#socket.destroy());
  }
}

function failureOf({ code }: NodeJS.ErrnoException): ProbeFailure {
  if (code === 'ECONNREFUSED') return 'refused';
  if (code === 'ECONNRESET' || code === 'EPIPE') return 'reset';
  if (code === 'ETIMEDOUT') return 'timeout';
  return 'unreachable';
}

/** RFC 2326, 3.7. */
function clockTime(atMs: number): string {
  return new Date(atMs).toISOString().replace(/[-:]/g, '');
}

/** The first video of a description (RFC 8866) that can be decoded. */
function videoTrack(text: string): Track | null {
  const video = text.split(/\r?\n(?=m=)/).find((part) => part.startsWith('m=video'));
  if (video === undefined) return null;
  const attribute = (name: string) => new RegExp(`^a=${name}:(.*)$`, 'm').exec(video)?.[1]?.trim() ?? '';
  const encoding = /\s(H264|H265)\//i.exec(attribute('rtpmap'))?.[1]?.toUpperCase();
  if (encoding === undefined) return null;
  const format = attribute('fmtp');
  const sets = (key: string) =>
    (new RegExp(`${key}=([^;\\s]+)`).exec(format)?.[1] ?? '')
      .split(',')
      .filter((part) => part !== '')
      .map((part) => Buffer.from(part, 'base64'));
  return {
    control: attribute('control'),
    codec: encoding === 'H264' ? 'h264' : 'hevc',
    parameterSets: encoding === 'H264' ? sets('sprop-parameter-sets') : [...sets('sprop-vps'), ...sets('sprop-sps'), ...sets('sprop-pps')],
  };
}
