// What was owed at a moment, from the events of hazards alone: the past as it was, not as it became.
import { type HazardEvent, type HazardGrade, type HazardRecord, isOpenState, isUnfinished } from './hazard.ts';
import { deadlineEndMs } from './hazard-deadline.ts';
import { rebuild } from './hazard-machine.ts';

export interface HazardHistory {
  readonly id: string;
  readonly events: readonly HazardEvent[];
}

export interface StationHazards {
  readonly stationId: string;
  readonly open: number;
  readonly ungraded: number;
  readonly ordinary: number;
  readonly major: number;
  readonly supplySuspended: number;
  readonly overdue: readonly {
    readonly id: string;
    readonly number: string;
    readonly grade: HazardGrade | null;
    readonly deadline: string;
  }[];
}

/** Per station, of those that had an open hazard at that moment. */
export function hazardsAt(histories: readonly HazardHistory[], atMs: number, zone: string): ReadonlyMap<string, StationHazards> {
  const stations = new Map<string, HazardRecord[]>();
  for (const { id, events } of histories) {
    const record = rebuild(
      id,
      events.filter((event) => event.atMs <= atMs),
    );
    if (record === null || !isOpenState(record.state)) continue;
    const { stationId } = record.finding;
    stations.set(stationId, [...(stations.get(stationId) ?? []), record]);
  }
  return new Map([...stations].map(([stationId, records]) => [stationId, standing(stationId, records, atMs, zone)]));
}

function standing(stationId: string, records: readonly HazardRecord[], atMs: number, zone: string): StationHazards {
  const graded = (grade: HazardGrade | null) => records.filter((record) => record.grade === grade).length;
  return {
    stationId,
    open: records.length,
    ungraded: graded(null),
    ordinary: graded('ordinary'),
    major: graded('major'),
    supplySuspended: records.filter(({ supplySuspendedAtMs }) => supplySuspendedAtMs !== null).length,
    overdue: records.flatMap((record) => {
      const { deadline } = record.settled;
      if (deadline === null || !isUnfinished(record.state) || deadlineEndMs(deadline, zone) > atMs) return [];
      return [{ id: record.id, number: record.number, grade: record.grade, deadline }];
    }),
  };
}
