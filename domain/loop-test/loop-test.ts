// A loop test and what may happen to it, by the numbered rules of RULES.md. Pure.
import { z } from 'zod';

export const loopPercents = [0, 25, 50, 75, 100] as const;
export type LoopPercent = (typeof loopPercents)[number];
export const loopPhases = ['asFound', 'asLeft'] as const;
export type LoopPhase = (typeof loopPhases)[number];
export const loopResults = ['passed', 'failed', 'abandoned'] as const;

const percentSchema = z.union([z.literal(0), z.literal(25), z.literal(50), z.literal(75), z.literal(100)]);

export const loopReadingSchema = z.object({
  atMs: z.number(),
  /** Registers as they came; null where it is not Modbus. */
  words: z.array(z.int()).nullable(),
  raw: z.number(),
  value: z.number(),
});
export type LoopReading = z.output<typeof loopReadingSchema>;

export const loopStepSchema = loopReadingSchema.extend({
  phase: z.enum(loopPhases),
  percent: percentSchema,
  expected: z.number(),
  /** Of the range. */
  errorPercent: z.number(),
  isWithin: z.boolean(),
  by: z.string(),
});
export type LoopStep = z.output<typeof loopStepSchema>;

export const loopTestSchema = z.object({
  id: z.string(),
  version: z.int(),
  pointId: z.string(),
  stationId: z.string(),
  unit: z.string(),
  digits: z.int(),
  range: z.object({ min: z.number(), max: z.number() }),
  tolerancePercent: z.number(),
  /** What the signal is set with: calibrator and its number. */
  reference: z.string(),
  startedBy: z.string(),
  startedAtMs: z.number(),
  /** In the order of measuring; one for each phase and percent. */
  steps: z.array(loopStepSchema),
  finished: z.object({ atMs: z.number(), by: z.string(), result: z.enum(loopResults), comment: z.string() }).nullable(),
});
export type LoopTest = z.output<typeof loopTestSchema>;

export type LoopEvent =
  | {
      readonly kind: 'measure';
      readonly phase: LoopPhase;
      readonly percent: LoopPercent;
      readonly reading: LoopReading;
      readonly by: string;
    }
  | { readonly kind: 'finish'; readonly comment: string; readonly by: string; readonly atMs: number }
  | { readonly kind: 'abandon'; readonly comment: string; readonly by: string; readonly atMs: number };

export type LoopRefusal = 'finished' | 'incomplete';
export type LoopTransition =
  | { readonly kind: 'changed'; readonly test: LoopTest }
  | { readonly kind: 'refused'; readonly reason: LoopRefusal };

export function applyLoopEvent(test: LoopTest, event: LoopEvent): LoopTransition {
  if (test.finished !== null) return { kind: 'refused', reason: 'finished' };
  const version = test.version + 1;
  switch (event.kind) {
    case 'measure':
      return { kind: 'changed', test: { ...test, version, steps: withStep(test, event) } };
    case 'abandon':
      return changedEnd(test, event, 'abandoned');
    case 'finish': {
      const result = resultOf(test);
      return result === null ? { kind: 'refused', reason: 'incomplete' } : changedEnd(test, event, result);
    }
  }
}

function changedEnd(
  test: LoopTest,
  { by, atMs, comment }: { readonly by: string; readonly atMs: number; readonly comment: string },
  result: (typeof loopResults)[number],
): LoopTransition {
  return { kind: 'changed', test: { ...test, version: test.version + 1, finished: { atMs, by, result, comment } } };
}

/** What the signal means in the unit of the point. */
export function expectedAt(range: LoopTest['range'], percent: number): number {
  return range.min + ((range.max - range.min) * percent) / 100;
}

function withStep(test: LoopTest, event: Extract<LoopEvent, { kind: 'measure' }>): LoopStep[] {
  const { phase, percent, reading, by } = event;
  const expected = expectedAt(test.range, percent);
  const errorPercent = ((reading.value - expected) / (test.range.max - test.range.min)) * 100;
  const step: LoopStep = {
    ...reading,
    phase,
    percent,
    expected,
    errorPercent,
    // Of a binary fraction that stands for a decimal one the last bit is not the instrument's fault.
    isWithin: Math.abs(errorPercent) <= test.tolerancePercent + 1e-9,
    by,
  };
  return [...test.steps.filter((other) => other.phase !== phase || other.percent !== percent), step];
}

/** By the last phase that was begun; null while a step of it is missing. */
export function resultOf(test: Pick<LoopTest, 'steps'>): 'passed' | 'failed' | null {
  const phase: LoopPhase = test.steps.some((step) => step.phase === 'asLeft') ? 'asLeft' : 'asFound';
  const steps = test.steps.filter((step) => step.phase === phase);
  if (steps.length < loopPercents.length) return null;
  return steps.every(({ isWithin }) => isWithin) ? 'passed' : 'failed';
}

export const startLoopTestSchema = z.strictObject({
  tolerancePercent: z.number().min(0.01).max(20).default(1),
  reference: z.string().trim().max(200).default(''),
});
export const measureStepSchema = z.strictObject({ version: z.int(), phase: z.enum(loopPhases), percent: percentSchema });
export const endLoopTestSchema = z.strictObject({ version: z.int(), comment: z.string().trim().max(1_000).default('') });
