// One sound pattern a priority, as tones for Web Audio: no files. The worse the priority, the faster, the higher and the more often.
import type { AlarmPriority } from '../../domain/alarms/priority.ts';

export interface Tone {
  readonly atMs: number;
  readonly durationMs: number;
  readonly hertz: number;
  /** 0..1 */
  readonly gain: number;
}

export interface SoundPattern {
  readonly tones: readonly Tone[];
  /** From the start of one round to the start of the next. */
  readonly repeatMs: number;
}

export const soundPatterns: Readonly<Record<AlarmPriority, SoundPattern>> = {
  critical: {
    tones: [0, 1, 2, 3, 4, 5].map((step) => ({ atMs: step * 160, durationMs: 140, hertz: step % 2 === 0 ? 988 : 740, gain: 0.5 })),
    repeatMs: 1_600,
  },
  high: {
    tones: [0, 1, 2].map((step) => ({ atMs: step * 280, durationMs: 190, hertz: 784, gain: 0.4 })),
    repeatMs: 3_000,
  },
  medium: {
    tones: [
      { atMs: 0, durationMs: 260, hertz: 587, gain: 0.32 },
      { atMs: 320, durationMs: 260, hertz: 494, gain: 0.32 },
    ],
    repeatMs: 6_000,
  },
  low: { tones: [{ atMs: 0, durationMs: 320, hertz: 440, gain: 0.24 }], repeatMs: 12_000 },
};
