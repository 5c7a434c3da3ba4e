// A vote: so many of these detectors must agree. Each member's last word counts, with its own deadband; what a bad member counts as is the alarm's setting.
import type { VoteAlarm } from '../../domain/alarms/alarm-definition.ts';
import { isBad, Quality } from '../../domain/readings/quality.ts';
import type { AlarmPhases } from './alarm-phases.ts';
import type { PointEvaluator } from './point-evaluators.ts';
import { finiteOrNull, type PointMemory } from './point-memory.ts';

/** `isVoting`: by point, 1 where it voted for this alarm last; outlives the evaluator. */
export function voteEvaluator(
  alarm: VoteAlarm,
  delayPoint: number,
  isVoting: Uint8Array,
  memory: PointMemory,
  phases: AlarmPhases,
): PointEvaluator {
  const members = alarm.memberPointIndexes;
  // Where the vote is made anew, each member's last word under the new condition.
  for (const member of members)
    if (!isBad(memory.lastQuality[member] ?? Quality.bad)) noteVote(alarm, isVoting, member, memory.lastValue[member] ?? Number.NaN);
  return (point, value, timeMs, quality) => {
    if (!isBad(quality)) noteVote(alarm, isVoting, point, value);
    let voting = 0;
    let bad = 0;
    for (const member of members) {
      const memberQuality = memory.lastQuality[member] ?? Quality.badNotYetRead;
      if (memberQuality === Quality.badNotYetRead) bad += alarm.badMember === 'degrades' ? 1 : 0;
      else if (isBad(memberQuality)) bad += 1;
      else if (memory.lastTimeMs[member] !== Number.NEGATIVE_INFINITY && isVoting[member] === 1) voting += 1;
    }
    if (bad === members.length) return;
    const isDegraded = bad > 0;
    const votes = voting + (alarm.badMember === 'countsAsVoting' ? bad : 0);
    const required = alarm.badMember === 'degrades' ? Math.max(1, Math.min(alarm.required, members.length - bad)) : alarm.required;
    phases.step(
      alarm.index,
      votes >= required,
      memory.steadyNow(delayPoint),
      timeMs,
      finiteOrNull(value),
      isDegraded ? Quality.uncertainSubstituted : quality,
      voting,
    );
  };
}

function noteVote({ condition }: VoteAlarm, isVoting: Uint8Array, point: number, value: number): void {
  const margin = isVoting[point] === 1 ? condition.deadband : 0;
  const votes =
    condition.compare === 'above'
      ? value > condition.value - margin
      : condition.compare === 'below'
        ? value < condition.value + margin
        : value === condition.value;
  isVoting[point] = votes ? 1 : 0;
}
