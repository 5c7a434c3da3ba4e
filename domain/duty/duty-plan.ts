// What the plant file says about duty: shifts, positions, consoles, rotations, watch checks, escalation. Parsed at the border, completed with defaults.
// A plant file without `duty` has the same shifts and consoles by default, but no escalation: nobody was named to escalate to.
import { z } from 'zod';
import { type AlarmClass, type AlarmPriority, alarmClasses, alarmPriorities } from '../alarms/priority.ts';
import { type NotificationChannel, notificationChannels } from '../notification/notification-order.ts';
import type { PathPart, PlantIssues } from '../plant/plant-issues.ts';
import { type LocalizedText, localizedTextSchema } from '../text/localized-text.ts';
import { minuteOfDay, timeOfDaySchema } from '../time/calendar-date.ts';
import { durationSchema } from '../time/duration.ts';

const idSchema = z.string().regex(/^[a-z][a-zA-Z0-9-]{0,31}$/, 'expected a short name such as night or desk-1');

/** What a position is for. `watch` sits at the console, `lead` answers for the shift, `emergency` goes out. */
export const positionDuties = ['lead', 'watch', 'emergency', 'other'] as const;
export type PositionDuty = (typeof positionDuties)[number];

const shiftFileSchema = z.strictObject({ id: idSchema, name: localizedTextSchema, start: timeOfDaySchema, end: timeOfDaySchema });
const positionFileSchema = z.strictObject({
  id: idSchema,
  name: localizedTextSchema,
  duty: z.enum(positionDuties),
  /** People that every shift must have in this position; a roster with fewer says so. */
  required: z.int().min(0).max(50).default(0),
});
const rotationFileSchema = z.strictObject({
  id: idSchema,
  name: localizedTextSchema,
  teams: z.int().min(1).max(12),
  /** One entry a day: a shift id, or `off`. */
  cycle: z.array(z.string()).min(2).max(56),
  /** Days by which each team is behind the one before. */
  offset: z.int().min(1).max(28),
});

const targetFileSchema = z.union([
  z.enum(['onDuty', 'nextShiftLead']),
  z.strictObject({ position: idSchema }),
  z.strictObject({ person: z.string().min(1) }),
]);
/** `5min`, or `50%` of the alarm's response time. */
const afterSchema = z.union([
  z
    .string()
    .regex(/^\d{1,4}(\.\d+)?%$/)
    .transform((text) => ({ kind: 'responseShare' as const, share: Number(text.slice(0, -1)) / 100 })),
  durationSchema.transform((ms) => ({ kind: 'duration' as const, ms })),
]);
const stepFileSchema = z.strictObject({
  after: afterSchema,
  to: z.union([targetFileSchema, z.array(targetFileSchema).min(1)]),
  channels: z.array(z.enum(notificationChannels)).min(1),
});
const chainFileSchema = z.strictObject({
  /** All priorities where absent. */
  priorities: z.array(z.enum(alarmPriorities)).min(1).optional(),
  /** All classes where absent. */
  classes: z.array(z.enum(alarmClasses)).min(1).optional(),
  /** Empty: these alarms do not escalate. */
  steps: z.array(stepFileSchema).max(12),
});

export const dutyFileSchema = z.strictObject({
  shifts: z.array(shiftFileSchema).min(1).max(12).optional(),
  positions: z.array(positionFileSchema).min(1).max(20).optional(),
  consoles: z
    .array(z.strictObject({ id: idSchema, name: localizedTextSchema }))
    .min(1)
    .max(50)
    .optional(),
  rotations: z.array(rotationFileSchema).max(20).optional(),
  /** 查岗: the person on watch is asked at a random moment between `atLeast` and `atMost` after the last time. */
  watchChecks: z
    .strictObject({
      atLeast: durationSchema.default(30 * 60_000),
      atMost: durationSchema.default(60 * 60_000),
      answerWithin: durationSchema.default(5 * 60_000),
    })
    .prefault({}),
  /** The first chain that fits an alarm is its chain; the default chains follow. */
  escalation: z.array(chainFileSchema).max(50).default([]),
});
export type DutyFile = z.output<typeof dutyFileSchema>;

export interface Shift {
  readonly id: string;
  readonly name: LocalizedText;
  readonly start: string;
  /** Not later than `start`: on the next day. */
  readonly end: string;
}
export interface DutyPosition {
  readonly id: string;
  readonly name: LocalizedText;
  readonly duty: PositionDuty;
  readonly required: number;
}
export interface DutyConsole {
  readonly id: string;
  readonly name: LocalizedText;
}
export interface Rotation {
  readonly id: string;
  readonly name: LocalizedText;
  readonly teams: number;
  /** Null: a day off. */
  readonly cycle: readonly (string | null)[];
  readonly offset: number;
}
export type EscalationTarget =
  /** Who sits at the consoles: the roster's `watch` positions now, and whoever has taken the watch. */
  | { readonly kind: 'onDuty' }
  | { readonly kind: 'position'; readonly positionId: string }
  | { readonly kind: 'person'; readonly username: string }
  | { readonly kind: 'nextShiftLead' };
export interface EscalationStep {
  readonly after: { readonly kind: 'duration'; readonly ms: number } | { readonly kind: 'responseShare'; readonly share: number };
  readonly to: readonly EscalationTarget[];
  readonly channels: readonly NotificationChannel[];
}
export interface EscalationChain {
  readonly priorities: readonly AlarmPriority[];
  readonly classes: readonly AlarmClass[];
  readonly steps: readonly EscalationStep[];
}
export interface DutyPlan {
  readonly shifts: readonly Shift[];
  readonly positions: readonly DutyPosition[];
  readonly consoles: readonly DutyConsole[];
  readonly rotations: readonly Rotation[];
  readonly watchChecks: { readonly atLeastMs: number; readonly atMostMs: number; readonly answerWithinMs: number };
  /** In order; the first that fits. Empty: nothing escalates. */
  readonly escalation: readonly EscalationChain[];
}

/** The night begins on its own date, so that no rotation joins an evening to the night that follows at once. */
const defaultShifts: readonly Shift[] = [
  { id: 'day', name: { zh: '早班', en: 'Day' }, start: '07:00', end: '15:00' },
  { id: 'evening', name: { zh: '中班', en: 'Evening' }, start: '15:00', end: '23:00' },
  { id: 'night', name: { zh: '夜班', en: 'Night' }, start: '23:00', end: '07:00' },
];
const defaultPositions: readonly DutyPosition[] = [
  { id: 'lead', name: { zh: '班长', en: 'Shift lead' }, duty: 'lead', required: 1 },
  { id: 'operator', name: { zh: '值班员', en: 'Duty operator' }, duty: 'watch', required: 1 },
  { id: 'emergency', name: { zh: '抢险', en: 'Emergency team' }, duty: 'emergency', required: 1 },
];
const defaultConsoles: readonly DutyConsole[] = [{ id: 'desk-1', name: { zh: '一号值班台', en: 'Desk 1' } }];

/** Response time that a share is taken of where the alarm states none. */
export const assumedResponseMs: Readonly<Record<AlarmPriority, number>> = {
  critical: 3 * 60_000,
  high: 10 * 60_000,
  medium: 30 * 60_000,
  low: 60 * 60_000,
};

const share = (percent: number) => ({ kind: 'responseShare', share: percent / 100 }) as const;
const everyClass: readonly AlarmClass[] = alarmClasses;
const onDuty: EscalationTarget = { kind: 'onDuty' };
const nextShiftLead: EscalationTarget = { kind: 'nextShiftLead' };

/** Described in docs/duty.md. `leads` and `emergency` are the plant's own positions of that duty. */
function defaultChains(leads: readonly EscalationTarget[], emergency: readonly EscalationTarget[]): EscalationChain[] {
  const withTargets = (steps: readonly EscalationStep[]) => steps.filter((step) => step.to.length > 0);
  return [
    {
      priorities: ['critical'],
      classes: ['safety'],
      steps: withTargets([
        { after: { kind: 'duration', ms: 30_000 }, to: [onDuty], channels: ['webPush', 'sms'] },
        { after: { kind: 'duration', ms: 60_000 }, to: leads, channels: ['webPush', 'sms', 'voice'] },
        { after: { kind: 'duration', ms: 120_000 }, to: [...emergency, nextShiftLead], channels: ['webPush', 'sms', 'voice'] },
      ]),
    },
    {
      priorities: ['critical'],
      classes: everyClass,
      steps: withTargets([
        { after: share(25), to: [onDuty], channels: ['webPush', 'sms'] },
        { after: share(50), to: leads, channels: ['webPush', 'sms', 'voice'] },
        { after: share(100), to: [...emergency, nextShiftLead], channels: ['webPush', 'sms', 'voice'] },
      ]),
    },
    {
      priorities: ['high'],
      classes: everyClass,
      steps: withTargets([
        { after: share(50), to: [onDuty], channels: ['webPush', 'sms'] },
        { after: share(100), to: leads, channels: ['webPush', 'sms'] },
        { after: share(200), to: [nextShiftLead], channels: ['webPush', 'sms'] },
      ]),
    },
    {
      priorities: ['medium'],
      classes: everyClass,
      steps: withTargets([
        { after: share(100), to: [onDuty], channels: ['webPush'] },
        { after: share(200), to: leads, channels: ['webPush', 'email'] },
      ]),
    },
    // Low alarms are told at the console and in the reports; nobody is woken by them.
    { priorities: ['low'], classes: everyClass, steps: [] },
  ];
}

/** The rotations that most companies use, named by the plant's own shifts in their order of the day. */
function standardRotations(shifts: readonly Shift[]): Rotation[] {
  const ids = shifts.toSorted((a, b) => a.start.localeCompare(b.start)).map((shift) => shift.id);
  const [first = null, second = null, third = null] = ids;
  if (ids.length === 3)
    return [
      {
        id: 'four-three',
        name: { zh: '四班三运转', en: 'Four teams, three shifts' },
        teams: 4,
        cycle: [first, first, second, second, third, third, null, null],
        offset: 2,
      },
    ];
  if (ids.length === 2)
    return [
      {
        id: 'four-two',
        name: { zh: '四班两运转', en: 'Four teams, two shifts' },
        teams: 4,
        cycle: [first, second, null, null],
        offset: 1,
      },
    ];
  return [];
}

export function compileDuty(file: DutyFile | undefined, issues: PlantIssues): DutyPlan {
  const path: PathPart[] = ['duty'];
  const shifts = file?.shifts ?? defaultShifts;
  const positions = file?.positions ?? defaultPositions;
  const consoles = file?.consoles ?? defaultConsoles;
  for (const [name, list] of [
    ['shifts', shifts],
    ['positions', positions],
    ['consoles', consoles],
    ['rotations', file?.rotations ?? []],
  ] as const) {
    list.forEach((item, index) => {
      if (list.findIndex((other) => other.id === item.id) !== index)
        issues.error([...path, name, index, 'id'], `${item.id} is defined twice`);
    });
  }
  shifts.forEach((shift, index) => {
    if (lengthMinutes(shift) > 12 * 60) issues.error([...path, 'shifts', index, 'end'], `shift ${shift.id} is longer than 12 h`);
  });
  const uncovered = uncoveredMinutes(shifts);
  if (uncovered > 0) issues.warning([...path, 'shifts'], `${uncovered} minutes of the day are in no shift: nobody is on duty then`);
  const checks = file?.watchChecks;
  if (checks !== undefined && checks.atMost < checks.atLeast)
    issues.error([...path, 'watchChecks', 'atMost'], 'atMost is less than atLeast');
  if (checks !== undefined && checks.answerWithin >= checks.atLeast)
    issues.error(
      [...path, 'watchChecks', 'answerWithin'],
      'a check must have ended before the next can come: answerWithin is less than atLeast',
    );
  const rotations = (file?.rotations ?? []).map((rotation, index): Rotation => {
    rotation.cycle.forEach((id, day) => {
      if (id !== 'off' && shifts.every((shift) => shift.id !== id))
        issues.error([...path, 'rotations', index, 'cycle', day], `no shift named ${id}: known are ${names(shifts)}, off`);
    });
    return { ...rotation, cycle: rotation.cycle.map((id) => (id === 'off' ? null : id)) };
  });
  const targetsOf = (duty: PositionDuty) =>
    positions
      .filter((position) => position.duty === duty)
      .map((position): EscalationTarget => ({ kind: 'position', positionId: position.id }));
  const escalation =
    file === undefined
      ? []
      : [
          ...file.escalation.map((chain, index) => compileChain(chain, positions, [...path, 'escalation', index], issues)),
          ...defaultChains(targetsOf('lead'), targetsOf('emergency')),
        ];
  return {
    shifts,
    positions,
    consoles,
    rotations: file?.rotations === undefined ? standardRotations(shifts) : rotations,
    watchChecks: {
      atLeastMs: checks?.atLeast ?? 30 * 60_000,
      atMostMs: checks?.atMost ?? 60 * 60_000,
      answerWithinMs: checks?.answerWithin ?? 5 * 60_000,
    },
    escalation,
  };
}

function compileChain(
  file: DutyFile['escalation'][number],
  positions: readonly DutyPosition[],
  path: readonly PathPart[],
  issues: PlantIssues,
): EscalationChain {
  let latestMs = Number.NEGATIVE_INFINITY;
  let latestShare = Number.NEGATIVE_INFINITY;
  const steps = file.steps.map((step, index): EscalationStep => {
    const place = [...path, 'steps', index];
    const { after } = step;
    const isEarlier = after.kind === 'duration' ? after.ms < latestMs : after.share < latestShare;
    if (isEarlier) issues.error([...place, 'after'], 'comes before the step above it');
    if (after.kind === 'duration') latestMs = after.ms;
    else latestShare = after.share;
    const to = (Array.isArray(step.to) ? step.to : [step.to]).map((target): EscalationTarget => {
      if (typeof target === 'string') return { kind: target };
      if ('person' in target) return { kind: 'person', username: target.person };
      if (positions.every((position) => position.id !== target.position))
        issues.error([...place, 'to'], `no position named ${target.position}: known are ${names(positions)}`);
      return { kind: 'position', positionId: target.position };
    });
    return { after, to, channels: step.channels };
  });
  return { priorities: file.priorities ?? alarmPriorities, classes: file.classes ?? alarmClasses, steps };
}

function names(list: readonly { readonly id: string }[]): string {
  return list.map((item) => item.id).join(', ');
}

function lengthMinutes(shift: Shift): number {
  const minutes = minuteOfDay(shift.end) - minuteOfDay(shift.start);
  return minutes > 0 ? minutes : minutes + 1_440;
}

function uncoveredMinutes(shifts: readonly Shift[]): number {
  const covered = new Uint8Array(1_440);
  for (const shift of shifts) {
    const start = minuteOfDay(shift.start);
    for (let minute = 0; minute < lengthMinutes(shift); minute += 1) covered[(start + minute) % 1_440] = 1;
  }
  return covered.reduce((count, isCovered) => count + (isCovered === 0 ? 1 : 0), 0);
}
