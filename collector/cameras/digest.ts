// Sign-in of RTSP by HTTP Digest (RFC 7616, RFC 2617), and by Basic where a camera knows nothing better.
import { createHash, randomBytes } from 'node:crypto';

export interface Credentials {
  readonly name: string;
  readonly password: string;
}

/** The header that answers a challenge; null where the challenge is of no kind known here. */
export function authorizationFor(
  challenges: readonly string[],
  { name, password }: Credentials,
  method: string,
  uri: string,
): string | null {
  const digests = challenges.filter((challenge) => /^Digest /i.test(challenge));
  const strongest =
    digests.find((challenge) => /algorithm="?SHA-256"?(,|\s|$)/i.test(challenge)) ??
    digests.find((challenge) => !/algorithm=/i.test(challenge) || /algorithm="?MD5"?(,|\s|$)/i.test(challenge));
  if (strongest !== undefined) return digest(strongest, { name, password }, method, uri);
  if (challenges.some((challenge) => /^Basic /i.test(challenge))) return `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`;
  return null;
}

function digest(challenge: string, { name, password }: Credentials, method: string, uri: string): string {
  const field = (key: string) => new RegExp(`${key}="([^"]*)"`, 'i').exec(challenge)?.[1] ?? '';
  const algorithm = /SHA-256/i.test(challenge) ? 'sha256' : 'md5';
  const hash = (text: string) => createHash(algorithm).update(text).digest('hex');
  const realm = field('realm');
  const nonce = field('nonce');
  const opaque = field('opaque');
  const first = hash(`${name}:${realm}:${password}`);
  const second = hash(`${method}:${uri}`);
  const common = `Digest username="${name}", realm="${realm}", nonce="${nonce}", uri="${uri}"${algorithm === 'sha256' ? ', algorithm=SHA-256' : ''}${opaque === '' ? '' : `, opaque="${opaque}"`}`;
  if (!/qop="?[^"]*\bauth\b/i.test(challenge)) return `${common}, response="${hash(`${first}:${nonce}:${second}`)}"`;
  const own = randomBytes(8).toString('hex');
  return `${common}, qop=auth, nc=00000001, cnonce="${own}", response="${hash(`${first}:${nonce}:00000001:${own}:auth:${second}`)}"`;
}
