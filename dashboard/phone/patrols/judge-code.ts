// What a code that the phone has read is worth for a round, as far as the phone can know without the server: which point it is of, and whether it is the
// label that hangs there now, by its digest.
import type { WalkablePatrol } from '../../../domain/api/patrol-api.ts';
import { readCode } from '../../../domain/patrols/code-text.ts';

export type CodeVerdict =
  | { readonly kind: 'point'; readonly placeId: string }
  | { readonly kind: 'foreign' }
  | { readonly kind: 'otherStation'; readonly stationId: string }
  | { readonly kind: 'otherPlace' }
  /** Of this point, and not the label that counts. */
  | { readonly kind: 'worthless'; readonly placeId: string };

export async function judgeCode(text: string, patrol: WalkablePatrol): Promise<CodeVerdict> {
  const code = readCode(text);
  if (code === null) return { kind: 'foreign' };
  if (code.stationId !== patrol.stationId) return { kind: 'otherStation', stationId: code.stationId };
  const { placeId } = code;
  if (!patrol.points.some((point) => point.placeId === placeId)) return { kind: 'otherPlace' };
  const expected = patrol.labelDigests[placeId];
  const found = await sha256(text.trim());
  // Without the browser's own hash (no secure context) only the server can tell.
  return found === null || expected === undefined || found === expected ? { kind: 'point', placeId } : { kind: 'worthless', placeId };
}

async function sha256(text: string): Promise<string | null> {
  const subtle: SubtleCrypto | undefined = globalThis.crypto.subtle;
  if (subtle === undefined) return null;
  const bytes = new Uint8Array(await subtle.digest('SHA-256', new TextEncoder().encode(text)));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
