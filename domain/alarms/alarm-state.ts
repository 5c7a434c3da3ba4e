// The lifecycle states of an alarm and what each asks of the operator (ANSI/ISA-18.2-2016 clause 5.4, figure 3: alarm state transition diagram).

export const alarmStates = [
  'normal', // A
  'unacknowledged', // B
  'acknowledged', // C
  'returnedUnacknowledged', // D
  'latchedUnacknowledged', // E
  'latchedAcknowledged', // F
  'shelved', // G
  'suppressed', // H, by design
  'outOfService', // I
] as const;
export type AlarmState = (typeof alarmStates)[number];

export const alarmEvents = [
  'raise',
  'clear',
  'acknowledge',
  'reset',
  'shelve',
  'unshelve',
  'suppress',
  'unsuppress',
  'removeFromService',
  'returnToService',
  'escalate',
  'reannounce',
  'comment',
] as const;
export type AlarmEvent = (typeof alarmEvents)[number];

export type Annunciation = 'none' | 'soundAndFlash' | 'steady' | 'slowFlash';

export const annunciationOf: Readonly<Record<AlarmState, Annunciation>> = {
  normal: 'none',
  unacknowledged: 'soundAndFlash',
  acknowledged: 'steady',
  returnedUnacknowledged: 'slowFlash',
  latchedUnacknowledged: 'soundAndFlash',
  latchedAcknowledged: 'steady',
  shelved: 'none',
  suppressed: 'none',
  outOfService: 'none',
};

export function needsAcknowledgement(state: AlarmState): boolean {
  return state === 'unacknowledged' || state === 'returnedUnacknowledged' || state === 'latchedUnacknowledged';
}

/** Watched, but not announced: shelved, suppressed by design or out of service. */
export function isSetAside(state: AlarmState): boolean {
  return state === 'shelved' || state === 'suppressed' || state === 'outOfService';
}
