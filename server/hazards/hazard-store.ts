// Holds every open hazard, applies what people and the system do to it, and commits rows and journal lines in one transaction. The only writer of hazards.
import { randomUUIDv7 } from 'node:crypto';
import {
  type HazardEvent,
  type HazardFinding,
  type HazardRecord,
  hazardEventSchema,
  hazardRecordSchema,
  isOpenState,
  isUnfinished,
  linkKeyOf,
} from '../../domain/hazards/hazard.ts';
import { standingOn } from '../../domain/hazards/hazard-deadline.ts';
import { evolve, type HazardRefusal, type LaterEvent, openRecord, owesLift, refusalOf } from '../../domain/hazards/hazard-machine.ts';
import type { SheetStep } from '../../domain/hazards/hazard-sheet.ts';
import { type HazardHistory, hazardsAt, type StationHazards } from '../../domain/hazards/hazards-at.ts';
import type { Person } from '../../domain/incidents/incident.ts';
import type { Plant } from '../../domain/plant/plant.ts';
import type { Clock } from '../../domain/time/clock.ts';
import { dateAt } from '../../domain/time/zoned-time.ts';
import type { Database } from '../journal/database.ts';
import type { Commit, DatabaseWrite, Ledger } from '../journal/ledger.ts';
import { type HazardChange, hazardLine, writeHazardRows } from './hazard-rows.ts';

export type HazardResult =
  | { readonly kind: 'done'; readonly record: HazardRecord }
  | { readonly kind: 'conflict'; readonly record: HazardRecord }
  | { readonly kind: 'refused'; readonly reason: HazardRefusal; readonly record: HazardRecord }
  /** Of a report: what it is linked to has a hazard already. */
  | { readonly kind: 'openedAlready'; readonly record: HazardRecord }
  /** Of a phone: this id was another person's, or of another hazard. */
  | { readonly kind: 'reusedActionId' }
  | { readonly kind: 'unknown' };

/** Told after the commit, never before. */
export type HazardListener = (changes: readonly HazardChange[]) => void;

type Bare<Event> = Event extends HazardEvent ? Omit<Event, 'atMs' | 'by'> : never;
/** A step before it is stamped; the number of a closing is given here. */
export type HazardStep = Bare<Exclude<LaterEvent, { kind: 'close' }>> | { readonly kind: 'close'; readonly comment: string | null };

/** Gaps that are committed together. */
const auditPart = 40;

export interface AuditGap {
  readonly finding: HazardFinding;
  readonly missing: string;
}

/** `opened`: also opened again, and proposals taken back. */
export interface AuditCounts {
  readonly opened: number;
  readonly proposed: number;
}

interface Step {
  readonly id: string;
  readonly event: HazardEvent;
}

export class HazardStore {
  readonly #plant: Plant;
  readonly #ledger: Ledger;
  readonly #clock: Clock;
  readonly #open = new Map<string, HazardRecord>();
  readonly #lastNumbers = new Map<string, number>();
  readonly #listeners = new Set<HazardListener>();

  private constructor(plant: Plant, ledger: Ledger, clock: Clock) {
    this.#plant = plant;
    this.#ledger = ledger;
    this.#clock = clock;
  }

  static async open(options: { readonly plant: Plant; readonly ledger: Ledger; readonly clock: Clock }): Promise<HazardStore> {
    const store = new HazardStore(options.plant, options.ledger, options.clock);
    const rows = await options.ledger.database.selectFrom('hazard').select('record').where('is_open', '=', 1).orderBy('number').execute();
    for (const row of rows) store.#put(hazardRecordSchema.parse(JSON.parse(row.record)));
    for (const { series, last } of await options.ledger.database.selectFrom('hazard_number').selectAll().execute())
      store.#lastNumbers.set(series, last);
    return store;
  }

  get database(): Database {
    return this.#ledger.database;
  }

  /** The plant's calendar day. */
  today(): string {
    return dateAt(this.#clock.nowMs(), this.#plant.company.timeZone);
  }

  onChange(listener: HazardListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  openOnes(): readonly HazardRecord[] {
    return [...this.#open.values()];
  }

  async find(id: string): Promise<HazardRecord | null> {
    const held = this.#open.get(id);
    if (held !== undefined) return held;
    return this.#one('hazard_id', id);
  }

  byNumber(number: string): Promise<HazardRecord | null> {
    return this.#one('number', number);
  }

  byLink(key: string): Promise<HazardRecord | null> {
    return this.#one('link_key', key);
  }

  /** Struck off and rejected ones, newest first. */
  async settledOnes(limit: number): Promise<readonly HazardRecord[]> {
    const rows = await this.database
      .selectFrom('hazard')
      .select('record')
      .where('is_open', '=', 0)
      .orderBy('reported_at_ms', 'desc')
      .limit(limit)
      .execute();
    return rows.map((row) => hazardRecordSchema.parse(JSON.parse(row.record)));
  }

  async events(id: string): Promise<readonly { readonly position: number; readonly event: HazardEvent }[]> {
    const rows = await this.database
      .selectFrom('hazard_event')
      .select(['position', 'event'])
      .where('hazard_id', '=', id)
      .orderBy('position')
      .execute();
    return rows.map(({ position, event }) => ({ position, event: hazardEventSchema.parse(JSON.parse(event)) }));
  }

  /** Per station with an open hazard: what was open, graded, overdue at a moment of the past, or is now. */
  async standingAt(atMs: number): Promise<ReadonlyMap<string, StationHazards>> {
    return hazardsAt(await this.histories(atMs), atMs, this.#plant.company.timeZone);
  }

  /** Every hazard with its events up to a moment. */
  async histories(untilMs: number): Promise<readonly HazardHistory[]> {
    const rows = await this.database
      .selectFrom('hazard_event')
      .select(['hazard_id', 'event'])
      .where('at_ms', '<=', untilMs)
      .orderBy('hazard_id')
      .orderBy('position')
      .execute();
    const events = new Map<string, HazardEvent[]>();
    for (const row of rows) {
      const event = hazardEventSchema.parse(JSON.parse(row.event));
      const mine = events.get(row.hazard_id);
      if (mine === undefined) events.set(row.hazard_id, [event]);
      else mine.push(event);
    }
    return [...events].map(([id, mine]) => ({ id, events: mine }));
  }

  /** [HZ1] */
  report(finding: HazardFinding, by: Person | null): Promise<HazardResult> {
    return this.#ledger.exclusively(async (commit): Promise<HazardResult> => {
      const key = linkKeyOf(finding);
      const earlier = key === null ? null : await this.byLink(key);
      if (earlier !== null) return { kind: 'openedAlready', record: earlier };
      const atMs = this.#clock.nowMs();
      const id = randomUUIDv7();
      await this.#commit(commit, [{ id, event: { kind: 'report', atMs, by, number: await this.#number('YH', atMs), finding } }]);
      return { kind: 'done', record: this.#open.get(id) as HazardRecord };
    });
  }

  /** `version` null: a step that makes nobody's form old, or the system's own. */
  act(id: string, version: number | null, step: HazardStep, by: Person | null, actionId: string | null = null): Promise<HazardResult> {
    return this.#ledger.exclusively(async (commit): Promise<HazardResult> => {
      const before = await this.find(id);
      if (before === null) return { kind: 'unknown' };
      const earlier = actionId === null ? undefined : await this.#earlier(actionId);
      if (earlier !== undefined)
        return earlier.hazard_id === id && earlier.username === by?.username
          ? { kind: 'done', record: before }
          : { kind: 'reusedActionId' };
      if (version !== null && version !== before.version) return { kind: 'conflict', record: before };
      const atMs = this.#clock.nowMs();
      const stamped = { ...step, atMs, by };
      const event = stamped.kind === 'close' ? { ...stamped, number: 'pending' } : stamped;
      const reason = refusalOf(before, event, this.today());
      if (reason !== null) return { kind: 'refused', reason, record: before };
      const numbered = event.kind === 'close' ? { ...event, number: await this.#number('XH', atMs) } : event;
      const after = evolve(before, numbered);
      const events: HazardEvent[] = [numbered];
      if (owesLift(after)) events.push({ kind: 'liftSuspension', atMs, by: null });
      await this.#commit(
        commit,
        events.map((each) => ({ id, event: each })),
        async (transaction) => {
          if (actionId === null) return;
          const row = { action_id: actionId, hazard_id: id, username: by?.username ?? '' };
          await transaction.insertInto('hazard_action').values(row).execute();
        },
      );
      return { kind: 'done', record: (await this.find(id)) as HazardRecord };
    });
  }

  /** All rows of a sheet together, or none where somebody has changed what they are about. [HZ17] */
  import(steps: readonly SheetStep[], by: Person): Promise<'done' | 'changed'> {
    return this.#ledger.exclusively(async (commit) => {
      const atMs = this.#clock.nowMs();
      const events: Step[] = [];
      for (const each of steps) {
        if (each.kind === 'amend') {
          if ((await this.find(each.id))?.version !== each.version) return 'changed';
          events.push({ id: each.id, event: { ...each.step, atMs, by } });
          continue;
        }
        const { step } = each;
        if (step.number !== null && (await this.byNumber(step.number)) !== null) return 'changed';
        const number = step.number ?? (await this.#number('YH', atMs));
        const closedNumber = step.closedOn === null ? null : (step.closedNumber ?? (await this.#number('XH', atMs)));
        events.push({ id: randomUUIDv7(), event: { ...step, number, closedNumber, atMs, by } });
      }
      if (events.length > 0) await this.#commit(commit, events);
      return 'done';
    });
  }

  /** What the calendar does: at risk, overdue, supply suspension. [HZ13] [HZ14] */
  tick(): Promise<void> {
    return this.#ledger.exclusively(async (commit) => {
      const atMs = this.#clock.nowMs();
      const today = this.today();
      const steps = this.openOnes().flatMap((record) => calendarSteps(record, today, atMs).map((event) => ({ id: record.id, event })));
      if (steps.length > 0) await this.#commit(commit, steps);
    });
  }

  /**
   * What a coverage audit found missing opens a hazard once, opens a struck off one again, and takes a proposal back; what it no longer misses is proposed as
   * settled. A rejected one stays so: somebody has decided. In small parts: alarms are committed between them. [HZ1] [HZ15]
   */
  async audit(gaps: readonly AuditGap[], proposal: string): Promise<AuditCounts> {
    let opened = 0;
    for (let from = 0; from < gaps.length; from += auditPart) opened += await this.#auditMissing(gaps.slice(from, from + auditPart));
    const missing = new Set(gaps.map(({ finding }) => linkKeyOf(finding)));
    return { opened, proposed: await this.#auditSettled(missing, proposal) };
  }

  #auditMissing(gaps: readonly AuditGap[]): Promise<number> {
    return this.#ledger.exclusively(async (commit) => {
      const stamp = { atMs: this.#clock.nowMs(), by: null };
      const steps: Step[] = [];
      for (const { finding, missing: reason } of gaps) {
        const known = await this.byLink(linkKeyOf(finding) ?? '');
        if (known === null)
          steps.push({
            id: randomUUIDv7(),
            event: { kind: 'report', ...stamp, number: await this.#number('YH', stamp.atMs), finding },
          });
        else if (known.state === 'closed' || known.state === 'accepted')
          steps.push({ id: known.id, event: { kind: 'reopen', ...stamp, reason } });
        else if (known.proposal !== null) steps.push({ id: known.id, event: { kind: 'withdrawProposal', ...stamp, reason } });
      }
      if (steps.length > 0) await this.#commit(commit, steps);
      return steps.length;
    });
  }

  #auditSettled(missing: ReadonlySet<string | null>, reason: string): Promise<number> {
    return this.#ledger.exclusively(async (commit) => {
      const event = { kind: 'proposeSettled', atMs: this.#clock.nowMs(), by: null, reason } as const;
      const steps = this.openOnes()
        .filter(({ finding }) => finding.link?.kind === 'audit' && !missing.has(linkKeyOf(finding)))
        .filter((record) => refusalOf(record, event, this.today()) === null)
        .map(({ id }): Step => ({ id, event }));
      if (steps.length > 0) await this.#commit(commit, steps);
      return steps.length;
    });
  }

  #earlier(actionId: string) {
    return this.database.selectFrom('hazard_action').selectAll().where('action_id', '=', actionId).executeTakeFirst();
  }

  async #commit(commit: Commit, steps: readonly Step[], also: DatabaseWrite | null = null): Promise<void> {
    const touched = new Map<string, HazardRecord>();
    const changes: HazardChange[] = [];
    for (const { id, event } of steps) {
      const before = touched.get(id) ?? (event.kind === 'report' || event.kind === 'import' ? null : await this.find(id));
      const record = event.kind === 'report' || event.kind === 'import' ? openRecord(id, event) : evolve(before as HazardRecord, event);
      touched.set(id, record);
      changes.push({ before, record, event });
    }
    await commit(changes.map(hazardLine), async (transaction) => {
      await writeHazardRows(transaction, { records: [...touched.values()], changes, numbers: this.#lastNumbers });
      await also?.(transaction);
    });
    for (const record of touched.values()) this.#put(record);
    for (const listener of this.#listeners) listener(changes);
  }

  /** Inside ledger work: nobody else takes a number meanwhile. One that a commit then fails to use is left out. */
  async #number(series: 'YH' | 'XH', atMs: number): Promise<string> {
    const name = `${series}-${dateAt(atMs, this.#plant.company.timeZone).slice(0, 4)}`;
    for (;;) {
      const last = (this.#lastNumbers.get(name) ?? 0) + 1;
      this.#lastNumbers.set(name, last);
      const number = `${name}-${String(last).padStart(4, '0')}`;
      // A sheet of before may have brought it already.
      if (series === 'XH' || (await this.byNumber(number)) === null) return number;
    }
  }

  async #one(column: 'hazard_id' | 'number' | 'link_key', value: string): Promise<HazardRecord | null> {
    const row = await this.database.selectFrom('hazard').select('record').where(column, '=', value).executeTakeFirst();
    return row === undefined ? null : hazardRecordSchema.parse(JSON.parse(row.record));
  }

  #put(record: HazardRecord): void {
    if (isOpenState(record.state)) this.#open.set(record.id, record);
    else this.#open.delete(record.id);
  }
}

function calendarSteps(record: HazardRecord, today: string, atMs: number): HazardEvent[] {
  const { deadline } = record.settled;
  if (deadline === null || !isUnfinished(record.state)) return [];
  const stamp = { atMs, by: null, deadline };
  switch (standingOn(record, today)) {
    case 'atRisk':
      return record.atRiskSaid === deadline ? [] : [{ kind: 'atRisk', ...stamp }];
    case 'overdue':
      return [
        ...(record.overdueSaid === deadline ? [] : [{ kind: 'overdue' as const, ...stamp }]),
        ...(record.grade === 'major' && record.supplySuspendedAtMs === null ? [{ kind: 'suspendSupply' as const, ...stamp }] : []),
      ];
    case 'none':
    case 'onTime':
      return [];
  }
}
