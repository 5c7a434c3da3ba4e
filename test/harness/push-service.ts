// A push service and a phone, written from the RFCs and sharing no code with the sender: takes messages, checks who signed them (RFC 8292) and reads
// them (RFC 8188, 8291) with the phone's own keys. Answers as the test says: taken, gone, too many, broken, or nothing at all.
import { createDecipheriv, createECDH, createPublicKey, type ECDH, hkdfSync, randomBytes, verify } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

export interface ReceivedPush {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly bodyBytes: number;
  /** What the phone reads. */
  readonly text: string;
  readonly vapid: { readonly audience: string; readonly subject: string; readonly expiresAtSeconds: number; readonly publicKey: string };
}

export type PushAnswer =
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>> }
  /** Takes the message and never answers. */
  | 'hang'
  /** Cuts the connection. */
  | 'reset';

export interface Phone {
  readonly endpoint: string;
  readonly subscription: { readonly endpoint: string; readonly keys: { readonly p256dh: string; readonly auth: string } };
}

export class PushService {
  readonly received: ReceivedPush[] = [];
  /** Messages that could not be read or were not signed as they must. */
  readonly faults: string[] = [];
  readonly #server = createServer((request, response) => void this.#take(request, response));
  readonly #phones = new Map<string, { readonly keys: ECDH; readonly auth: Buffer }>();
  readonly #answers = new Map<string, PushAnswer>();
  readonly #sockets = new Set<Socket>();
  #origin = '';

  static async start(): Promise<PushService> {
    const service = new PushService();
    service.#server.on('connection', (socket) => {
      service.#sockets.add(socket);
      socket.on('close', () => void service.#sockets.delete(socket));
    });
    service.#server.listen(0, '127.0.0.1');
    await once(service.#server, 'listening');
    service.#origin = `http://127.0.0.1:${(service.#server.address() as AddressInfo).port}`;
    return service;
  }

  get origin(): string {
    return this.#origin;
  }

  get openConnections(): number {
    return this.#sockets.size;
  }

  newPhone(): Phone {
    const path = `/push/${randomBytes(9).toString('base64url')}`;
    const keys = createECDH('prime256v1');
    keys.generateKeys();
    const auth = randomBytes(16);
    this.#phones.set(path, { keys, auth });
    const endpoint = `${this.#origin}${path}`;
    return { endpoint, subscription: { endpoint, keys: { p256dh: keys.getPublicKey('base64url'), auth: auth.toString('base64url') } } };
  }

  /** From now on, for this phone; 201 where nothing was said. */
  answer(phone: Phone, answer: PushAnswer): void {
    this.#answers.set(new URL(phone.endpoint).pathname, answer);
  }

  receivedBy(phone: Phone): readonly ReceivedPush[] {
    const { pathname } = new URL(phone.endpoint);
    return this.received.filter(({ path }) => path === pathname);
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const path = request.url ?? '';
    try {
      this.received.push(this.#read(path, request, Buffer.concat(chunks)));
    } catch (error) {
      this.faults.push(`${path}: ${(error as Error).message}`);
      response.writeHead(400).end();
      return;
    }
    const answer = this.#answers.get(path) ?? { status: 201 };
    if (answer === 'hang') return;
    if (answer === 'reset') request.socket.destroy();
    else response.writeHead(answer.status, answer.headers ?? {}).end();
  }

  #read(path: string, request: IncomingMessage, body: Buffer): ReceivedPush {
    const headers: Record<string, string> = {};
    for (const [name, value] of Object.entries(request.headers)) headers[name] = String(value);
    if (request.method !== 'POST') throw new Error(`method ${request.method}`);
    if (headers['content-encoding'] !== 'aes128gcm') throw new Error(`content-encoding ${headers['content-encoding']}`);
    if (!/^\d+$/.test(headers.ttl ?? '')) throw new Error('no TTL');
    if (body.length > 4_096) throw new Error(`${body.length} bytes are more than a push service takes`);
    const phone = this.#phones.get(path);
    if (phone === undefined) throw new Error('no such phone');
    return {
      path,
      headers,
      bodyBytes: body.length,
      text: decrypt(body, phone.keys, phone.auth).toString('utf8'),
      vapid: readVapid(headers.authorization ?? '', this.#origin),
    };
  }
}

/** RFC 8188 with the key of RFC 8291 3.4. One record, as push messages are. */
function decrypt(body: Buffer, keys: ECDH, auth: Buffer): Buffer {
  const salt = body.subarray(0, 16);
  const recordSize = body.readUInt32BE(16);
  const keyLength = body[20] ?? 0;
  const senderKey = body.subarray(21, 21 + keyLength);
  const record = body.subarray(21 + keyLength);
  if (keyLength !== 65 || record.length > recordSize) throw new Error('not one record of a push message');
  const shared = keys.computeSecret(senderKey);
  const keyInfo = Buffer.concat([Buffer.from('WebPush: info\0'), keys.getPublicKey(), senderKey]);
  const input = Buffer.from(hkdfSync('sha256', shared, auth, keyInfo, 32));
  const key = Buffer.from(hkdfSync('sha256', input, salt, 'Content-Encoding: aes128gcm\0', 16));
  const nonce = Buffer.from(hkdfSync('sha256', input, salt, 'Content-Encoding: nonce\0', 12));
  const decipher = createDecipheriv('aes-128-gcm', key, nonce);
  decipher.setAuthTag(record.subarray(-16));
  const plain = Buffer.concat([decipher.update(record.subarray(0, -16)), decipher.final()]);
  const end = plain.lastIndexOf(2);
  if (end === -1 || plain.subarray(end + 1).some((byte) => byte !== 0)) throw new Error('no last-record delimiter');
  return plain.subarray(0, end);
}

/** RFC 8292: an ES256 token for this origin, not expired, for at most a day, signed by the key beside it. */
function readVapid(header: string, origin: string): ReceivedPush['vapid'] {
  const match = /^vapid t=([^,\s]+), ?k=([A-Za-z0-9_-]+)$/.exec(header);
  const [head = '', payload = '', signature = ''] = (match?.[1] ?? '').split('.');
  const publicKey = match?.[2] ?? '';
  const point = Buffer.from(publicKey, 'base64url');
  if (point.length !== 65) throw new Error('no VAPID key');
  const key = createPublicKey({
    format: 'jwk',
    key: { kty: 'EC', crv: 'P-256', x: point.subarray(1, 33).toString('base64url'), y: point.subarray(33).toString('base64url') },
  });
  const isSigned = verify(
    'sha256',
    Buffer.from(`${head}.${payload}`),
    { key, dsaEncoding: 'ieee-p1363' },
    Buffer.from(signature, 'base64url'),
  );
  if (!isSigned) throw new Error('the VAPID signature does not hold');
  const { alg } = JSON.parse(Buffer.from(head, 'base64url').toString('utf8')) as { alg: string };
  const { aud, exp, sub } = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as { aud: string; exp: number; sub: string };
  const nowSeconds = Date.now() / 1_000;
  if (alg !== 'ES256' || aud !== origin) throw new Error(`VAPID token ${alg} for ${aud}`);
  if (exp < nowSeconds || exp > nowSeconds + 86_400) throw new Error(`VAPID token expires at ${exp}`);
  return { audience: aud, subject: sub, expiresAtSeconds: exp, publicKey };
}
