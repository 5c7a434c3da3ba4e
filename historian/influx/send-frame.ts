// One frame of lines to the database, whole where it takes them. Where it refuses, halves are tried until the lines at fault stand alone:
// those are handed back to be set aside, everything around them is stored.
import type { InfluxConnection, WriteOutcome } from './influx-connection.ts';

export interface RefusedLine {
  readonly line: string;
  readonly reason: string;
}

export type HeldFrame = Extract<WriteOutcome, { kind: 'held' }>;

export type FrameOutcome =
  /** Every line is stored, or is among `refused`. */
  | { readonly kind: 'settled'; readonly refused: readonly RefusedLine[] }
  /** Nothing is decided; the whole frame is to be sent again, which stores no line twice. */
  | HeldFrame;

/** With nothing stored after this many requests it is the database that is ill, not a line. */
const fruitlessRequestsMax = 32;

/**
 * `isSuspect`: the frame was answered 500 several times over. Some databases answer so to a line that they cannot take, for ever; the frame would then
 * block all others. A line is held to be at fault only where others are stored in the same round and it is answered 500 again after them.
 */
export async function sendFrame(
  connection: Pick<InfluxConnection, 'write'>,
  text: string,
  isSuspect: boolean,
  signal: AbortSignal,
): Promise<FrameOutcome> {
  const first = await connection.write(text, signal);
  if (first.kind === 'stored') return { kind: 'settled', refused: [] };
  if (first.kind === 'held' && !(isSuspect && first.isLineSuspect)) return first;
  const refused: RefusedLine[] = [];
  const suspects: string[] = [];
  const pieces = halves(text.split('\n').filter((line) => line !== ''));
  let requests = 1;
  let hasStored = false;
  for (let lines = pieces.pop(); lines !== undefined; lines = pieces.pop()) {
    const outcome = await connection.write(`${lines.join('\n')}\n`, signal);
    requests += 1;
    if (outcome.kind === 'stored') {
      hasStored = true;
      continue;
    }
    if (outcome.kind === 'held') {
      if (!isSuspect || !outcome.isLineSuspect || (!hasStored && requests >= fruitlessRequestsMax)) return outcome;
    }
    const [only] = lines;
    if (lines.length > 1) pieces.push(...halves(lines));
    else if (only !== undefined && outcome.kind === 'refused') refused.push({ line: only, reason: `${outcome.status} ${outcome.message}` });
    else if (only !== undefined) suspects.push(only);
  }
  for (const line of suspects) {
    const outcome = await connection.write(`${line}\n`, signal);
    if (outcome.kind === 'stored') continue;
    if (outcome.kind === 'held' && !(hasStored && outcome.isLineSuspect)) return outcome;
    refused.push({ line, reason: outcome.message });
  }
  return { kind: 'settled', refused };
}

/** The first half last, so that it is taken first. A single line stays one piece. */
function halves(lines: readonly string[]): string[][] {
  const middle = Math.ceil(lines.length / 2);
  return [lines.slice(middle), lines.slice(0, middle)].filter((half) => half.length > 0);
}
