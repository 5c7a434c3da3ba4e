// A small RTSP server (RFC 2326) with Digest sign-in and RTP over the same TCP connection (interleaved): as a camera or a recorder serves its stream.
// Plain node:net: no kept package serves RTSP. It knows what the simulators need: one video track of H.264.
import { createHash, randomBytes } from 'node:crypto';
import net from 'node:net';

export interface StreamSource {
  readonly sequence: Buffer;
  readonly picture: Buffer;
  /** The units of the frame at this moment, in order; a key frame brings its parameter sets. */
  frame(atMs: number, number: number): readonly Buffer[];
}

/** `silent` accepts a connection and never says a word; `noPicture` plays a stream in which nothing comes. */
export type StreamBehaviour = 'normal' | 'silent' | 'refuse' | 'noPicture' | 'wrongPassword' | 'notFound';

export interface RtspPath {
  readonly source: StreamSource;
  readonly user: { readonly name: string; readonly password: string } | null;
  behaviour(): StreamBehaviour;
}

export interface RtspServer {
  readonly port: number;
  /** Requests by method: what a monitor asks of a camera. */
  readonly requests: ReadonlyMap<string, number>;
  stop(): Promise<void>;
}

const framesEveryMs = 200;

export async function startRtspServer(options: {
  readonly host: string;
  readonly port: number;
  /** By the path of the address, without the first slash. */
  pathOf(path: string): RtspPath | null;
  nowMs(): number;
}): Promise<RtspServer> {
  const requests = new Map<string, number>();
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    const connection = new RtspConnection(socket, options, requests);
    socket.on('data', (chunk: Buffer) => connection.take(chunk));
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      sockets.delete(socket);
      connection.stop();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: options.host, port: options.port }, resolve);
  });
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : options.port,
    requests,
    stop: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

interface RtspRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: ReadonlyMap<string, string>;
}

class RtspConnection {
  readonly #socket: net.Socket;
  readonly #options: Parameters<typeof startRtspServer>[0];
  readonly #requests: Map<string, number>;
  readonly #nonce = randomBytes(12).toString('hex');
  readonly #session = randomBytes(6).toString('hex');
  #received = Buffer.alloc(0);
  #timer: NodeJS.Timeout | null = null;
  #sequenceNumber = 0;
  #number = 0;
  /** Where a recording begins to play; null: live. */
  #fromMs: number | null = null;
  #startedAtMs = 0;

  constructor(socket: net.Socket, options: Parameters<typeof startRtspServer>[0], requests: Map<string, number>) {
    this.#socket = socket;
    this.#options = options;
    this.#requests = requests;
  }

  take(chunk: Buffer): void {
    this.#received = Buffer.concat([this.#received, chunk]);
    if (this.#received.length > 65_536) this.#socket.destroy();
    for (;;) {
      // What a player sends on the RTCP channel is passed over.
      if (this.#received[0] === 0x24) {
        const length = this.#received.length >= 4 ? 4 + this.#received.readUInt16BE(2) : Number.POSITIVE_INFINITY;
        if (this.#received.length < length) return;
        this.#received = this.#received.subarray(length);
        continue;
      }
      const end = this.#received.indexOf('\r\n\r\n');
      if (end < 0) return;
      const text = this.#received.toString('latin1', 0, end);
      this.#received = this.#received.subarray(end + 4);
      const request = parseRequest(text);
      if (request !== null) this.#answer(request);
    }
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  #answer(request: RtspRequest): void {
    const { method, url, headers } = request;
    this.#requests.set(method, (this.#requests.get(method) ?? 0) + 1);
    const path = decodeURIComponent(/^rtsp:\/\/[^/]+\/([^?]*)/.exec(url)?.[1] ?? '').replace(/\/(trackID=\d+)?$/, '');
    const known = this.#options.pathOf(path);
    const behaviour = known?.behaviour() ?? 'notFound';
    if (behaviour === 'silent') return;
    if (behaviour === 'refuse') {
      this.#socket.destroy();
      return;
    }
    if (method === 'OPTIONS') {
      this.#reply(headers, 200, 'OK', ['Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN, GET_PARAMETER']);
      return;
    }
    if (known === null || behaviour === 'notFound') {
      this.#reply(headers, 404, 'Not Found');
      return;
    }
    if (known.user !== null && (behaviour === 'wrongPassword' || !this.#isSignedIn(request, known.user))) {
      this.#reply(headers, 401, 'Unauthorized', [`WWW-Authenticate: Digest realm="camera", nonce="${this.#nonce}"`]);
      return;
    }
    this.#serve(request, known.source, behaviour);
  }

  #serve({ method, url, headers }: RtspRequest, source: StreamSource, behaviour: StreamBehaviour): void {
    switch (method) {
      case 'DESCRIBE': {
        const body = description(source);
        this.#reply(headers, 200, 'OK', [`Content-Base: ${url}/`, 'Content-Type: application/sdp', `Content-Length: ${body.length}`], body);
        return;
      }
      case 'SETUP':
        if (!(headers.get('transport') ?? '').includes('RTP/AVP/TCP')) this.#reply(headers, 461, 'Unsupported Transport');
        else this.#reply(headers, 200, 'OK', ['Transport: RTP/AVP/TCP;unicast;interleaved=0-1', `Session: ${this.#session};timeout=60`]);
        return;
      case 'PLAY':
        this.#fromMs = clockOf(headers.get('range'));
        this.#reply(headers, 200, 'OK', [`Session: ${this.#session}`]);
        if (behaviour !== 'noPicture') this.#play(source);
        return;
      case 'TEARDOWN':
        this.stop();
        this.#reply(headers, 200, 'OK');
        return;
      case 'GET_PARAMETER':
        this.#reply(headers, 200, 'OK', [`Session: ${this.#session}`]);
        return;
      default:
        this.#reply(headers, 405, 'Method Not Allowed');
    }
  }

  #play(source: StreamSource): void {
    this.stop();
    this.#startedAtMs = this.#options.nowMs();
    const send = () => {
      if (this.#socket.writableLength > 4_000_000) return; // a viewer that does not read
      const nowMs = this.#options.nowMs();
      const atMs = this.#fromMs === null ? nowMs : this.#fromMs + nowMs - this.#startedAtMs;
      const units = source.frame(atMs, this.#number);
      for (const [index, unit] of units.entries()) this.#sendUnit(unit, Math.floor((atMs * 90) % 2 ** 32), index === units.length - 1);
      this.#number += 1;
    };
    send();
    this.#timer = setInterval(send, framesEveryMs);
    this.#timer.unref();
  }

  /** One unit as RTP packets (RFC 6184): whole, or in fragments (FU-A). */
  #sendUnit(unit: Buffer, timestamp: number, isLast: boolean): void {
    const most = 1_400;
    if (unit.length <= most) {
      this.#sendPacket(unit, timestamp, isLast);
      return;
    }
    const header = unit[0] ?? 0;
    for (let start = 1; start < unit.length; start += most) {
      const part = unit.subarray(start, start + most);
      const isEnd = start + most >= unit.length;
      const marks = (start === 1 ? 0x80 : 0) | (isEnd ? 0x40 : 0) | (header & 0x1f);
      this.#sendPacket(Buffer.concat([Buffer.from([(header & 0xe0) | 28, marks]), part]), timestamp, isLast && isEnd);
    }
  }

  #sendPacket(payload: Buffer, timestamp: number, marker: boolean): void {
    const head = Buffer.alloc(16);
    head[0] = 0x24;
    head.writeUInt16BE(12 + payload.length, 2);
    head[4] = 0x80;
    head[5] = 96 | (marker ? 0x80 : 0);
    head.writeUInt16BE(this.#sequenceNumber & 0xffff, 6);
    head.writeUInt32BE(timestamp, 8);
    head.writeUInt32BE(0x47415445, 12);
    this.#sequenceNumber += 1;
    this.#socket.write(Buffer.concat([head, payload]));
  }

  #isSignedIn({ method, headers }: RtspRequest, user: { readonly name: string; readonly password: string }): boolean {
    const given = headers.get('authorization') ?? '';
    const field = (name: string) => new RegExp(`${name}="([^"]*)"`).exec(given)?.[1] ?? '';
    const hash = (text: string) => createHash('md5').update(text).digest('hex');
    const expected = hash(`${hash(`${user.name}:camera:${user.password}`)}:${this.#nonce}:${hash(`${method}:${field('uri')}`)}`);
    return field('username') === user.name && field('nonce') === this.#nonce && field('response') === expected;
  }

  #reply(headers: ReadonlyMap<string, string>, status: number, reason: string, more: readonly string[] = [], body = ''): void {
    this.#socket.write(
      `RTSP/1.0 ${status} ${reason}\r\nCSeq: ${headers.get('cseq') ?? '0'}\r\n${more.map((line) => `${line}\r\n`).join('')}\r\n${body}`,
    );
  }
}

function parseRequest(text: string): RtspRequest | null {
  const [first = '', ...rest] = text.split('\r\n');
  const match = /^([A-Z_]+) (\S+) RTSP\/1\.0$/.exec(first);
  if (match === null) return null;
  const headers = new Map(
    rest.map((line): [string, string] => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
  );
  return { method: match[1] ?? '', url: match[2] ?? '', headers };
}

/** `Range: clock=20261125T014500.000Z-` (RFC 2326, 3.7), as ONVIF replay asks. */
function clockOf(range: string | undefined): number | null {
  const match = /^clock=(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(?:\.\d+)?Z/.exec(range ?? '');
  if (match === null) return null;
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = match.slice(1).map(Number);
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

function description({ sequence, picture }: StreamSource): string {
  return [
    'v=0',
    'o=- 0 0 IN IP4 0.0.0.0',
    's=camera',
    'c=IN IP4 0.0.0.0',
    't=0 0',
    'm=video 0 RTP/AVP 96',
    'a=rtpmap:96 H264/90000',
    `a=fmtp:96 packetization-mode=1;profile-level-id=42c01e;sprop-parameter-sets=${sequence.toString('base64')},${picture.toString('base64')}`,
    'a=control:trackID=0',
    '',
  ].join('\r\n');
}
