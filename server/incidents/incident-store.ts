// Holds every unsettled incident, applies people's actions to it, and commits rows and journal lines in one transaction. The only writer of incidents.
import { randomUUIDv7 } from 'node:crypto';
import type { OpenIncident } from '../../domain/api/incident-api.ts';
import {
  type Casualties,
  type IncidentEvent,
  type IncidentKind,
  type IncidentRecord,
  incidentEventSchema,
  incidentRecordSchema,
  type LinkedAlarm,
  noCasualties,
  type Person,
  type Position,
} from '../../domain/incidents/incident.ts';
import type { ClosingAction, IncidentAction } from '../../domain/incidents/incident-action.ts';
import { boundedTime, type DecisionContext, decide, type IncidentRefusal } from '../../domain/incidents/incident-machine.ts';
import { evolve, isOpenDuty, isSettled, openRecord } from '../../domain/incidents/incident-record.ts';
import { planFor } from '../../domain/incidents/response-plan.ts';
import type { Plant, Station } from '../../domain/plant/plant.ts';
import type { Clock } from '../../domain/time/clock.ts';
import type { Database } from '../journal/database.ts';
import type { NewJournalEntry } from '../journal/journal.ts';
import type { Commit, Ledger } from '../journal/ledger.ts';
import { type AlsoWritten, type IncidentChange, journalLine, writeIncidentRows } from './incident-rows.ts';

export type IncidentActResult =
  /** It is in the time line, with effect or without; `isRepeated` where it had been before. */
  | { readonly kind: 'done'; readonly record: IncidentRecord; readonly event: IncidentEvent; readonly isRepeated: boolean }
  | { readonly kind: 'conflict'; readonly record: IncidentRecord }
  | { readonly kind: 'refused'; readonly reason: IncidentRefusal; readonly items: readonly string[]; readonly record: IncidentRecord }
  | { readonly kind: 'reusedActionId' }
  /** Of an opening: the alarm is in this incident already. */
  | { readonly kind: 'alarmHasIncident'; readonly record: IncidentRecord }
  | { readonly kind: 'unknown' };

/** Told after the commit, never before. */
export type IncidentListener = (changes: readonly IncidentChange[]) => void;

type OpenEvent = Extract<IncidentEvent, { kind: 'open' }>;

/** What an opening needs, whoever opens. */
export interface Opening {
  readonly stations: readonly Station[];
  readonly kind: IncidentKind;
  readonly isDrill: boolean;
  readonly scenario: string | null;
  readonly description: string | null;
  readonly detectedAtMs: number;
  readonly statedAtMs: number | null;
  readonly casualties: Casualties;
  readonly rule: string | null;
  readonly alarms: readonly LinkedAlarm[];
  readonly by: Person | null;
  readonly actionId: string | null;
  readonly position: Position | null;
}

/** One more event of an incident, or its first; `id` names the incident. */
export interface Step {
  readonly id: string;
  readonly event: IncidentEvent;
}

const longestAgoMs = 24 * 3_600_000;

export class IncidentStore {
  readonly #plant: Plant;
  readonly #ledger: Ledger;
  readonly #clock: Clock;
  readonly #unsettled = new Map<string, IncidentRecord>();
  readonly #listeners = new Set<IncidentListener>();

  private constructor(plant: Plant, ledger: Ledger, clock: Clock) {
    this.#plant = plant;
    this.#ledger = ledger;
    this.#clock = clock;
  }

  static async open(options: { readonly plant: Plant; readonly ledger: Ledger; readonly clock: Clock }): Promise<IncidentStore> {
    const store = new IncidentStore(options.plant, options.ledger, options.clock);
    const rows = await options.ledger.database
      .selectFrom('incident')
      .select(['record'])
      .where('is_settled', '=', 0)
      .orderBy('number')
      .execute();
    for (const row of rows) store.#put(incidentRecordSchema.parse(JSON.parse(row.record)));
    return store;
  }

  get database(): Database {
    return this.#ledger.database;
  }

  onChange(listener: IncidentListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Open ones, and closed ones of which a report is still owed. */
  unsettled(): readonly IncidentRecord[] {
    return [...this.#unsettled.values()];
  }

  held(id: string): IncidentRecord | undefined {
    return this.#unsettled.get(id);
  }

  async find(id: string): Promise<IncidentRecord | null> {
    const held = this.#unsettled.get(id);
    if (held !== undefined) return held;
    const row = await this.database.selectFrom('incident').select('record').where('incident_id', '=', id).executeTakeFirst();
    return row === undefined ? null : incidentRecordSchema.parse(JSON.parse(row.record));
  }

  /** Newest first. */
  async settled(options: { readonly limit: number; readonly beforeMs: number | null }): Promise<readonly IncidentRecord[]> {
    let select = this.database
      .selectFrom('incident')
      .select('record')
      .where('is_settled', '=', 1)
      .orderBy('opened_at_ms', 'desc')
      .limit(options.limit);
    if (options.beforeMs !== null) select = select.where('opened_at_ms', '<', options.beforeMs);
    return (await select.execute()).map((row) => incidentRecordSchema.parse(JSON.parse(row.record)));
  }

  /** The incident that an alarm occurrence is in. */
  async ofOccurrence(occurrenceId: string): Promise<IncidentRecord | null> {
    const row = await this.database
      .selectFrom('incident_alarm')
      .select('incident_id')
      .where('occurrence_id', '=', occurrenceId)
      .executeTakeFirst();
    return row === undefined ? null : this.find(row.incident_id);
  }

  async events(id: string): Promise<readonly { readonly position: number; readonly event: IncidentEvent }[]> {
    const rows = await this.database
      .selectFrom('incident_event')
      .select(['position', 'event'])
      .where('incident_id', '=', id)
      .orderBy('position')
      .execute();
    return rows.map((row) => ({ position: row.position, event: incidentEventSchema.parse(JSON.parse(row.event)) }));
  }

  /** Opened by a person; sent twice it is one incident. */
  openByHand(
    request: OpenIncident & { readonly station: Station; readonly alarm: LinkedAlarm | null },
    by: Person,
  ): Promise<IncidentActResult> {
    return this.#ledger.exclusively(async (commit): Promise<IncidentActResult> => {
      const earlier = await this.#earlier(request.actionId, null, by);
      if (earlier !== null) return earlier;
      const taken = request.alarm === null ? null : await this.ofOccurrence(request.alarm.occurrenceId);
      if (taken !== null) return { kind: 'alarmHasIncident', record: taken };
      const receivedAtMs = this.#clock.nowMs();
      const statedAtMs = request.atMs ?? null;
      const openedAtMs = boundedTime(statedAtMs, receivedAtMs, receivedAtMs - longestAgoMs);
      const noticedAtMs = request.detectedAtMs ?? request.alarm?.atMs ?? openedAtMs;
      const step = await this.openingStep(
        {
          stations: [request.station],
          kind: request.incidentKind,
          isDrill: request.isDrill ?? false,
          scenario: request.scenario ?? null,
          description: request.description ?? null,
          detectedAtMs: Math.min(openedAtMs, boundedTime(noticedAtMs, receivedAtMs, receivedAtMs - longestAgoMs)),
          statedAtMs,
          casualties: request.casualties ?? noCasualties,
          rule: null,
          alarms: request.alarm === null ? [] : [request.alarm],
          by,
          actionId: request.actionId,
          position: request.position === undefined ? null : { ...request.position, accuracyM: request.position.accuracyM ?? null },
        },
        openedAtMs,
        receivedAtMs,
        0,
      );
      const [change] = await this.commitSteps(commit, [step]);
      if (change === undefined) throw new Error('an opening was not committed');
      return { kind: 'done', ...change, isRepeated: false };
    });
  }

  /** A person's action. With the version that he saw it is refused where the incident has moved on; without it is taken where it fits. */
  act(
    id: string,
    action: IncidentAction | ClosingAction,
    by: Person,
    whoIs: DecisionContext['whoIs'] = (name) => ({ username: null, displayName: name }),
  ): Promise<IncidentActResult> {
    return this.#ledger.exclusively(async (commit): Promise<IncidentActResult> => {
      const earlier = await this.#earlier(action.actionId, id, by);
      if (earlier !== null) return earlier;
      const record = await this.find(id);
      if (record === null) return { kind: 'unknown' };
      if ('version' in action && action.version !== undefined && action.version !== record.version) return { kind: 'conflict', record };
      const decision = decide(record, action, { receivedAtMs: this.#clock.nowMs(), by, whoIs });
      if (decision.kind === 'refused') return { kind: 'refused', reason: decision.reason, items: decision.items ?? [], record };
      const [change] = await this.commitSteps(commit, [{ id, event: decision.event }]);
      if (change === undefined) throw new Error('an action was not committed');
      return { kind: 'done', ...change, isRepeated: false };
    });
  }

  /** An event that needs no rule: a photo that has been stored. */
  add(id: string, make: (receivedAtMs: number, record: IncidentRecord) => IncidentEvent, by: Person): Promise<IncidentActResult> {
    return this.#ledger.exclusively(async (commit): Promise<IncidentActResult> => {
      const record = await this.find(id);
      if (record === null) return { kind: 'unknown' };
      const event = make(this.#clock.nowMs(), record);
      const earlier = event.actionId === null ? null : await this.#earlier(event.actionId, id, by);
      if (earlier !== null) return earlier;
      const [change] = await this.commitSteps(commit, [{ id, event }]);
      if (change === undefined) throw new Error('an event was not committed');
      return { kind: 'done', ...change, isRepeated: false };
    });
  }

  /** Writes down, once each, that a report was not made in its time. Call every few seconds. */
  noteOverdue(): Promise<void> {
    const nowMs = this.#clock.nowMs();
    const isAnyOverdue = this.unsettled().some((record) => overdueDuties(record, nowMs).length > 0);
    if (!isAnyOverdue) return Promise.resolve();
    return this.#ledger.exclusively(async (commit) => {
      const steps = this.unsettled().flatMap((record) =>
        overdueDuties(record, nowMs).map(
          (duty): Step => ({
            id: record.id,
            event: {
              kind: 'overdue',
              atMs: duty.dueAtMs,
              receivedAtMs: nowMs,
              statedAtMs: null,
              by: null,
              actionId: null,
              position: null,
              dutyId: duty.id,
              dutyKind: duty.kind,
              dueAtMs: duty.dueAtMs,
            },
          }),
        ),
      );
      await this.commitSteps(commit, steps);
    });
  }

  /** `alreadyInBatch`: openings of the same kind earlier in the same commit, for the number. Inside ledger work only. */
  async openingStep(opening: Opening, atMs: number, receivedAtMs: number, alreadyInBatch: number): Promise<Step> {
    const [station] = opening.stations;
    if (station === undefined) throw new Error('an incident needs a station');
    const { reporting } = this.#plant.incidents;
    const event: OpenEvent = {
      kind: 'open',
      atMs,
      receivedAtMs,
      statedAtMs: opening.statedAtMs,
      by: opening.by,
      actionId: opening.actionId,
      position: opening.position,
      number: await this.#number(opening.isDrill, atMs, alreadyInBatch),
      stationIds: opening.stations.map((each) => each.id),
      incidentKind: opening.kind,
      isDrill: opening.isDrill,
      scenario: opening.scenario,
      description: opening.description,
      detectedAtMs: opening.detectedAtMs,
      casualties: opening.casualties,
      rule: opening.rule,
      alarms: [...opening.alarms],
      plan: planFor(this.#plant.responsePlans, station, opening.kind),
      reporting: {
        headOfUnitDueMs: atMs + reporting.headOfUnit,
        authorityDueMs: atMs + reporting.authority,
        casualtyUpdateWithinMs: reporting.casualtyUpdate,
        windowEndsMs: opening.detectedAtMs + reporting.window,
        fireWindowEndsMs: opening.detectedAtMs + reporting.fireWindow,
      },
    };
    return { id: randomUUIDv7(), event };
  }

  /** Inside ledger work only. Rows, events and journal lines go together; `also` in the same transaction. */
  async commitSteps(commit: Commit, steps: readonly Step[], also: AlsoWritten | null = null): Promise<readonly IncidentChange[]> {
    const touched = new Map<string, IncidentRecord>();
    const changes: IncidentChange[] = [];
    const entries: NewJournalEntry[] = [];
    for (const { id, event } of steps) {
      const before = touched.get(id) ?? (event.kind === 'open' ? null : await this.find(id));
      if (before === null && event.kind !== 'open') throw new Error(`there is no incident ${id}`);
      const record = event.kind === 'open' ? openRecord(id, event) : evolve(before as IncidentRecord, event);
      touched.set(id, record);
      changes.push({ record, event });
      entries.push(journalLine(before, { record, event }));
    }
    await commit(entries, (transaction) => writeIncidentRows(transaction, { records: [...touched.values()], changes, also }));
    for (const record of touched.values()) this.#put(record);
    if (changes.length > 0) for (const listener of this.#listeners) listener(changes);
    return changes;
  }

  async #earlier(actionId: string, id: string | null, by: Person): Promise<IncidentActResult | null> {
    const row = await this.database.selectFrom('incident_event').selectAll().where('action_id', '=', actionId).executeTakeFirst();
    if (row === undefined) return null;
    const event = incidentEventSchema.parse(JSON.parse(row.event));
    const isSameIncident = id === null ? event.kind === 'open' : row.incident_id === id;
    if (!isSameIncident || row.username !== by.username) return { kind: 'reusedActionId' };
    const record = await this.find(row.incident_id);
    return record === null ? { kind: 'unknown' } : { kind: 'done', record, event, isRepeated: true };
  }

  async #number(isDrill: boolean, atMs: number, alreadyInBatch: number): Promise<string> {
    const year = new Intl.DateTimeFormat('en', { timeZone: this.#plant.company.timeZone, year: 'numeric' }).format(atMs);
    const prefix = `${isDrill ? 'X' : 'I'}-${year}-`;
    const { count } = await this.database
      .selectFrom('incident')
      .select((eb) => eb.fn.countAll<number | bigint | string>().as('count'))
      .where('number', 'like', `${prefix}%`)
      .executeTakeFirstOrThrow();
    return `${prefix}${String(Number(count) + alreadyInBatch + 1).padStart(4, '0')}`;
  }

  #put(record: IncidentRecord): void {
    if (isSettled(record)) this.#unsettled.delete(record.id);
    else this.#unsettled.set(record.id, record);
  }
}

function overdueDuties(record: IncidentRecord, nowMs: number) {
  return record.duties.filter((duty) => isOpenDuty(duty) && duty.overdueNotedAtMs === null && duty.dueAtMs < nowMs);
}
