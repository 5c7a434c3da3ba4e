// Why an action on an alarm was refused, in a sentence that says what to do instead.
import type { Refusal } from './alarm-machine.ts';

export const refusalText: Readonly<Record<Refusal | 'criticalNotTicked' | 'unknown', string>> = {
  nothingToAcknowledge: 'There is nothing to acknowledge.',
  notAnnunciated: 'The alarm is shelved, suppressed or out of service.',
  commentRequired: 'A critical alarm is acknowledged with a comment: say what you are doing about it.',
  notLatched: 'The alarm is not latched.',
  conditionStillTrue: 'The condition is still true.',
  acknowledgeFirst: 'Acknowledge the alarm first.',
  safetyCannotBeShelved: 'A safety alarm cannot be shelved; take it out of service with a permit.',
  safetyCannotBeSuppressed: 'A safety alarm is not suppressed by maintenance.',
  alreadyShelved: 'The alarm is shelved already.',
  notShelved: 'The alarm is not shelved.',
  tooLong: 'Longer than is allowed (shelving: critical and high 1 h, others 8 h; out of service: 7 days).',
  endsInThePast: 'The end lies in the past.',
  approverRequired: 'A second person must approve.',
  approverMustBeAnother: 'The approver must be another person.',
  isOutOfService: 'The alarm is out of service.',
  notOutOfService: 'The alarm is not out of service.',
  notAcknowledged: 'The alarm has not been acknowledged.',
  criticalNotTicked: 'A critical alarm is acknowledged among others only where it was ticked by itself.',
  unknown: 'There is no such alarm.',
};
