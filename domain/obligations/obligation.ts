// The words of obligations: states, causes, findings. A finding is a stretch of time in which an obligation was not simply met, with its cause.
import { z } from 'zod';

/** `notMeasured`: the system has no record of its own. Never shown as met. */
export const obligationStates = ['met', 'atRisk', 'breached', 'notMeasured'] as const;
export type ObligationState = (typeof obligationStates)[number];

export const findingStates = ['atRisk', 'breached', 'notMeasured'] as const;
export type FindingState = (typeof findingStates)[number];

/** Closed: the screens have words for each of them. */
export const findingCauses = [
  // No record of the system itself.
  'beforeRecords',
  'serverAway',
  'notYetCounted',
  'noSource',
  // Continuous monitoring: why an instrument had no good reading.
  'noReading',
  'commFail',
  'deviceFault',
  'instrumentFault',
  'poorQuality',
  'underWork',
  'lowCoverage',
  'coverageFalling',
  // Gas detection, over-pressure protection.
  'detectorOut',
  'stateUnread',
  'permittedWork',
  'alarmSetAside',
  'setAsideAgainstRules',
  'noAlarm',
  'noDetector',
  'noCutOff',
  // Calibration and loop tests.
  'notCalibrated',
  'calibrationExpired',
  'calibrationExpires',
  'neverTested',
  'testOverdue',
  'testDue',
  'testFailed',
  // Alarm response.
  'lateAcknowledgement',
  'notAcknowledged',
  'acknowledgementDue',
  // Duty.
  'consoleEmpty',
  'consoleLeft',
  'checkMissed',
  'checkWaiting',
  'withoutHandover',
  // Emergency readiness.
  'noPlan',
  'planUndated',
  'planOld',
  'planAging',
  'noDrill',
  'drillOverdue',
  'drillDue',
  'noContacts',
  'contactsUnconfirmed',
  'contactsOverdue',
  'contactsDue',
  'contactUnreachable',
  // Alarm levels beside those of the plant file.
  'levelRelaxed',
  // Certified people.
  'noCertificate',
  'expiredOnDuty',
  'certificateExpires',
  // Hazards.
  'hazardOverdue',
  'hazardDue',
  // Patrols and check lists.
  'noRounds',
  'roundDue',
  'roundLate',
  'roundMissed',
  'confirmedByHand',
  'itemWithoutHazard',
  // Video.
  'cameraDark',
  'cameraNotLookedAt',
  'pictureUnchecked',
  'noRecorder',
  'recordingGaps',
  'recordingUnknown',
  'retentionShort',
  'cameraClockOff',
  'lookWithoutReason',
] as const;
export type FindingCause = (typeof findingCauses)[number];

export const findingSchema = z.object({
  state: z.enum(findingStates),
  cause: z.enum(findingCauses),
  /** Point, alarm, console, person, plan … that it is about; null: the station or the company as a whole. */
  subject: z.string().nullable(),
  fromMs: z.number(),
  /** Exclusive. Equal to `fromMs` where it was a moment. */
  toMs: z.number(),
  /** It lasts at the end of what was looked at. */
  isOpen: z.boolean(),
  /** Figures and names for the sentence. */
  detail: z.record(z.string(), z.union([z.string(), z.number()])),
});
export type Finding = z.output<typeof findingSchema>;

/** Time looked at. `toMs` is never later than `nowMs`; `plannedToMs` is where the period ends, which may lie ahead. */
export interface ObligationWindow {
  readonly fromMs: number;
  readonly toMs: number;
  readonly plannedToMs: number;
  readonly nowMs: number;
}

/** A finding cut to the window; null where nothing of it lies in it. A moment belongs to the window that it falls in. */
export function findingIn(
  window: ObligationWindow,
  finding: Omit<Finding, 'toMs' | 'isOpen' | 'detail' | 'subject'> & {
    readonly subject?: string | null;
    /** Null: it has not ended. */
    readonly toMs: number | null;
    readonly detail?: Finding['detail'];
  },
): Finding[] {
  const fromMs = Math.max(finding.fromMs, window.fromMs);
  const toMs = Math.min(finding.toMs ?? window.toMs, window.toMs);
  const isMoment = finding.toMs === finding.fromMs;
  if (isMoment ? finding.fromMs < window.fromMs || finding.fromMs >= window.toMs : toMs <= fromMs) return [];
  return [
    {
      state: finding.state,
      cause: finding.cause,
      subject: finding.subject ?? null,
      fromMs,
      toMs: isMoment ? fromMs : toMs,
      isOpen: !isMoment && (finding.toMs === null || finding.toMs >= window.toMs),
      detail: finding.detail ?? {},
    },
  ];
}
