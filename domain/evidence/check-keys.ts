// The signing keys of a bundle, oldest first: each is what its id says, and each but the first is signed by the one before.
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { DoesNotHold } from './does-not-hold.ts';
import { bytesOfBase64, isSignedBy, type PublicKey, signedBytes } from './signed-head.ts';

/** First 16 digits of the SHA-256 of the public key (SPKI, DER). */
export function keyIdOf(publicKeyBase64: string): string {
  return bytesToHex(sha256(bytesOfBase64(publicKeyBase64))).slice(0, 16);
}

export async function checkKeys(keys: readonly PublicKey[], file: string): Promise<readonly PublicKey[]> {
  let before: PublicKey | null = null;
  for (const key of keys) {
    if (keyIdOf(key.publicKey) !== key.keyId) throw new DoesNotHold(file, `key ${key.keyId} is not the key that its id names`);
    const { previous, ...content } = key;
    if (before !== null) {
      const isSigned =
        previous !== null &&
        previous.keyId === before.keyId &&
        (await isSignedBy(before.publicKey, previous.signature, signedBytes('key', content)));
      if (!isSigned) throw new DoesNotHold(file, `key ${key.keyId} does not follow from key ${before.keyId}`);
    } else if (previous !== null) throw new DoesNotHold(file, `key ${key.keyId} names a key before it that is not there`);
    before = key;
  }
  return keys;
}
