// Holds every open patrol, opens each at its time, applies what walkers, phones and the clock do to it, and commits rows and journal lines in one transaction.
// The only writer of patrols; what is to be put right is handed on by patrol-hazards.ts.
import { boundedTime } from '../../domain/incidents/incident-machine.ts';
import {
  isOpenPatrol,
  type PatrolEvent,
  type PatrolPhoto,
  type PatrolRecord,
  type PatrolVisit,
  patrolEventSchema,
  patrolIdOf,
  patrolRecordSchema,
} from '../../domain/patrols/patrol.ts';
import {
  calendarEvents,
  earlyMs,
  evolvePatrol,
  judgedResult,
  openEventOf,
  openPatrol,
  type VisitRefusal,
  visitRefusal,
} from '../../domain/patrols/patrol-machine.ts';
import type { PatrolRound } from '../../domain/patrols/patrol-plan.ts';
import { Beginnings, beginningsBetween } from '../../domain/patrols/patrol-schedule.ts';
import type { Plant } from '../../domain/plant/plant.ts';
import type { Clock } from '../../domain/time/clock.ts';
import type { Database } from '../journal/database.ts';
import type { Commit, Ledger } from '../journal/ledger.ts';
import { type PatrolChange, patrolLine, writePatrolRows } from './patrol-rows.ts';
import type { PatrolPlanTable } from './patrol-tables.ts';

export type PatrolResult =
  | { readonly kind: 'done'; readonly record: PatrolRecord; readonly isRepeated: boolean }
  | { readonly kind: 'refused'; readonly reason: VisitRefusal }
  | { readonly kind: 'reusedActionId' }
  | { readonly kind: 'unknown' };

/** Told after the commit, never before. */
export type PatrolListener = (changes: readonly PatrolChange[]) => void;

interface Step {
  readonly id: string;
  readonly event: PatrolEvent;
}

/** Patrols that are committed together: alarms are committed between two parts. */
const partSize = 40;
/** After a long time away no more than this is made up. */
const lookBackMs = 31 * 86_400_000;

const planKey = (roundId: string, stationId: string) => `${roundId}.${stationId}`;

export class PatrolStore {
  readonly #plant: Plant;
  readonly #ledger: Ledger;
  readonly #clock: Clock;
  readonly #upSinceMs: number;
  readonly #open = new Map<string, PatrolRecord>();
  readonly #justDone = new Map<string, PatrolRecord>();
  readonly #plans = new Map<string, PatrolPlanTable>();
  readonly #listeners = new Set<PatrolListener>();

  private constructor(plant: Plant, ledger: Ledger, clock: Clock) {
    this.#plant = plant;
    this.#ledger = ledger;
    this.#clock = clock;
    this.#upSinceMs = clock.nowMs();
  }

  static async open(options: { readonly plant: Plant; readonly ledger: Ledger; readonly clock: Clock }): Promise<PatrolStore> {
    const store = new PatrolStore(options.plant, options.ledger, options.clock);
    const rows = await store.database
      .selectFrom('patrol')
      .select('record')
      .where((where) => where.or([where('is_open', '=', 1), where('cut_at_ms', '>', options.clock.nowMs())]))
      .execute();
    for (const row of rows) store.#put(patrolRecordSchema.parse(JSON.parse(row.record)));
    await store.#followPlant();
    return store;
  }

  get database(): Database {
    return this.#ledger.database;
  }

  onChange(listener: PatrolListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** To be walked now, in time or late. */
  openOnes(): readonly PatrolRecord[] {
    return [...this.#open.values()];
  }

  rounds(): readonly PatrolRound[] {
    return this.#plant.patrols.rounds;
  }

  /** What falls due in [from, to) and is not open yet, as it would be opened. */
  upcoming(fromMs: number, toMs: number, isSeen: (stationId: string) => boolean): readonly PatrolRecord[] {
    const beginnings = new Beginnings(this.#zone);
    return this.#plant.patrols.rounds.flatMap((round) =>
      isSeen(round.stationId)
        ? beginnings
            .between(round, fromMs, toMs)
            .filter((plannedAtMs) => !this.#open.has(patrolIdOf(round.id, round.stationId, plannedAtMs)))
            .map((plannedAtMs) => openPatrol(openEventOf(round, plannedAtMs, plannedAtMs)))
        : [],
    );
  }

  /** One that falls due before `toMs` and is not there yet, as it would be opened. */
  planned(id: string, toMs: number): PatrolRecord | null {
    const round = this.#plant.patrols.rounds.find((each) => id.startsWith(`${each.id}.${each.stationId}.`));
    const plannedAtMs = Number(id.slice(id.lastIndexOf('.') + 1));
    if (round === undefined || !Number.isSafeInteger(plannedAtMs) || plannedAtMs < this.#clock.nowMs() || plannedAtMs >= toMs) return null;
    if (id !== patrolIdOf(round.id, round.stationId, plannedAtMs)) return null;
    if (beginningsBetween(round, this.#zone, plannedAtMs, plannedAtMs + 1).length === 0) return null;
    return openPatrol(openEventOf(round, plannedAtMs, plannedAtMs));
  }

  /** Done, and their time not over yet. */
  justDone(): readonly PatrolRecord[] {
    return [...this.#justDone.values()];
  }

  async find(id: string): Promise<PatrolRecord | null> {
    const held = this.#open.get(id) ?? this.#justDone.get(id);
    if (held !== undefined) return held;
    const row = await this.database.selectFrom('patrol').select('record').where('patrol_id', '=', id).executeTakeFirst();
    return row === undefined ? null : patrolRecordSchema.parse(JSON.parse(row.record));
  }

  /** Planned in [from, to), newest first. */
  async between(query: {
    readonly fromMs: number;
    readonly toMs: number;
    readonly stationIds: readonly string[] | null;
    readonly limit: number;
  }): Promise<readonly PatrolRecord[]> {
    let select = this.database
      .selectFrom('patrol')
      .select('record')
      .where('planned_at_ms', '>=', query.fromMs)
      .where('planned_at_ms', '<', query.toMs)
      .orderBy('planned_at_ms', 'desc')
      .orderBy('patrol_id')
      .limit(query.limit);
    if (query.stationIds !== null) select = select.where('station_id', 'in', query.stationIds.length === 0 ? [''] : [...query.stationIds]);
    return (await select.execute()).map((row) => patrolRecordSchema.parse(JSON.parse(row.record)));
  }

  /** Called missed after a moment. */
  async missedSince(fromMs: number): Promise<readonly PatrolRecord[]> {
    const rows = await this.database
      .selectFrom('patrol')
      .select('record')
      .where('cut_at_ms', '>', fromMs - lookBackMs)
      .where('state', '=', 'missed')
      .orderBy('planned_at_ms', 'desc')
      .limit(2_000)
      .execute();
    return rows
      .map((row) => patrolRecordSchema.parse(JSON.parse(row.record)))
      .filter(({ missedSaidAtMs }) => missedSaidAtMs !== null && missedSaidAtMs > fromMs);
  }

  async events(id: string): Promise<readonly PatrolEvent[]> {
    const rows = await this.database.selectFrom('patrol_event').select('event').where('patrol_id', '=', id).orderBy('position').execute();
    return rows.map(({ event }) => patrolEventSchema.parse(JSON.parse(event)));
  }

  /** [PT5] [PT6] [PT7] [PT10] */
  visit(id: string, given: Omit<PatrolVisit, 'atMs' | 'receivedAtMs'>): Promise<PatrolResult> {
    return this.#act(id, given, (record, receivedAtMs) => {
      const atMs = boundedTime(given.statedAtMs, receivedAtMs, Number.NEGATIVE_INFINITY);
      const refusal = visitRefusal(record, given, atMs);
      if (refusal !== null) return refusal;
      const items = record.points.find(({ placeId }) => placeId === given.placeId)?.items ?? [];
      const results = given.results.flatMap((result) => {
        const item = items.find((candidate) => candidate.id === result.itemId);
        return item === undefined ? [] : [judgedResult(item, result)];
      });
      return { kind: 'visit', atMs: receivedAtMs, visit: { ...given, results, atMs, receivedAtMs } };
    });
  }

  photo(id: string, given: Omit<PatrolPhoto, 'atMs' | 'receivedAtMs'>, statedAtMs: number | null): Promise<PatrolResult> {
    return this.#act(id, given, (record, receivedAtMs) =>
      record.points.some(({ placeId }) => placeId === given.placeId)
        ? {
            kind: 'photo',
            atMs: receivedAtMs,
            photo: { ...given, atMs: boundedTime(statedAtMs, receivedAtMs, record.plannedAtMs - earlyMs), receivedAtMs },
          }
        : 'unknownPlace',
    );
  }

  /** [PT12] */
  explain(id: string, reason: string, by: PatrolVisit['by']): Promise<PatrolResult> {
    return this.#ledger.exclusively(async (commit): Promise<PatrolResult> => {
      if ((await this.find(id)) === null) return { kind: 'unknown' };
      await this.#commit(commit, [{ id, event: { kind: 'explain', atMs: this.#clock.nowMs(), by, reason } }]);
      return { kind: 'done', record: (await this.find(id)) as PatrolRecord, isRepeated: false };
    });
  }

  /** What the clock does: opens what is due, says what is at risk, late, missed. [PT1] [PT2] [PT4] [PT9] */
  async tick(): Promise<void> {
    const nowMs = this.#clock.nowMs();
    for (const record of this.#justDone.values()) if (record.cutAtMs <= nowMs) this.#justDone.delete(record.id);
    const beginnings = new Beginnings(this.#zone);
    const due = this.#plant.patrols.rounds.flatMap((round) => {
      const plan = this.#plans.get(planKey(round.id, round.stationId));
      if (plan === undefined) return [];
      const fromMs = Math.max(plan.planned_to_ms, nowMs - lookBackMs);
      return beginnings.between(round, fromMs, nowMs + 1).map((plannedAtMs) => ({ round, plannedAtMs }));
    });
    for (let start = 0; start < due.length; start += partSize)
      await this.#ledger.exclusively((commit) => this.#openDue(commit, due.slice(start, start + partSize), nowMs));
    if (due.length > 0) await this.#notePlanned(nowMs + 1);
    const waiting = [...this.#open.keys()].filter((id) => this.#calendarSteps(id, nowMs).length > 0);
    for (let start = 0; start < waiting.length; start += partSize)
      await this.#ledger.exclusively(async (commit) => {
        const steps = waiting.slice(start, start + partSize).flatMap((id) => this.#calendarSteps(id, nowMs));
        if (steps.length > 0) await this.#commit(commit, steps);
      });
  }

  #calendarSteps(id: string, nowMs: number): Step[] {
    const record = this.#open.get(id);
    return record === undefined ? [] : calendarEvents(record, nowMs, this.#upSinceMs).map((event) => ({ id, event }));
  }

  async #openDue(commit: Commit, due: readonly { readonly round: PatrolRound; readonly plannedAtMs: number }[], nowMs: number) {
    const steps: Step[] = [];
    for (const { round, plannedAtMs } of due) {
      const id = patrolIdOf(round.id, round.stationId, plannedAtMs);
      if ((await this.find(id)) === null) steps.push({ id, event: openEventOf(round, plannedAtMs, nowMs) });
    }
    if (steps.length > 0) await this.#commit(commit, steps);
  }

  /** Only when something was opened: what has no beginning between two looks needs no row. */
  async #notePlanned(toMs: number): Promise<void> {
    await this.#ledger.commit([], async (transaction) => {
      await transaction.updateTable('patrol_plan').set({ planned_to_ms: toMs }).where('to_ms', 'is', null).execute();
    });
    for (const [key, plan] of this.#plans) this.#plans.set(key, { ...plan, planned_to_ms: toMs });
  }

  /** A round is planned from when it was first seen; one that left the plant file is planned no more. [PT2] */
  async #followPlant(): Promise<void> {
    const nowMs = this.#clock.nowMs();
    const running = await this.database.selectFrom('patrol_plan').selectAll().where('to_ms', 'is', null).execute();
    const known = new Map(running.map((row) => [planKey(row.round_id, row.station_id), row]));
    const wanted = new Map(this.#plant.patrols.rounds.map((round) => [planKey(round.id, round.stationId), round]));
    const added = [...wanted]
      .filter(([key]) => !known.has(key))
      .map(
        ([, round]): PatrolPlanTable => ({
          round_id: round.id,
          station_id: round.stationId,
          kind: round.kind,
          since_ms: nowMs,
          to_ms: null,
          // What has more than half of its time before it can still be walked.
          planned_to_ms: nowMs - round.withinMs / 2,
        }),
      );
    const gone = running.filter((row) => !wanted.has(planKey(row.round_id, row.station_id)));
    for (const row of [...running, ...added]) if (!gone.includes(row)) this.#plans.set(planKey(row.round_id, row.station_id), row);
    if (added.length === 0 && gone.length === 0) return;
    const line = (row: PatrolPlanTable, kind: string) => ({
      occurredAtMs: nowMs,
      kind,
      stationId: row.station_id,
      alarmId: null,
      occurrenceId: null,
      actor: { kind: 'system', part: 'patrols' } as const,
      detail: { roundId: row.round_id, patrolKind: row.kind },
    });
    await this.#ledger.commit(
      [...added.map((row) => line(row, 'patrol.planned')), ...gone.map((row) => line(row, 'patrol.unplanned'))],
      async (transaction) => {
        for (let start = 0; start < added.length; start += 1_000)
          await transaction
            .insertInto('patrol_plan')
            .values(added.slice(start, start + 1_000))
            .execute();
        for (const row of gone)
          await transaction
            .updateTable('patrol_plan')
            .set({ to_ms: nowMs })
            .where('round_id', '=', row.round_id)
            .where('station_id', '=', row.station_id)
            .where('since_ms', '=', row.since_ms)
            .execute();
      },
    );
  }

  #act(
    id: string,
    given: { readonly actionId: string; readonly by: PatrolVisit['by'] },
    make: (record: PatrolRecord, receivedAtMs: number) => Exclude<PatrolEvent, { kind: 'open' }> | VisitRefusal,
  ): Promise<PatrolResult> {
    return this.#ledger.exclusively(async (commit): Promise<PatrolResult> => {
      const earlier = await this.database
        .selectFrom('patrol_event')
        .select(['patrol_id', 'username'])
        .where('action_id', '=', given.actionId)
        .executeTakeFirst();
      const nowMs = this.#clock.nowMs();
      const known = await this.find(id);
      if (earlier !== undefined) {
        if (earlier.patrol_id !== id || earlier.username !== given.by.username) return { kind: 'reusedActionId' };
        return known === null ? { kind: 'unknown' } : { kind: 'done', record: known, isRepeated: true };
      }
      // Somebody has begun a little early: it is opened with his first step.
      const early = known === null ? this.planned(id, nowMs + earlyMs + 1) : null;
      const record = known ?? early;
      if (record === null) return { kind: 'unknown' };
      const event = make(record, nowMs);
      if (typeof event === 'string') return { kind: 'refused', reason: event };
      const steps: Step[] = [{ id, event }];
      if (early !== null) {
        const round = this.#plant.patrols.rounds.find((each) => each.id === early.roundId && each.stationId === early.stationId);
        if (round === undefined) return { kind: 'unknown' };
        steps.unshift({ id, event: openEventOf(round, early.plannedAtMs, nowMs) });
      }
      await this.#commit(commit, steps);
      return { kind: 'done', record: (await this.find(id)) as PatrolRecord, isRepeated: false };
    });
  }

  async #commit(commit: Commit, steps: readonly Step[]): Promise<void> {
    const touched = new Map<string, PatrolRecord>();
    const changes: PatrolChange[] = [];
    for (const { id, event } of steps) {
      const before = touched.get(id) ?? (event.kind === 'open' ? null : await this.find(id));
      if (before === null && event.kind !== 'open') throw new Error(`there is no patrol ${id}`);
      const record = event.kind === 'open' ? openPatrol(event) : evolvePatrol(before as PatrolRecord, event);
      touched.set(id, record);
      changes.push({ before, record, event });
    }
    await commit(changes.map(patrolLine), (transaction) => writePatrolRows(transaction, [...touched.values()], changes));
    for (const record of touched.values()) this.#put(record);
    for (const listener of this.#listeners) listener(changes);
  }

  #put(record: PatrolRecord): void {
    if (isOpenPatrol(record)) this.#open.set(record.id, record);
    else this.#open.delete(record.id);
    if (record.state === 'done' || record.state === 'doneLate') this.#justDone.set(record.id, record);
  }

  get #zone(): string {
    return this.#plant.company.timeZone;
  }
}
