// The scripted month: every breach that was planted in it, and why the other causes are never one.
import type { Finding, FindingCause } from '../../../domain/obligations/obligation.ts';
import { day, hour, t0 } from './month-plant.ts';

/** `station|company obligation cause subject day hour`, by the plant's clock. */
export const nameOf = (place: string, obligationId: string, { cause, subject, fromMs }: Pick<Finding, 'cause' | 'subject' | 'fromMs'>) =>
  `${place} ${obligationId} ${cause} ${subject ?? '-'} ${Math.floor((fromMs - t0) / day) + 1}d ${Math.floor(((fromMs - t0) % day) / hour)}h`;

export const planted: readonly string[] = [
  'GS-02 continuousMonitoring commFail GS-02.TT-1 4d 3h',
  ...['GD-1', 'PT-1', 'SSV-1', 'TT-1'].map((tag) => `GS-03 continuousMonitoring noReading GS-03.${tag} 9d 0h`),
  'GS-03 gasDetection detectorOut GS-03.GD-1 9d 0h',
  'GS-03 pressureProtection stateUnread GS-03.SSV-1 9d 0h',
  'GS-04 continuousMonitoring instrumentFault GS-04.GD-1 12d 14h',
  'GS-04 gasDetection detectorOut GS-04.GD-1 12d 14h',
  'GS-05 continuousMonitoring lowCoverage - 31d 23h',
  'GS-06 continuousMonitoring deviceFault GS-06.TT-1 7d 4h',
  'GS-06 continuousMonitoring poorQuality GS-06.PT-1 8d 4h',
  'GS-02 gasDetection setAsideAgainstRules GS-02.GD-1.highHigh 13d 6h',
  'GS-05 gasDetection noAlarm GS-05.GD-1 1d 0h',
  'GS-04 pressureProtection setAsideAgainstRules GS-04.PT-1.high 18d 8h',
  'GS-06 pressureProtection noCutOff - 1d 0h',
  'GS-01 detectorCalibration calibrationExpired GS-01.GD-1 21d 0h',
  'GS-03 detectorCalibration testOverdue GS-03.GD-1 15d 0h',
  'GS-02 detectorCalibration testFailed GS-02.GD-1 17d 0h',
  'GS-01 alarmResponse lateAcknowledgement GS-01.PT-1.high 10d 2h',
  'GS-03 alarmResponse notAcknowledged GS-03.PT-1.high 31d 20h',
  'company dutyWatch consoleEmpty desk-1 5d 12h',
  'company dutyWatch checkMissed wang 8d 3h',
  'company dutyWatch withoutHandover desk-1 11d 0h',
  // Zhao has every second watch: each of his after the 25th is a breach of its own.
  ...Array.from({ length: 7 }, (_, index) => `company certifiedPeople expiredOnDuty zhao ${25 + index}d 12h`),
  'GS-01 emergencyReadiness planOld - 13d 8h',
  'GS-02 emergencyReadiness noPlan - 1d 0h',
  'GS-03 emergencyReadiness drillOverdue - 23d 0h',
  'GS-06 emergencyReadiness noContacts - 1d 0h',
  'GS-07 emergencyReadiness contactsOverdue - 13d 0h',
  'GS-07 emergencyReadiness contactUnreachable - 20d 10h',
  'GS-04 hazardLoop hazardOverdue YH-2026-0001 22d 0h',
  'GS-07 patrolRounds roundLate - 5d 10h',
  'GS-07 patrolRounds roundMissed - 9d 10h',
  'GS-07 patrolRounds itemWithoutHazard skid 16d 8h',
  'GS-07 siteChecks roundLate - 13d 17h',
  'GS-07 siteChecks roundMissed - 20d 17h',
  'GS-07 siteChecks itemWithoutHazard gate 27d 10h',
  'GS-07 videoSurveillance cameraDark GS-07.CAM-1 10d 3h',
  'GS-07 videoSurveillance retentionShort GS-07.CAM-1 11d 6h',
  'GS-07 videoSurveillance recordingGaps GS-07.CAM-1 13d 0h',
  'GS-07 videoRetrieval lookWithoutReason wang 17d 9h',
];

/** In the month too, and never a breach: a time without a record, or a warning while somebody can still act. */
export const neverABreach: ReadonlyMap<FindingCause, 'notMeasured' | 'atRisk'> = new Map([
  ...(
    [
      'beforeRecords',
      'serverAway',
      'notYetCounted',
      'noSource',
      'underWork',
      'noDetector',
      'notCalibrated',
      'neverTested',
      'planUndated',
      'noDrill',
      'contactsUnconfirmed',
      'noCertificate',
      'noRounds',
      'cameraNotLookedAt',
      'pictureUnchecked',
      'noRecorder',
      'recordingUnknown',
    ] as const
  ).map((cause) => [cause, 'notMeasured'] as const),
  ...(
    [
      'coverageFalling',
      'permittedWork',
      'alarmSetAside',
      'levelRelaxed',
      'calibrationExpires',
      'testDue',
      'acknowledgementDue',
      'consoleLeft',
      'checkWaiting',
      'planAging',
      'drillDue',
      'contactsDue',
      'certificateExpires',
      'hazardDue',
      'roundDue',
      'confirmedByHand',
      'cameraClockOff',
    ] as const
  ).map((cause) => [cause, 'atRisk'] as const),
]);
