// The system's own records that obligations are judged by, as the evaluators need them. Open ends are null. Nothing here reads a store.
import type { AlarmPriority } from '../alarms/priority.ts';
import type { FindingCause } from './obligation.ts';

/** Why an instrument had no good reading; each is a cause of a finding. */
export const gapReasons = ['noReading', 'commFail', 'deviceFault', 'instrumentFault', 'poorQuality', 'underWork'] as const;
export type GapReason = (typeof gapReasons)[number] & FindingCause;

/** Time in which an instrument gave no good reading. Gaps of one instrument do not overlap. */
export interface GapRecord {
  readonly pointId: string;
  readonly fromMs: number;
  readonly toMs: number | null;
  readonly reason: GapReason;
}

/** Since when an instrument's readings have been looked at, and until when where it has left the plant. */
export interface WatchedRecord {
  readonly pointId: string;
  readonly fromMs: number;
  readonly toMs: number | null;
}

export interface PresenceRecord {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Something about the plant as it was seen from then to then: an instrument without an alarm, a plan of some date. */
export interface ObservationRecord {
  readonly kind: 'detectorWithoutAlarm' | 'pressureWithoutAlarm' | 'noCutOff' | 'noDetector' | 'plan' | 'contacts' | 'levelRelaxed';
  /**
   * Point or alarm. Of a plan its date of revision, `` where it has none, `-` where there is no plan. Of contacts a digest of names and numbers, `-` where the
   * plan names none, `` where there is no plan.
   */
  readonly subject: string;
  readonly fromMs: number;
  readonly toMs: number | null;
}

export interface WorkRecord {
  readonly kind: 'maintenance' | 'test';
  /** Null: the whole station. */
  readonly pointId: string | null;
  readonly fromMs: number;
  readonly toMs: number | null;
  readonly permit: string;
}

export interface SetAsideRecord {
  readonly alarmId: string;
  readonly kind: 'shelved' | 'outOfService';
  readonly fromMs: number;
  readonly toMs: number | null;
  /** Until when it was meant to last. */
  readonly untilMs: number;
  readonly by: string;
  /** Rule of the lifecycle that it broke. */
  readonly fault: string | null;
}

export interface AnnouncementRecord {
  readonly alarmId: string;
  readonly priority: AlarmPriority;
  readonly announcedAtMs: number;
  /** As the plant file says; null: the usual one of its priority. */
  readonly responseTimeMs: number | null;
  readonly acknowledgedAtMs: number | null;
  readonly acknowledgedBy: string | null;
  /** It was set aside, or overtaken, without an acknowledgement. */
  readonly withdrawnAtMs: number | null;
  readonly isWaiting: boolean;
}

export interface DutyWatchRecord {
  readonly consoleId: string;
  readonly username: string;
  readonly displayName: string;
  readonly fromMs: number;
  readonly toMs: number | null;
  readonly hasHandover: boolean;
}

export interface DutyCheckRecord {
  readonly username: string;
  readonly consoleIds: readonly string[];
  readonly askedAtMs: number;
  readonly dueAtMs: number;
  readonly answeredAtMs: number | null;
  readonly outcome: 'open' | 'answered' | 'missed' | 'void';
}

export interface CertificateRecord {
  readonly id: string;
  /** Person: username. Instrument: point. */
  readonly holder: { readonly kind: 'person' | 'instrument'; readonly id: string };
  readonly number: string;
  readonly validFromMs: number;
  /** The first moment at which it is not valid any more. */
  readonly expiresAtMs: number;
  readonly revokedAtMs: number | null;
}

export interface LoopTestRecord {
  readonly pointId: string;
  readonly atMs: number;
  readonly isPassed: boolean;
}

export interface DrillRecord {
  readonly number: string;
  readonly closedAtMs: number;
}

/** Somebody has called the emergency contacts of a station. */
export interface ContactRecord {
  readonly atMs: number;
  /** Of the contacts that he called. */
  readonly digest: string;
  /** False: at least one could not be reached, or the number is another's. */
  readonly isReached: boolean;
  readonly by: string;
}

export interface HazardRecord {
  readonly id: string;
  readonly number: string;
  readonly title: string;
  /** Null: not graded yet. */
  readonly grade: 'ordinary' | 'major' | null;
  readonly openedAtMs: number;
  /** Struck off, or found to be none. */
  readonly closedAtMs: number | null;
  /** Stretches in which time ran against a deadline, in order; a deadline that was moved begins another. `dueAtMs`: the first moment that is too late. */
  readonly deadlines: readonly { readonly dueAtMs: number; readonly fromMs: number; readonly toMs: number | null }[];
}

/** What is in the plant now. Ids of points and alarms. */
export interface StationFacts {
  readonly id: string;
  readonly detectors: readonly string[];
  readonly detectorAlarms: readonly string[];
  readonly pressureAlarms: readonly string[];
  readonly cutOffs: readonly string[];
}

/** Records that concern the company as a whole and every station in it. */
export interface CompanyRecords {
  /** While the server ran; in order. */
  readonly presence: readonly PresenceRecord[];
  readonly watches: readonly DutyWatchRecord[];
  readonly checks: readonly DutyCheckRecord[];
  readonly consoles: readonly string[];
  readonly certificates: readonly CertificateRecord[];
  /** Up to when readings have been looked at. */
  readonly countedToMs: number;
}

export interface StationRecords {
  readonly facts: StationFacts;
  readonly watched: readonly WatchedRecord[];
  readonly gaps: readonly GapRecord[];
  readonly observations: readonly ObservationRecord[];
  readonly work: readonly WorkRecord[];
  readonly setAsides: readonly SetAsideRecord[];
  readonly announcements: readonly AnnouncementRecord[];
  readonly loopTests: readonly LoopTestRecord[];
  readonly drills: readonly DrillRecord[];
  readonly contacts: readonly ContactRecord[];
  /** Null: no ledger of hazards. */
  readonly hazards: readonly HazardRecord[] | null;
}
