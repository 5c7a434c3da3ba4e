// The hazard ledger as obligations see it: when time ran against which deadline, from the events of each hazard alone.
import { type HazardEvent, isOpenState, isUnfinished } from '../../domain/hazards/hazard.ts';
import { deadlineEndMs } from '../../domain/hazards/hazard-deadline.ts';
import { rebuild } from '../../domain/hazards/hazard-machine.ts';
import type { HazardHistory } from '../../domain/hazards/hazards-at.ts';
import type { HazardRecord } from '../../domain/obligations/records.ts';
import type { HazardSource } from './obligation-records.ts';

export function hazardSource(store: { histories(untilMs: number): Promise<readonly HazardHistory[]> }, zone: string): HazardSource {
  return {
    async hazards({ fromMs, toMs }) {
      const all = (await store.histories(toMs)).flatMap((history) => recordOf(history, zone));
      return all.filter((hazard) => hazard.closedAtMs === null || hazard.closedAtMs > fromMs);
    },
  };
}

export function recordOf({ id, events }: HazardHistory, zone: string): (HazardRecord & { readonly stationId: string })[] {
  const deadlines: { dueAtMs: number; fromMs: number; toMs: number | null }[] = [];
  let closedAtMs: number | null = null;
  events.forEach((event, index) => {
    const record = rebuild(id, events.slice(0, index + 1));
    if (record === null) return;
    const next: HazardEvent | undefined = events[index + 1];
    closedAtMs = isOpenState(record.state) ? null : event.atMs;
    const { deadline } = record.settled;
    if (deadline === null || !isUnfinished(record.state)) return;
    const dueAtMs = deadlineEndMs(deadline, zone);
    const last = deadlines.at(-1);
    if (last !== undefined && last.dueAtMs === dueAtMs && last.toMs === event.atMs) last.toMs = next?.atMs ?? null;
    else deadlines.push({ dueAtMs, fromMs: event.atMs, toMs: next?.atMs ?? null });
  });
  const record = rebuild(id, events);
  if (record === null) return [];
  const { number, grade, reportedAtMs, finding } = record;
  return [{ id, stationId: finding.stationId, number, title: finding.description, grade, openedAtMs: reportedAtMs, closedAtMs, deadlines }];
}
