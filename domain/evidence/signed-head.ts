// A signed head: what the journal was at a moment, in a few hundred bytes that anybody can keep. Whoever keeps one can show later that lines before it were
// changed or cut. And the keys that sign: each successor is signed by the key before it.
import { z } from 'zod';
import { canonicalJson } from '../journal/canonical-json.ts';

export const hashSchema = z.string().regex(/^[0-9a-f]{64}$/);
const base64Schema = z.base64();

export const signatureSchema = z.strictObject({
  algorithm: z.literal('Ed25519'),
  /** First 16 digits of the SHA-256 of the public key (SPKI, DER). */
  keyId: z.string().regex(/^[0-9a-f]{16}$/),
  signature: base64Schema,
});
export type Signature = z.output<typeof signatureSchema>;

export const headSchema = z.strictObject({
  schema: z.literal(1),
  kind: z.literal('gatewatch.journalHead'),
  companyId: z.string(),
  atMs: z.number(),
  /** Lines of the journal. */
  size: z.int().nonnegative(),
  /** Hash of the last line. */
  headHash: hashSchema,
  /** Merkle root over the lines (RFC 6962). */
  root: hashSchema,
  /** The complete subtrees that the root is made of, largest first: proofs are computed from them. */
  peaks: z.array(hashSchema),
});
export type JournalHead = z.output<typeof headSchema>;

export const signedHeadSchema = z.strictObject({ head: headSchema, by: signatureSchema });
export type SignedHead = z.output<typeof signedHeadSchema>;

export const publicKeySchema = z.strictObject({
  schema: z.literal(1),
  keyId: z.string().regex(/^[0-9a-f]{16}$/),
  /** SPKI, DER, base64. */
  publicKey: base64Schema,
  madeAtMs: z.number(),
  /** The key before it and its signature over the rest of this; null for the first. */
  previous: signatureSchema.nullable(),
});
export type PublicKey = z.output<typeof publicKeySchema>;

/** What a signature is made over: a text that says what it is, so that one is never taken for another. */
export function signedBytes(kind: 'head' | 'key' | 'manifest', content: unknown): Uint8Array {
  const text = typeof content === 'string' ? content : canonicalJson(content);
  return new TextEncoder().encode(`gatewatch.${kind}.v1\n${text}`);
}

export function bytesOfBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

/** By WebCrypto, which browsers and Node both have. */
export async function isSignedBy(publicKey: string, signature: string, content: Uint8Array): Promise<boolean> {
  try {
    const key = await crypto.subtle.importKey('spki', bytesOfBase64(publicKey), { name: 'Ed25519' }, false, ['verify']);
    return await crypto.subtle.verify({ name: 'Ed25519' }, key, bytesOfBase64(signature), Uint8Array.from(content));
  } catch (error) {
    if (error instanceof Error && error.name === 'NotSupportedError') throw error;
    return false;
  }
}
