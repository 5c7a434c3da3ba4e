// Alarms of gas detection, flame detection and emergency stop are safety alarms unless the plant file says otherwise: whoever forgets the class must not
// thereby have made them alarms that can be shelved.
import type { AlarmKind } from '../alarms/alarm-definition.ts';
import type { AlarmClass } from '../alarms/priority.ts';
import type { PointRole } from './plant-kinds.ts';

const safetyRoles: readonly PointRole[] = ['gasDetector', 'gasDetectorState', 'flameDetector', 'emergencyStop'];
/** About the instrument, not about the gas. */
const instrumentKinds: readonly AlarmKind[] = ['stale', 'frozen', 'instrumentFault'];

/** `points`: every one that the alarm is judged by. */
export function classUnlessStated(kind: AlarmKind, points: readonly { readonly role: PointRole }[]): AlarmClass {
  return !instrumentKinds.includes(kind) && points.some(({ role }) => safetyRoles.includes(role)) ? 'safety' : 'process';
}
