// Makes the document of a handover from what the server knows at that moment, and remembers what a draft showed. Writes nothing. DU18.
import { randomUUIDv7 } from 'node:crypto';
import type { AlarmDefinition } from '../../domain/alarms/alarm-definition.ts';
import { needsAcknowledgement } from '../../domain/alarms/alarm-state.ts';
import { priorityNumber } from '../../domain/alarms/priority.ts';
import type { HandoverAlarm, HandoverDocument, HandoverHazard } from '../../domain/duty/handover.ts';
import { type HazardRecord, isUnfinished } from '../../domain/hazards/hazard.ts';
import { standingOn } from '../../domain/hazards/hazard-deadline.ts';
import type { IncidentRecord } from '../../domain/incidents/incident.ts';
import type { WorkWindow } from '../../domain/maintenance/work-window.ts';
import type { Plant } from '../../domain/plant/plant.ts';
import { dateAt } from '../../domain/time/zoned-time.ts';
import { type AlarmRecord, stateOf } from '../alarms/alarm-record.ts';
import type { AlarmStore } from '../alarms/alarm-store.ts';
import type { WatchChecks } from './watch-checks.ts';
import type { WatchLog } from './watch-log.ts';
import type { Signer, Watch } from './watch-store.ts';

export interface HandoverParts {
  readonly plant: Plant;
  readonly store: AlarmStore;
  readonly log: WatchLog;
  readonly checks: WatchChecks;
  /** What is not over yet. */
  readonly work: () => readonly WorkWindow[];
  readonly incidents: () => readonly IncidentRecord[];
  readonly hazards: () => readonly HazardRecord[];
}

export interface Draft {
  readonly id: string;
  readonly watchId: string;
  readonly draftedAtMs: number;
  /** What each item was when it was shown. */
  readonly marks: ReadonlyMap<string, string>;
}

const draftsMax = 100;

export class HandoverDocuments {
  readonly #parts: HandoverParts;
  readonly #drafts = new Map<string, Draft>();

  constructor(parts: HandoverParts) {
    this.#parts = parts;
  }

  async draft(
    watch: Watch,
    nowMs: number,
    maySee: (stationId: string) => boolean,
  ): Promise<{ readonly draft: Draft; readonly document: HandoverDocument }> {
    const marks = new Map<string, string>();
    const draft: Draft = { id: randomUUIDv7(), watchId: watch.id, draftedAtMs: nowMs, marks };
    const remember = (key: string, mark: string) => {
      marks.set(key, mark);
      return true;
    };
    const document = await this.#make(watch, maySee, remember, { to: null, draftedAtMs: nowMs, signedAtMs: null, notes: '' });
    this.#drafts.set(draft.id, draft);
    for (const id of this.#drafts.keys()) if (this.#drafts.size > draftsMax) this.#drafts.delete(id);
    return { draft, document };
  }

  /** Null where it is forgotten: after a restart, or a hundred drafts later. */
  findDraft(id: string, watchId: string): Draft | null {
    const draft = this.#drafts.get(id);
    return draft?.watchId === watchId ? draft : null;
  }

  sign(
    watch: Watch,
    draft: Draft,
    signature: { readonly to: Signer; readonly signedAtMs: number; readonly notes: string },
    maySee: (stationId: string) => boolean,
  ): Promise<HandoverDocument> {
    const wasSeen = (key: string, mark: string) => draft.marks.get(key) === mark;
    return this.#make(watch, maySee, wasSeen, { ...signature, draftedAtMs: draft.draftedAtMs });
  }

  async #make(
    watch: Watch,
    maySee: (stationId: string) => boolean,
    wasSeen: (key: string, mark: string) => boolean,
    head: { readonly to: Signer | null; readonly draftedAtMs: number; readonly signedAtMs: number | null; readonly notes: string },
  ): Promise<HandoverDocument> {
    const { log, checks, work, incidents } = this.#parts;
    const asked = (await checks.between(watch.startedAtMs, Number.MAX_SAFE_INTEGER, 1_000)).filter(
      (check) => check.username === watch.username,
    );
    return {
      schema: 1,
      consoleId: watch.consoleId,
      watchStartedAtMs: watch.startedAtMs,
      from: { username: watch.username, displayName: watch.displayName },
      to: head.to === null ? null : { username: head.to.username, displayName: head.to.displayName },
      draftedAtMs: head.draftedAtMs,
      signedAtMs: head.signedAtMs,
      ...this.#alarms(maySee, wasSeen),
      work: work()
        .filter((window) => maySee(window.stationId))
        .map((window) => ({
          id: window.id,
          kind: window.kind,
          stationId: window.stationId,
          pointId: window.kind === 'test' ? window.pointId : null,
          reason: window.reason,
          by: window.startedBy,
          untilMs: window.untilMs,
          wasSeen: wasSeen(`work/${window.id}`, String(window.version)),
        })),
      incidents: incidents()
        .filter((incident) => incident.closed === null && incident.stationIds.some(maySee))
        .map((incident) => ({
          id: incident.id,
          number: incident.number,
          stationId: incident.stationIds[0] ?? '',
          kind: incident.kind,
          state: incident.state,
          isDrill: incident.isDrill,
          openedAtMs: incident.openedAtMs,
          wasSeen: wasSeen(`incident/${incident.id}`, incident.state),
        })),
      hazards: this.#hazards(watch, head.signedAtMs ?? head.draftedAtMs, maySee, wasSeen),
      openNotes: (await log.open())
        .filter((entry) => entry.stationId === null || maySee(entry.stationId))
        .map(({ id, atMs, displayName, stationId, text }) => ({ id, atMs, displayName, stationId, text })),
      checks: {
        asked: asked.length,
        answered: asked.filter((check) => check.outcome === 'answered').length,
        missed: asked.filter((check) => check.outcome === 'missed').length,
      },
      notes: head.notes,
    };
  }

  #hazards(
    watch: Watch,
    nowMs: number,
    maySee: (stationId: string) => boolean,
    wasSeen: (key: string, mark: string) => boolean,
  ): HandoverHazard[] {
    const today = dateAt(nowMs, this.#parts.plant.company.timeZone);
    return this.#parts
      .hazards()
      .filter((record) => maySee(record.finding.stationId) && isUnfinished(record.state))
      .map((record) => ({ record, standing: standingOn(record, today) }))
      .filter(
        ({ record, standing }) =>
          standing === 'overdue' ||
          standing === 'atRisk' ||
          record.grade === 'major' ||
          (record.reportedBy !== null && record.reportedAtMs >= watch.startedAtMs),
      )
      .toSorted(({ record: one }, { record: other }) => (one.settled.deadline ?? '9999').localeCompare(other.settled.deadline ?? '9999'))
      .map(({ record, standing }) => ({
        id: record.id,
        number: record.number,
        stationId: record.finding.stationId,
        description: record.finding.description,
        grade: record.grade,
        state: record.state,
        standing,
        deadline: record.settled.deadline,
        isSupplySuspended: record.supplySuspendedAtMs !== null,
        wasSeen: wasSeen(`hazard/${record.id}`, `${record.version}/${standing}/${record.supplySuspendedAtMs ?? ''}`),
      }));
  }

  #alarms(maySee: (stationId: string) => boolean, wasSeen: (key: string, mark: string) => boolean) {
    const { plant, store } = this.#parts;
    const lists = {
      alarms: [] as HandoverAlarm[],
      shelved: [] as HandoverDocument['shelved'],
      outOfService: [] as HandoverDocument['outOfService'],
      suppressed: [] as HandoverAlarm[],
    };
    const stationOf = (definition: AlarmDefinition) => plant.stations[definition.stationIndex]?.id ?? '';
    const records = store
      .all()
      .filter(({ definition, record }) => stateOf(record) !== 'normal' && maySee(stationOf(definition)))
      .toSorted(mostUrgentFirst);
    for (const { definition, record } of records) {
      const item: HandoverAlarm = {
        alarmId: definition.id,
        occurrenceId: record.occurrenceId,
        stationId: stationOf(definition),
        priority: definition.priority,
        class: definition.class,
        state: stateOf(record),
        message: definition.message,
        raisedAtMs: record.raisedAtMs,
        acknowledgedBy: record.acknowledgedBy,
        comment: record.comment,
        // Occurrence and state: an escalation or a comment between draft and signature is nothing new to the two.
        wasSeen: wasSeen(`alarm/${definition.id}`, `${record.occurrenceId}/${stateOf(record)}`),
      };
      if (record.outOfService !== null) {
        const { permit, compensatingMeasure, untilMs } = record.outOfService;
        lists.outOfService.push({ ...item, permit, compensatingMeasure, untilMs });
      } else if (record.shelved !== null) lists.shelved.push({ ...item, untilMs: record.shelved.untilMs });
      else if (item.state === 'suppressed') lists.suppressed.push(item);
      else lists.alarms.push(item);
    }
    return lists;
  }
}

interface Known {
  readonly definition: AlarmDefinition;
  readonly record: AlarmRecord;
}

function mostUrgentFirst(a: Known, b: Known): number {
  return (
    Number(needsAcknowledgement(stateOf(b.record))) - Number(needsAcknowledgement(stateOf(a.record))) ||
    priorityNumber[a.definition.priority] - priorityNumber[b.definition.priority] ||
    (b.record.raisedAtMs ?? 0) - (a.record.raisedAtMs ?? 0)
  );
}
