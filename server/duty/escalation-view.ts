// How far an alarm's escalation has come, for its page: steps taken, from the journal; steps to come, with the people whom they would tell now.
import type { AlarmDefinition } from '../../domain/alarms/alarm-definition.ts';
import type { EscalationView } from '../../domain/api/watch-api.ts';
import { chainOf, type DutyFacts, decideStep, nextStep, stepTimesMs } from '../../domain/duty/escalation.ts';
import type { Plant } from '../../domain/plant/plant.ts';
import type { Clock } from '../../domain/time/clock.ts';
import type { AlarmRecord } from '../alarms/alarm-record.ts';
import type { Database } from '../journal/database.ts';
import type { EscalationEngine } from './escalation-engine.ts';
import { type EscalationLine, readEscalations, readWait } from './escalation-lines.ts';
import { escalationOrders } from './escalation-orders.ts';

type Step = EscalationView['steps'][number];

export async function escalationView(options: {
  readonly plant: Plant;
  readonly database: Database;
  readonly engine: EscalationEngine;
  readonly clock: Clock;
  readonly facts: () => Promise<DutyFacts>;
  readonly tester: string | null;
  readonly definition: AlarmDefinition;
  readonly record: AlarmRecord;
}): Promise<EscalationView> {
  const { plant, database, engine, clock, definition, record } = options;
  const chain = chainOf(plant.duty.escalation, definition);
  const waiting = engine.waitOf(definition.id);
  const taken =
    waiting !== null
      ? (await readWait(database, definition.id)).lines
      : record.occurrenceId === null
        ? []
        : await readEscalations(database, definition.id, record.occurrenceId);
  const base = { alarmId: definition.id, occurrenceId: record.occurrenceId, waitSinceMs: waiting?.wait.sinceMs ?? null };
  const steps = taken.map((line) => takenStep(line, plant));
  if (waiting === null || chain === null) return { ...base, state: chain === null ? 'none' : 'notWaiting', nextDueAtMs: null, steps };
  const next = nextStep(waiting.wait, chain, definition);
  if (next === null) return { ...base, state: 'atEnd', nextDueAtMs: null, steps };
  const facts = await options.facts();
  const stationId = plant.stations[definition.stationIndex]?.id ?? '';
  const { priority, class: alarmClass, responseTimeMs } = definition;
  const timesMs = stepTimesMs(chain, definition);
  // Counted on the monotonic clock, shown on the wall's.
  const dueAtMs = (afterMs: number) => Math.round(clock.nowMs() + afterMs - waiting.lastedMs);
  const coming = chain.steps.slice(next.index).map((step, index): Step => {
    const outcome = decideStep(step, { priority, class: alarmClass, responseTimeMs, stationId }, facts, options.tester);
    const afterMs = index === 0 ? next.dueAfterMs : (timesMs[next.index + index] ?? 0);
    return {
      step: next.index + index + 1,
      of: chain.steps.length,
      takenAtMs: null,
      dueAtMs: dueAtMs(afterMs),
      people: outcome.told.map((told) => ({ ...told, channels: [...told.channels] })),
      notReached: [...outcome.notReached],
      groupChannels: [...outcome.groupChannels],
      foundNobody: outcome.foundNobody,
      tester: options.tester,
      orderKeys: [],
    };
  });
  return { ...base, state: 'waiting', nextDueAtMs: dueAtMs(next.dueAfterMs), steps: [...steps, ...coming] };
}

function takenStep(line: EscalationLine, plant: Plant): Step {
  const { decided } = line;
  return {
    step: decided.step,
    of: decided.of,
    takenAtMs: line.recordedAtMs,
    dueAtMs: null,
    people: decided.told,
    notReached: decided.notReached,
    groupChannels: decided.groupChannels,
    foundNobody: decided.foundNobody,
    tester: decided.tester,
    orderKeys: escalationOrders(line, plant).map((order) => order.key),
  };
}
