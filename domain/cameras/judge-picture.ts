// Judges one decoded picture: black, covered, blurred, or frozen against those before it. Pure. Rules: domain/cameras/RULES.md.
import type { PictureState } from './camera.ts';

/** Brightness of a small copy of the picture, row by row. */
export interface GrayPicture {
  readonly width: number;
  readonly height: number;
  readonly levels: Uint8Array;
}

export interface PictureLimits {
  readonly blackBelow: number;
  readonly coveredBelow: number;
  readonly blurredBelow: number;
  readonly frozenAfterMs: number;
}

export interface PictureFigures {
  readonly mean: number;
  /** Standard deviation of brightness. */
  readonly contrast: number;
  /** Mean absolute response of the Laplacian: how much fine detail there is. */
  readonly detail: number;
}

/** What is remembered from one look to the next. */
export interface PictureMemory {
  readonly levels: Uint8Array;
  /** Since when every look has been the same picture. */
  readonly sameSinceMs: number;
}

export interface PictureVerdict {
  readonly state: Exclude<PictureState, 'noPicture'>;
  readonly figures: PictureFigures;
  readonly memory: PictureMemory;
}

/** Two looks at a living scene always differ: sensors have noise. Mean difference of levels below which they are the same picture. */
const sameBelow = 0.02;

export function judgePicture(picture: GrayPicture, before: PictureMemory | null, atMs: number, limits: PictureLimits): PictureVerdict {
  const figures = figuresOf(picture);
  const isSame = before !== null && differenceOf(picture.levels, before.levels) < sameBelow;
  const sameSinceMs = isSame ? before.sameSinceMs : atMs;
  const memory = { levels: picture.levels, sameSinceMs };
  return { state: stateOf(figures, atMs - sameSinceMs, limits), figures, memory };
}

function stateOf({ mean, contrast, detail }: PictureFigures, sameForMs: number, limits: PictureLimits): PictureVerdict['state'] {
  if (mean < limits.blackBelow && contrast < limits.coveredBelow) return 'black'; // [CA1]
  if (contrast < limits.coveredBelow) return 'covered'; // [CA2]
  if (sameForMs >= limits.frozenAfterMs) return 'frozen'; // [CA3]
  if (detail < limits.blurredBelow) return 'blurred'; // [CA4]
  return 'good';
}

function figuresOf({ width, height, levels }: GrayPicture): PictureFigures {
  let sum = 0;
  let squares = 0;
  for (const level of levels) {
    sum += level;
    squares += level * level;
  }
  const count = Math.max(1, levels.length);
  const mean = sum / count;
  const at = (index: number) => levels[index] ?? 0;
  let response = 0;
  for (let y = 1; y < height - 1; y += 1)
    for (let x = 1; x < width - 1; x += 1) {
      const index = y * width + x;
      response += Math.abs(4 * at(index) - at(index - 1) - at(index + 1) - at(index - width) - at(index + width));
    }
  return {
    mean,
    contrast: Math.sqrt(Math.max(0, squares / count - mean * mean)),
    detail: response / Math.max(1, (width - 2) * (height - 2)),
  };
}

function differenceOf(one: Uint8Array, other: Uint8Array): number {
  if (one.length !== other.length || one.length === 0) return Number.POSITIVE_INFINITY;
  let sum = 0;
  for (let index = 0; index < one.length; index += 1) sum += Math.abs((one[index] ?? 0) - (other[index] ?? 0));
  return sum / one.length;
}
