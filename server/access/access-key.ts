// The server's own key for what it must keep secret and read again (secrets of second factors, the state of a sign-in under way) and for marks that it must
// recognise. Made at the first start and kept in the data folder, readable by the server's user only.
import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';
import path from 'node:path';
import { keptSecret } from '../secrets/kept-secret.ts';

export const accessKeyFileName = 'access.key';
const keyBytes = 32;

export class AccessKey {
  readonly #sealing: Buffer;
  readonly #marking: Buffer;

  constructor(secret: Buffer) {
    const derive = (purpose: string) => Buffer.from(hkdfSync('sha256', secret, '', `gatewatch ${purpose}`, keyBytes));
    this.#sealing = derive('sealing');
    this.#marking = derive('marking');
  }

  /** AES-256-GCM; `purpose` and whose it is are bound in: what was sealed for one opens for no other. */
  seal(text: string, purpose: string): string {
    const nonce = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', this.#sealing, nonce).setAAD(Buffer.from(purpose));
    const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64url');
  }

  /** Null where it was not sealed with this key for this purpose. */
  open(sealed: string, purpose: string): string | null {
    const bytes = Buffer.from(sealed, 'base64url');
    if (bytes.length < 28) return null;
    try {
      const decipher = createDecipheriv('aes-256-gcm', this.#sealing, bytes.subarray(0, 12)).setAAD(Buffer.from(purpose));
      decipher.setAuthTag(bytes.subarray(12, 28));
      return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString('utf8');
    } catch {
      return null;
    }
  }

  /** Of a browser in which this person has signed in: lets him past the delay that guessing from elsewhere causes. Proves nothing else. */
  deviceMark(username: string): string {
    const device = randomBytes(16).toString('base64url');
    return `${Buffer.from(username).toString('base64url')}.${device}.${this.#mac(username, device)}`;
  }

  /** Whose browser it is, and its name; null where the mark is not of this server. */
  readDeviceMark(mark: string): { readonly username: string; readonly device: string } | null {
    const [name = '', device = '', mac = ''] = mark.split('.');
    const username = Buffer.from(name, 'base64url').toString('utf8');
    const expected = Buffer.from(this.#mac(username, device));
    const given = Buffer.from(mac);
    return given.length === expected.length && timingSafeEqual(given, expected) ? { username, device } : null;
  }

  #mac(username: string, device: string): string {
    return createHmac('sha256', this.#marking).update(`${username}\n${device}`).digest('base64url');
  }
}

/** Throws where the file is there and cannot be used: it is never overwritten, because second factors depend on it. */
export async function openAccessKey(dataDir: string): Promise<AccessKey> {
  const file = path.join(dataDir, accessKeyFileName);
  const text = await keptSecret(file, () => `${randomBytes(keyBytes).toString('base64url')}\n`);
  const secret = Buffer.from(text.trim(), 'base64url');
  if (secret.length !== keyBytes)
    throw new Error(
      `${file} does not hold a key of Gatewatch: put back the file of the backup, or remove it and reset every second factor`,
    );
  return new AccessKey(secret);
}
