// The token in a link that acknowledges: one occurrence, one person, an end, signed by this server's own key (NO16). Short, because it travels in an SMS.
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { keptSecretBytes } from '../secrets/kept-secret.ts';

export interface AcknowledgeClaim {
  readonly occurrenceId: string;
  readonly username: string;
  readonly expiresAtMs: number;
  /** Of this link alone, hex: the journal's line of the acknowledgement names it, so that it is used once. */
  readonly linkId: string;
}

export type TokenVerdict =
  | { readonly kind: 'valid'; readonly claim: AcknowledgeClaim }
  | { readonly kind: 'expired'; readonly claim: AcknowledgeClaim }
  | { readonly kind: 'invalid' };

const version = 1;
const keyBytes = 32;
const linkIdBytes = 8;
/** HMAC-SHA256 cut to 128 bits (RFC 2104, section 5: not less than half). */
const signatureBytes = 16;
const headBytes = 1 + 16 + 4 + linkIdBytes;
const uuidPattern = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export class AcknowledgeTokens {
  readonly #key: Buffer;

  constructor(key: Buffer) {
    if (key.length !== keyBytes) throw new Error('the key of acknowledge links is not whole');
    this.#key = key;
  }

  /** The key in the data folder, made at the first start, for the server's own user alone. A damaged one is replaced: links given out before are then refused. */
  static async open(dataDir: string): Promise<AcknowledgeTokens> {
    const file = path.join(dataDir, 'acknowledge-link.key');
    const kept = () => keptSecretBytes(file, () => randomBytes(keyBytes));
    const found = await kept().catch(() => null);
    if (found?.length === keyBytes) return new AcknowledgeTokens(found);
    await rm(file, { force: true });
    return new AcknowledgeTokens(await kept());
  }

  /** Null where the occurrence is not a UUID. */
  issue(occurrenceId: string, username: string, expiresAtMs: number): string | null {
    if (!uuidPattern.test(occurrenceId)) return null;
    const head = Buffer.alloc(headBytes);
    head.writeUInt8(version, 0);
    head.write(occurrenceId.replaceAll('-', ''), 1, 'hex');
    head.writeUInt32BE(Math.floor(expiresAtMs / 1_000), 17);
    randomBytes(linkIdBytes).copy(head, 21);
    const content = Buffer.concat([head, Buffer.from(username, 'utf8')]);
    return Buffer.concat([content, this.#sign(content)]).toString('base64url');
  }

  verify(token: string, nowMs: number): TokenVerdict {
    if (!/^[A-Za-z0-9_-]{40,400}$/.test(token)) return { kind: 'invalid' };
    const bytes = Buffer.from(token, 'base64url');
    // One spelling a token: the last letter's spare bits must be what they were.
    if (bytes.toString('base64url') !== token || bytes.length <= headBytes + signatureBytes) return { kind: 'invalid' };
    const content = bytes.subarray(0, -signatureBytes);
    if (!timingSafeEqual(this.#sign(content), bytes.subarray(-signatureBytes)) || content.readUInt8(0) !== version)
      return { kind: 'invalid' };
    const hex = content.subarray(1, 17).toString('hex');
    const claim: AcknowledgeClaim = {
      occurrenceId: [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-'),
      username: content.subarray(headBytes).toString('utf8'),
      expiresAtMs: content.readUInt32BE(17) * 1_000,
      linkId: content.subarray(21, headBytes).toString('hex'),
    };
    return { kind: claim.expiresAtMs <= nowMs ? 'expired' : 'valid', claim };
  }

  #sign(content: Buffer): Buffer {
    return createHmac('sha256', this.#key).update('gatewatch acknowledge link').update(content).digest().subarray(0, signatureBytes);
  }
}
