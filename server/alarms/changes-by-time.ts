// What time alone does to alarms: shelving and out of service end, and what was acknowledged long ago and is still true is announced again.
import type { AlarmTimes } from '../../domain/alarms/alarm-times.ts';
import type { Deadlines } from '../../domain/time/deadlines.ts';
import { type AlarmChange, type KnownAlarm, serverActor } from './alarm-change.ts';
import { longestOutOfServiceMs, longestShelvingMs } from './alarm-machine.ts';
import { stateOf } from './alarm-record.ts';

export function changesByTime(options: {
  readonly known: readonly KnownAlarm[];
  readonly nowMs: number;
  readonly deadlines: Deadlines;
  readonly reannounceAfterMs: AlarmTimes['reannounceAfterMs'];
}): AlarmChange[] {
  const { nowMs, deadlines, reannounceAfterMs } = options;
  const changes: AlarmChange[] = [];
  for (const { definition, record } of options.known) {
    const { alarmId, shelved, outOfService, acknowledgedAtMs } = record;
    const { priority } = definition;
    if (shelved !== null) {
      const isOver = deadlines.isOver(`shelved/${alarmId}`, shelved.untilMs, longestShelvingMs[priority]);
      // AL9 also where the plant file made it a safety alarm while it lay on the shelf.
      if (isOver || definition.class === 'safety') {
        changes.push({
          definition,
          actor: serverActor,
          detail: isOver ? { expired: true } : { becameSafety: true },
          event: { kind: 'unshelve', atMs: nowMs, by: null, comment: null },
        });
      }
    }
    if (outOfService !== null && deadlines.isOver(`out/${alarmId}`, outOfService.untilMs, longestOutOfServiceMs)) {
      changes.push({
        definition,
        actor: serverActor,
        detail: { expired: true },
        event: { kind: 'returnToService', atMs: nowMs, by: null, comment: null },
      });
    }
    const afterMs = reannounceAfterMs[priority];
    if (afterMs !== null && acknowledgedAtMs !== null && stateOf(record) === 'acknowledged') {
      // AL24
      if (deadlines.isOver(`again/${alarmId}`, acknowledgedAtMs + afterMs, afterMs))
        changes.push({ definition, actor: serverActor, detail: { afterMs }, event: { kind: 'reannounce', atMs: nowMs } });
    }
  }
  deadlines.endRound();
  return changes;
}
