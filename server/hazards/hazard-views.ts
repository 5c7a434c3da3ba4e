// Hazards as people see them: a row of the ledger, and the whole with its history.
import type { HazardSummary, HazardView } from '../../domain/api/hazard-api.ts';
import { type HazardRecord, settledParts, unsettledParts } from '../../domain/hazards/hazard.ts';
import { ageDays, standingOn } from '../../domain/hazards/hazard-deadline.ts';
import { acceptancesNeeded } from '../../domain/hazards/hazard-machine.ts';
import { dateAt } from '../../domain/time/zoned-time.ts';
import type { HazardStore } from './hazard-store.ts';

export interface ViewedAt {
  readonly nowMs: number;
  readonly today: string;
  readonly zone: string;
}

export function hazardSummary(record: HazardRecord, { nowMs, today, zone }: ViewedAt): HazardSummary {
  const { finding, settled } = record;
  return {
    id: record.id,
    number: record.number,
    version: record.version,
    state: record.state,
    grade: record.grade,
    proposedGrade: finding.proposedGrade,
    stationId: finding.stationId,
    place: finding.place,
    description: finding.description,
    source: finding.source,
    foundBy: finding.foundBy,
    foundOn: finding.foundOn,
    ageDays: ageDays(record, nowMs, zone),
    responsible: settled.responsible?.name ?? null,
    settledCount: settledParts.length - unsettledParts(settled).length,
    deadline: settled.deadline,
    standing: standingOn(record, today),
    extensions: record.extensions,
    acceptanceCount: record.acceptances.length,
    acceptancesNeeded: acceptancesNeeded(record),
    isSupplySuspended: record.supplySuspendedAtMs !== null,
    isProposedSettled: record.proposal !== null,
    photoCount: record.photos.length,
    closedNumber: record.closed?.number ?? null,
    closedOn: record.closed === null ? null : dateAt(record.closed.atMs, zone),
  };
}

export async function hazardView(store: HazardStore, record: HazardRecord, { nowMs, today, zone }: ViewedAt): Promise<HazardView> {
  return {
    ...record,
    standing: standingOn(record, today),
    ageDays: ageDays(record, nowMs, zone),
    acceptancesNeeded: acceptancesNeeded(record),
    unsettled: [...unsettledParts(record.settled)],
    history: [...(await store.events(record.id))],
  };
}
