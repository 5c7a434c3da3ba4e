// The text in a label's QR code: which place it is of, and the server's signature over that. Reads and writes it; proving the signature is the server's.

export interface PatrolCode {
  readonly stationId: string;
  readonly placeId: string;
  /** Counts the labels that the place has had: an older one proves nothing. */
  readonly generation: number;
  readonly signature: string;
}

const pattern = /^GATEWATCH1:([A-Z0-9-]{1,40}):([A-Za-z0-9]{1,24}):(\d{1,6}):([A-Za-z0-9_-]{22})$/;

export function codeText({ stationId, placeId, generation, signature }: PatrolCode): string {
  return `GATEWATCH1:${stationId}:${placeId}:${generation}:${signature}`;
}

/** Null where it is no label of a patrol. */
export function readCode(text: string): PatrolCode | null {
  const [, stationId, placeId, generation, signature] = pattern.exec(text.trim()) ?? [];
  if (stationId === undefined || placeId === undefined || generation === undefined || signature === undefined) return null;
  return { stationId, placeId, generation: Number(generation), signature };
}
