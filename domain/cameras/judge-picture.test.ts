// What a picture is judged to be, by its levels alone. Rules: domain/cameras/RULES.md.
import { expect, test } from 'vitest';
import { judgePicture, type PictureLimits } from './judge-picture.ts';

const limits: PictureLimits = { blackBelow: 24, coveredBelow: 9, blurredBelow: 2.2, frozenAfterMs: 60_000 };
const width = 32;
const height = 18;
const picture = (level: (x: number, y: number) => number) => ({
  width,
  height,
  levels: Uint8Array.from({ length: width * height }, (_, index) => level(index % width, Math.floor(index / width))),
});
const checks = picture((x, y) => ((x + y) % 2 === 0 ? 60 : 180));
const otherChecks = picture((x, y) => ((x + y) % 2 === 0 ? 61 : 180));

test('[CA1] dark and without contrast is black; dark with a lamp in it is not', () => {
  expect(
    judgePicture(
      picture(() => 17),
      null,
      0,
      limits,
    ).state,
  ).toBe('black');
  expect(
    judgePicture(
      picture((x, y) => (x > 26 && y > 12 ? 220 : ((x * 7 + y) % 5) * 3 + 4)),
      null,
      0,
      limits,
    ).state,
  ).toBe('good');
});

test('[CA2] without contrast at any brightness is covered', () => {
  for (const level of [40, 120, 250])
    expect(
      judgePicture(
        picture(() => level),
        null,
        0,
        limits,
      ).state,
    ).toBe('covered');
});

test('[CA3] the same picture for the time of the plant file is frozen; one that changed in between begins anew', () => {
  const first = judgePicture(checks, null, 0, limits);
  expect(first.state).toBe('good');
  const later = judgePicture(checks, first.memory, 59_999, limits);
  expect(later.state).toBe('good');
  expect(judgePicture(checks, later.memory, 60_000, limits).state).toBe('frozen');
  const changed = judgePicture(otherChecks, later.memory, 60_000, limits);
  expect(changed.state).toBe('good');
  expect(judgePicture(otherChecks, changed.memory, 119_999, limits).state).toBe('good');
});

test('[CA4] contrast without fine detail is blurred', () => {
  expect(
    judgePicture(
      picture((x) => 40 + x * 5),
      null,
      0,
      limits,
    ).state,
  ).toBe('blurred');
});
