// What a simulated camera sees: a station yard by day or night with something moving, sensor noise, and its name and time in the corner.
// Drawn from camera, moment and fault alone, so that a recording of a moment shows what was live then.
import type { Picture } from './encode-h264.ts';

export const sceneWidth = 480;
export const sceneHeight = 272;

export type SceneFault = 'none' | 'black' | 'covered' | 'blurred';

/** Columns of 5×7 letters, lowest bit on top. */
const font: Readonly<Record<string, readonly number[]>> = {
  '0': [0x3e, 0x51, 0x49, 0x45, 0x3e],
  '1': [0x00, 0x42, 0x7f, 0x40, 0x00],
  '2': [0x42, 0x61, 0x51, 0x49, 0x46],
  '3': [0x21, 0x41, 0x45, 0x4b, 0x31],
  '4': [0x18, 0x14, 0x12, 0x7f, 0x10],
  '5': [0x27, 0x45, 0x45, 0x45, 0x39],
  '6': [0x3c, 0x4a, 0x49, 0x49, 0x30],
  '7': [0x01, 0x71, 0x09, 0x05, 0x03],
  '8': [0x36, 0x49, 0x49, 0x49, 0x36],
  '9': [0x06, 0x49, 0x49, 0x29, 0x1e],
  '-': [0x08, 0x08, 0x08, 0x08, 0x08],
  ':': [0x00, 0x36, 0x36, 0x00, 0x00],
  '.': [0x00, 0x60, 0x60, 0x00, 0x00],
  A: [0x7e, 0x11, 0x11, 0x11, 0x7e],
  C: [0x3e, 0x41, 0x41, 0x41, 0x22],
  D: [0x7f, 0x41, 0x41, 0x22, 0x1c],
  G: [0x3e, 0x41, 0x49, 0x49, 0x7a],
  L: [0x7f, 0x40, 0x40, 0x40, 0x40],
  M: [0x7f, 0x02, 0x0c, 0x02, 0x7f],
  N: [0x7f, 0x04, 0x08, 0x10, 0x7f],
  P: [0x7f, 0x09, 0x09, 0x09, 0x06],
  R: [0x7f, 0x09, 0x19, 0x29, 0x46],
  S: [0x46, 0x49, 0x49, 0x49, 0x31],
  T: [0x01, 0x01, 0x7f, 0x01, 0x01],
};

class Canvas {
  readonly luma = new Uint8Array(sceneWidth * sceneHeight);
  readonly blue = new Uint8Array((sceneWidth * sceneHeight) / 4).fill(128);
  readonly red = new Uint8Array((sceneWidth * sceneHeight) / 4).fill(128);

  /** Colour as luma, blue and red difference. */
  rectangle(left: number, top: number, width: number, height: number, [luma, blue, red]: readonly [number, number, number]): void {
    this.#fill(left, top, width, height, luma, blue, red, () => true);
  }

  ellipse(centreX: number, centreY: number, radiusX: number, radiusY: number, [luma, blue, red]: readonly [number, number, number]): void {
    this.#fill(
      centreX - radiusX,
      centreY - radiusY,
      2 * radiusX,
      2 * radiusY,
      luma,
      blue,
      red,
      (x, y) => ((x - centreX) / radiusX) ** 2 + ((y - centreY) / radiusY) ** 2 <= 1,
    );
  }

  text(left: number, top: number, text: string): void {
    this.rectangle(left - 4, top - 4, text.length * 12 + 6, 22, [20, 128, 128]);
    [...text].forEach((letter, position) => {
      (font[letter] ?? []).forEach((column, x) => {
        for (let y = 0; y < 7; y += 1)
          if ((column >> y) & 1) this.rectangle(left + position * 12 + x * 2, top + y * 2, 2, 2, [235, 128, 128]);
      });
    });
  }

  #fill(
    left: number,
    top: number,
    width: number,
    height: number,
    luma: number,
    blue: number,
    red: number,
    isIn: (x: number, y: number) => boolean,
  ): void {
    for (let y = Math.max(0, Math.floor(top)); y < Math.min(sceneHeight, top + height); y += 1)
      for (let x = Math.max(0, Math.floor(left)); x < Math.min(sceneWidth, left + width); x += 1) {
        if (!isIn(x, y)) continue;
        this.luma[y * sceneWidth + x] = luma;
        const chroma = (y >> 1) * (sceneWidth / 2) + (x >> 1);
        this.blue[chroma] = blue;
        this.red[chroma] = red;
      }
  }
}

export function drawScene(cameraId: string, atMs: number, stamp: string, fault: SceneFault): Picture {
  const seed = [...cameraId].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) >>> 0, 7);
  if (fault === 'black') return flat(17, 2, seed + atMs);
  if (fault === 'covered') return flat(92, 6, seed + atMs);
  const canvas = new Canvas();
  yard(canvas, seed, atMs);
  if (fault === 'blurred') blur(canvas.luma);
  else addNoise(canvas.luma, seed + atMs);
  if (fault !== 'blurred') {
    canvas.text(14, 14, cameraId);
    canvas.text(sceneWidth - stamp.length * 12 - 14, sceneHeight - 26, stamp);
  }
  return { width: sceneWidth, height: sceneHeight, luma: canvas.luma, blue: canvas.blue, red: canvas.red };
}

function yard(canvas: Canvas, seed: number, atMs: number): void {
  const seconds = atMs / 1_000;
  const horizon = 96 + (seed % 24);
  for (let y = 0; y < horizon; y += 4) canvas.rectangle(0, y, sceneWidth, 4, [168 + y / 3, 140, 118]);
  canvas.ellipse(((seconds * 3 + seed) % (sceneWidth + 160)) - 80, 34, 70, 12, [214, 128, 126]);
  canvas.rectangle(0, horizon, sceneWidth, sceneHeight - horizon, [104, 122, 126]);
  // Paving, fence, a building or a tank, pipes with flanges: enough edges for a sharp picture.
  for (let x = -300; x < sceneWidth; x += 34)
    for (let y = horizon; y < sceneHeight; y += 2) canvas.rectangle(x + (y - horizon) * 1.4, y, 2, 2, [88, 122, 126]);
  for (let x = 0; x < sceneWidth; x += 12) canvas.rectangle(x, horizon - 26, 2, 30, [70, 126, 124]);
  canvas.rectangle(0, horizon - 22, sceneWidth, 2, [70, 126, 124]);
  if (seed % 2 === 0) {
    canvas.rectangle(300, horizon - 52, 130, 86, [150, 118, 140]);
    for (let x = 312; x < 420; x += 28) canvas.rectangle(x, horizon - 36, 16, 20, [60, 134, 122]);
    canvas.rectangle(356, horizon - 4, 22, 38, [58, 118, 138]);
  } else {
    canvas.ellipse(360, horizon - 6, 62, 54, [196, 126, 128]);
    canvas.ellipse(346, horizon - 20, 24, 18, [220, 126, 128]);
    for (const x of [312, 356, 402]) canvas.rectangle(x, horizon + 24, 6, 40, [84, 126, 126]);
  }
  for (const [offset, tone] of [
    [52, 166],
    [84, 172],
    [120, 180],
  ] as const) {
    const top = horizon + offset;
    canvas.rectangle(30, top, 400, 8 + offset / 16, [tone, 84, 150]);
    for (let x = 60 + (seed % 30); x < 420; x += 72) canvas.rectangle(x, top - 5, 7, 20 + offset / 12, [tone - 46, 84, 150]);
  }
  canvas.ellipse(150, horizon + 62, 11, 11, [92, 108, 196]);
  // Somebody on the round.
  const walk = ((seconds * 6 + seed) % (sceneWidth + 60)) - 30;
  canvas.rectangle(walk, horizon + 30, 12, 30, [132, 74, 182]);
  canvas.ellipse(walk + 6, horizon + 23, 7, 8, [206, 90, 160]);
  canvas.rectangle(walk + (Math.floor(seconds * 2) % 2 === 0 ? 1 : 5), horizon + 60, 5, 14, [48, 132, 124]);
}

/** The same each time for the same seed: cheap, and not to be told from sensor noise. */
function addNoise(levels: Uint8Array, seed: number): void {
  let state = seed >>> 0 || 1;
  for (let index = 0; index < levels.length; index += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    levels[index] = Math.max(1, Math.min(254, (levels[index] ?? 0) + (state >>> 29) - 4));
  }
}

function flat(level: number, noise: number, seed: number): Picture {
  const luma = new Uint8Array(sceneWidth * sceneHeight).fill(level);
  if (noise > 0) addNoise(luma, seed);
  const chroma = new Uint8Array((sceneWidth * sceneHeight) / 4).fill(128);
  return { width: sceneWidth, height: sceneHeight, luma, blue: chroma, red: chroma };
}

/** Twice a box of 31 by 31. */
function blur(levels: Uint8Array): void {
  const radius = 15;
  const line = (start: number, step: number, count: number) => {
    const source = Array.from({ length: count }, (_, index) => levels[start + index * step] ?? 0);
    for (let index = 0; index < count; index += 1) {
      let sum = 0;
      for (let offset = -radius; offset <= radius; offset += 1) sum += source[Math.max(0, Math.min(count - 1, index + offset))] ?? 0;
      levels[start + index * step] = Math.round(sum / (2 * radius + 1));
    }
  };
  for (let pass = 0; pass < 2; pass += 1) {
    for (let y = 0; y < sceneHeight; y += 1) line(y * sceneWidth, 1, sceneWidth);
    for (let x = 0; x < sceneWidth; x += 1) line(x, sceneWidth, sceneHeight);
  }
}
