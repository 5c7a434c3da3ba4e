// Which deadband or delay would have removed the nuisance of a limit alarm, by its readings of the past, and what that would have cost. Pure apart from
// `pause`, which lets the server do its other work between candidates. Proposes only: nothing is changed here. Rules: RULES.md, SG.
import { type ActiveInterval, evaluateLimit, type LimitSettings, type PastReadings } from '../../domain/alarms/evaluate-limit.ts';
import type { AlarmClass, AlarmPriority } from '../../domain/alarms/priority.ts';
import type { LimitChange, NoSuggestionReason, SuggestedChange } from '../../domain/api/performance-api.ts';
import { isBad } from '../../domain/readings/quality.ts';
import { fleetingMs } from '../alarms/alarm-marks.ts';
import { percentile } from './tally.ts';

const chatterWindowMs = 60_000;
/** Whatever lasted longer was real, however often it came. */
const realMs = 60_000;
const wantedShare = 0.8;
const leastNuisance = 3;
/** Found in the readings with the present settings, against the journal. */
const reproducedShare = { least: 0.7, most: 1.3 };

const deadbandShares = [0.0025, 0.005, 0.01, 0.015, 0.02, 0.03, 0.05];
const offDelaysMs = [2, 5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300].map((seconds) => seconds * 1_000);
const onDelaysMs = [1, 2, 3, 5, 8, 10, 15, 20, 30, 45, 60].map((seconds) => seconds * 1_000);
/** These are held to be equally large: 2 % of the span, 30 s longer until it clears, 10 s longer until it rises. */
const unit = { deadbandShare: 0.02, offDelayMs: 30_000, onDelayMs: 10_000 };
/** Two things changed are more than one. */
const extraForTwo = 0.25;

export interface SuggestionInput {
  readonly settings: LimitSettings;
  readonly class: AlarmClass;
  readonly priority: AlarmPriority;
  readonly responseTimeMs: number | null;
  /** Range of the point; null where it has none. */
  readonly span: number | null;
  /** Where the point normally is. */
  readonly normal: { readonly min: number; readonly max: number } | null;
  /** Set-point of the next limit further out, or null. */
  readonly furtherSetpoint: number | null;
  readonly scanMs: number;
  readonly readings: PastReadings;
  readonly untilMs: number;
  /** Of the journal, in the same time. */
  readonly raises: readonly { readonly raisedAtMs: number; readonly hasComment: boolean }[];
}

export type SuggestionResult =
  | { readonly kind: 'none'; readonly reason: NoSuggestionReason; readonly raisesFound: number }
  | {
      readonly kind: 'change';
      readonly raisesFound: number;
      readonly nuisance: number;
      readonly real: number;
      readonly best: SuggestedChange;
      readonly alternatives: readonly SuggestedChange[];
    };

interface Candidate {
  readonly settings: LimitSettings;
  readonly size: number;
  readonly kind: 'deadband' | 'offDelay' | 'onDelay' | 'two';
}

export async function suggestChange(input: SuggestionInput, pause: () => Promise<void>): Promise<SuggestionResult> {
  const { settings, readings, scanMs, untilMs, raises } = input;
  const none = (reason: NoSuggestionReason, raisesFound: number): SuggestionResult => ({ kind: 'none', reason, raisesFound });
  if (readings.timeMs.length === 0 || raises.length === 0) return none('noHistory', 0);
  const before = evaluateLimit(readings, settings, scanMs, untilMs);
  const found = before.length;
  if (found < raises.length * reproducedShare.least || found > raises.length * reproducedShare.most) return none('notReproduced', found);
  const real = realOf(before, input);
  const nuisance = found - real.length;
  if (nuisance < leastNuisance) return none('noNuisance', found);

  const bestOfKind = new Map<Candidate['kind'], { readonly candidate: Candidate; readonly change: SuggestedChange }>();
  for (const candidate of candidatesOf(input)) {
    if (bestOfKind.has(candidate.kind) || (candidate.kind === 'two' && bestOfKind.size > 0)) continue;
    const change = judge(evaluateLimit(readings, candidate.settings, scanMs, untilMs), real, nuisance, candidate.settings);
    if (change !== null && change.removedShare >= wantedShare) bestOfKind.set(candidate.kind, { candidate, change });
    await pause();
  }
  const ranked = [...bestOfKind.values()].sort((one, other) => one.candidate.size - other.candidate.size).map(({ change }) => change);
  const [best, ...alternatives] = ranked;
  if (best === undefined) return none('nothingHelps', found);
  return { kind: 'change', raisesFound: found, nuisance, real: real.length, best, alternatives };
}

/** What an operator needed to know (SG2): all but fleeting alarms and the repetitions of a chattering one. */
function realOf(intervals: readonly ActiveInterval[], input: SuggestionInput): ActiveInterval[] {
  const repetitions = repetitionsOf(intervals);
  return intervals.filter((interval, index) => {
    const lastedMs = (interval.clearedAtMs ?? input.untilMs) - interval.raisedAtMs;
    if (lastedMs > realMs || hasComment(interval, input) || reachedFurther(interval, input)) return true;
    return lastedMs > fleetingMs && !repetitions.has(index);
  });
}

/** Raises of a run of three within a minute, but the first of the run. */
function repetitionsOf(intervals: readonly ActiveInterval[]): ReadonlySet<number> {
  const inRun = new Set<number>();
  for (let index = 2; index < intervals.length; index += 1) {
    const first = intervals[index - 2]?.raisedAtMs ?? 0;
    if ((intervals[index]?.raisedAtMs ?? 0) - first > chatterWindowMs) continue;
    for (const member of [index - 2, index - 1, index]) inRun.add(member);
  }
  return new Set([...inRun].filter((index) => inRun.has(index - 1) && isSoonAfter(intervals, index)));
}

function isSoonAfter(intervals: readonly ActiveInterval[], index: number): boolean {
  return (intervals[index]?.raisedAtMs ?? 0) - (intervals[index - 1]?.raisedAtMs ?? 0) <= chatterWindowMs;
}

function hasComment(interval: ActiveInterval, { raises, scanMs, untilMs }: SuggestionInput): boolean {
  const slackMs = 2 * scanMs + 1_000;
  return raises.some(
    (raise) =>
      raise.hasComment && raise.raisedAtMs >= interval.raisedAtMs - slackMs && raise.raisedAtMs <= (interval.clearedAtMs ?? untilMs),
  );
}

function reachedFurther(interval: ActiveInterval, { furtherSetpoint, readings, settings, untilMs }: SuggestionInput): boolean {
  if (furtherSetpoint === null) return false;
  const sign = settings.kind === 'high' || settings.kind === 'highHigh' ? 1 : -1;
  const endMs = interval.clearedAtMs ?? untilMs;
  for (let index = firstAtOrAfter(readings.timeMs, interval.raisedAtMs); index < readings.timeMs.length; index += 1) {
    if ((readings.timeMs[index] ?? 0) >= endMs) return false;
    if (!isBad(readings.quality[index] ?? 0) && ((readings.value[index] ?? Number.NaN) - furtherSetpoint) * sign > 0) return true;
  }
  return false;
}

function firstAtOrAfter(times: ArrayLike<number>, atMs: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] ?? 0) < atMs) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Null where a real alarm would not have stood at all: that is never proposed. */
function judge(
  after: readonly ActiveInterval[],
  real: readonly ActiveInterval[],
  nuisanceBefore: number,
  settings: LimitSettings,
): SuggestedChange | null {
  const delaysMs: number[] = [];
  let absorbed = 0;
  let position = 0;
  const used = new Set<number>();
  for (const interval of real) {
    const endMs = interval.clearedAtMs ?? Number.POSITIVE_INFINITY;
    while (position < after.length && (after[position]?.clearedAtMs ?? Number.POSITIVE_INFINITY) <= interval.raisedAtMs) position += 1;
    const cover = after[position];
    if (cover === undefined || cover.raisedAtMs >= endMs) return null;
    if (used.has(position)) absorbed += 1;
    used.add(position);
    const delayMs = cover.raisedAtMs - interval.raisedAtMs;
    if (delayMs > 0) delaysMs.push(delayMs);
  }
  const nuisanceAfter = after.length - used.size;
  return {
    change: { deadband: settings.deadband, onDelayMs: settings.onDelayMs, offDelayMs: settings.offDelayMs },
    raisesAfter: after.length,
    nuisanceAfter,
    removedShare: 1 - nuisanceAfter / nuisanceBefore,
    delayed: delaysMs.length,
    medianDelayMs: percentile(delaysMs, 0.5),
    maxDelayMs: percentile(delaysMs, 1),
    absorbed,
  };
}

/** Smallest first. */
function candidatesOf(input: SuggestionInput): Candidate[] {
  const { settings } = input;
  const deadbands = deadbandsOf(input);
  const offDelays = offDelaysMs.filter((delayMs) => delayMs > settings.offDelayMs);
  const longestOnMs = longestOnDelayMs(input);
  const onDelays = onDelaysMs.filter((delayMs) => delayMs > settings.onDelayMs && delayMs <= longestOnMs);
  const sizeOf = (change: Partial<LimitChange>): number =>
    ((change.deadband ?? settings.deadband) - settings.deadband) / spanOf(input) / unit.deadbandShare +
    ((change.offDelayMs ?? settings.offDelayMs) - settings.offDelayMs) / unit.offDelayMs +
    ((change.onDelayMs ?? settings.onDelayMs) - settings.onDelayMs) / unit.onDelayMs +
    (Object.keys(change).length > 1 ? extraForTwo : 0);
  const candidate = (kind: Candidate['kind'], change: Partial<LimitChange>): Candidate => ({
    kind,
    settings: { ...settings, ...change },
    size: sizeOf(change),
  });
  const single = [
    ...deadbands.map((deadband) => candidate('deadband', { deadband })),
    ...offDelays.map((offDelayMs) => candidate('offDelay', { offDelayMs })),
    ...onDelays.map((onDelayMs) => candidate('onDelay', { onDelayMs })),
  ];
  const two = deadbands.flatMap((deadband) => [
    ...offDelays.filter((delayMs) => delayMs <= 60_000).map((offDelayMs) => candidate('two', { deadband, offDelayMs })),
    ...onDelays.filter((delayMs) => delayMs <= 15_000).map((onDelayMs) => candidate('two', { deadband, onDelayMs })),
  ]);
  return [...single.sort((one, other) => one.size - other.size), ...two.sort((one, other) => one.size - other.size)];
}

/** Wider ones, as long as the alarm still clears before the value is back where it normally is. */
function deadbandsOf(input: SuggestionInput): number[] {
  const { settings, normal } = input;
  const isHigh = settings.kind === 'high' || settings.kind === 'highHigh';
  const room = normal === null ? Number.POSITIVE_INFINITY : isHigh ? settings.setpoint - normal.max : normal.min - settings.setpoint;
  return deadbandShares
    .map((share) => Number((share * spanOf(input)).toPrecision(3)))
    .filter((deadband) => deadband > settings.deadband && deadband < room);
}

/** SG4: gas and ESD are never told later; a critical alarm by 5 s at most; any by a tenth of the time there is to respond. */
function longestOnDelayMs({ class: alarmClass, priority, responseTimeMs, settings }: SuggestionInput): number {
  if (alarmClass === 'safety') return settings.onDelayMs;
  const byPriorityMs = priority === 'critical' ? 5_000 : 60_000;
  return Math.min(byPriorityMs, responseTimeMs === null ? Number.POSITIVE_INFINITY : responseTimeMs / 10);
}

function spanOf({ span, settings }: SuggestionInput): number {
  return span ?? Math.max(Math.abs(settings.setpoint), Number.MIN_VALUE);
}
