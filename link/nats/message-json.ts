// JSON as it comes over the wire, plain or compressed: null where it makes no sense.
import { inflateSync } from 'node:zlib';

/** More than this is no message of ours, whatever it claims to be. */
const mostInflatedBytes = 256 * 1024 * 1024;

export function inflatedJson(data: Uint8Array): unknown {
  try {
    return JSON.parse(inflateSync(data, { maxOutputLength: mostInflatedBytes }).toString('utf8'));
  } catch {
    return null;
  }
}

export function parseJson(data: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(data).toString('utf8'));
  } catch {
    return null;
  }
}
