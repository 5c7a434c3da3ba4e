// Opens incidents by themselves: reads the alarms of the journal in their order and holds them against the rules of the plant file. How far it has read is
// committed with what it opened, so after a crash it goes on where it was: no confirmed leak without its incident, and none with two.

import type { Logger } from 'pino';
import type { IncidentEvent, LinkedAlarm } from '../../domain/incidents/incident.ts';
import { noCasualties } from '../../domain/incidents/incident.ts';
import { takesAlarms } from '../../domain/incidents/incident-record.ts';
import type { OpenRule } from '../../domain/incidents/incident-settings.ts';
import { companions, matchesRule } from '../../domain/incidents/open-rules.ts';
import type { JournalEntry } from '../../domain/journal/journal-entry.ts';
import type { Plant, Station } from '../../domain/plant/plant.ts';
import type { Clock, TimerHandle } from '../../domain/time/clock.ts';
import { alarmLineOf } from '../alarms/alarm-line.ts';
import type { AlarmStore } from '../alarms/alarm-store.ts';
import { announcementsIn } from '../alarms/announcements.ts';
import { fromRow } from '../journal/journal.ts';
import type { Commit, Ledger } from '../journal/ledger.ts';
import type { IncidentStore, Step } from './incident-store.ts';
import { linkedAlarm } from './linked-alarm.ts';
import { belongs, type Candidate, candidateOf, pairOf } from './opening-candidate.ts';

const progressName = 'opener';
const kindsRead = ['alarm.raise', 'alarm.unshelve', 'alarm.unsuppress', 'alarm.returnToService', 'alarm.suppress'];
const pageLines = 2_000;
const retryMs = 1_000;
/** Safety alarms that rose this long before the one that opened belong to the same trouble; longer ago only while they are still true. */
const burstMs = 10 * 60_000;
const leadMs = 30 * 60_000;
/** Lines that needed nothing are passed over again after a crash, not lost: the place is written down once in a while. */
const linesBetweenPlaces = 1_000;
/** An alarm that chatters is in its incident this often; further occurrences belong to it too, and stand in the time line as alarms only. */
const occurrencesMax = 20;

interface Work {
  readonly steps: readonly Step[];
  /** Occurrences that belong to an incident without a line of their own in it. */
  readonly extra: readonly { readonly occurrenceId: string; readonly incidentId: string }[];
}
const nothing: Work = { steps: [], extra: [] };

export class IncidentOpener {
  readonly #plant: Plant;
  readonly #ledger: Ledger;
  readonly #alarms: AlarmStore;
  readonly #incidents: IncidentStore;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #neighbours: ReadonlySet<string>;
  readonly #longestWithinMs: number;
  #recent: Candidate[] = [];
  #readThrough = 0;
  #placeWritten = 0;
  #isAwake = false;
  #isStopped = false;
  #retry: TimerHandle | null = null;
  #stopListening: () => void = () => undefined;

  constructor(options: {
    readonly plant: Plant;
    readonly ledger: Ledger;
    readonly alarms: AlarmStore;
    readonly incidents: IncidentStore;
    readonly clock: Clock;
    readonly log: Logger;
  }) {
    this.#plant = options.plant;
    this.#ledger = options.ledger;
    this.#alarms = options.alarms;
    this.#incidents = options.incidents;
    this.#clock = options.clock;
    this.#log = options.log;
    this.#neighbours = new Set(options.plant.pipelines.map((pipe) => pairOf(pipe.fromStationIndex, pipe.toStationIndex)));
    this.#longestWithinMs = Math.max(0, ...options.plant.incidents.openOn.map((rule) => (rule.when === 'together' ? rule.within : 0)));
  }

  /** Catches up with the journal, then follows it. What happened before the first start ever is left alone. */
  async start(): Promise<void> {
    const { database } = this.#ledger;
    const place = await database.selectFrom('incident_progress').selectAll().where('name', '=', progressName).executeTakeFirst();
    if (place === undefined) {
      const head = await database.selectFrom('journal').select('sequence').orderBy('sequence', 'desc').limit(1).executeTakeFirst();
      this.#readThrough = head?.sequence ?? 0;
      await this.#ledger.exclusively((commit) => this.#writePlace(commit, nothing));
    } else {
      this.#readThrough = place.journal_sequence;
      this.#placeWritten = place.journal_sequence;
      await this.#remember(place.journal_sequence);
    }
    await this.#ledger.exclusively((commit) => this.#advance(commit));
    this.#stopListening = this.#ledger.onAppended((entries) => {
      if (entries.some((entry) => kindsRead.includes(entry.kind))) this.#wake();
    });
  }

  /** Writes down how far it has read. */
  async stop(): Promise<void> {
    this.#stopListening();
    this.#retry?.cancel();
    this.#isStopped = true;
    await this.#ledger.exclusively((commit) =>
      this.#readThrough > this.#placeWritten ? this.#writePlace(commit, nothing) : Promise.resolve(),
    );
  }

  /** Queued behind the commit that it was woken by, and ahead of whatever comes later. */
  #wake(): void {
    if (this.#isAwake || this.#isStopped) return;
    this.#isAwake = true;
    this.#ledger
      .exclusively((commit) => {
        this.#isAwake = false;
        return this.#advance(commit);
      })
      .catch((error: unknown) => {
        this.#log.error({ err: error }, 'incidents could not be opened from the alarms in the journal; trying again');
        this.#retry = this.#clock.after(retryMs, () => this.#wake());
      });
  }

  async #advance(commit: Commit): Promise<void> {
    for (;;) {
      const entries = await this.#entriesAfter(this.#readThrough);
      const last = entries.at(-1);
      if (last === undefined) return;
      const work = await this.#work(entries);
      this.#readThrough = last.sequence;
      if (work.steps.length + work.extra.length > 0 || last.sequence - this.#placeWritten >= linesBetweenPlaces) {
        try {
          await this.#writePlace(commit, work);
        } catch (error) {
          // Nothing was committed: read the same lines again.
          this.#readThrough = this.#placeWritten;
          await this.#remember(this.#placeWritten);
          throw error;
        }
      }
      if (entries.length < pageLines) return;
    }
  }

  async #writePlace(commit: Commit, { steps, extra }: Work): Promise<void> {
    await this.#incidents.commitSteps(commit, steps, { progress: { name: progressName, sequence: this.#readThrough }, alarms: extra });
    this.#placeWritten = this.#readThrough;
  }

  async #entriesAfter(sequence: number): Promise<readonly JournalEntry[]> {
    const rows = await this.#ledger.database
      .selectFrom('journal')
      .selectAll()
      .where('sequence', '>', sequence)
      .where('kind', 'in', kindsRead)
      .orderBy('sequence')
      .limit(pageLines)
      .execute();
    return rows.map(fromRow);
  }

  async #work(entries: readonly JournalEntry[]): Promise<Work> {
    const steps: Step[] = [];
    const extra: { occurrenceId: string; incidentId: string }[] = [];
    /** Incidents as they will be after the steps so far. */
    const opened = new Map<string, { readonly stationIds: readonly string[] }>();
    for (const candidate of await this.#announced(entries)) {
      this.#forgetBefore(candidate.atMs);
      const trigger = this.#triggerOf(candidate, opened);
      const home = this.#homeOf(candidate, trigger?.companions ?? [], opened, trigger !== null);
      if (home !== null) {
        if (trigger === null && !belongs(candidate)) continue;
        if (this.#isChattering(home, candidate, steps)) extra.push({ occurrenceId: candidate.linked.occurrenceId, incidentId: home });
        else steps.push(this.#joining(home, candidate, trigger !== null));
        candidate.incidentId = home;
      } else if (trigger !== null) {
        const step = await this.#opening(candidate, trigger, steps.filter((each) => each.event.kind === 'open').length);
        steps.push(step);
        if (step.event.kind === 'open') opened.set(step.id, step.event);
        const taken = new Set(step.event.kind === 'open' ? step.event.alarms.map((alarm) => alarm.occurrenceId) : []);
        for (const each of [candidate, ...this.#recent]) if (taken.has(each.linked.occurrenceId)) each.incidentId = step.id;
      }
      this.#recent.push(candidate);
    }
    return { steps, extra };
  }

  #isChattering(incidentId: string, { linked }: Candidate, steps: readonly Step[]): boolean {
    const held = this.#incidents.held(incidentId)?.alarms.filter((alarm) => alarm.alarmId === linked.alarmId).length ?? 0;
    const added = steps.filter(
      ({ id, event }) => id === incidentId && event.kind === 'alarm' && event.alarm.alarmId === linked.alarmId,
    ).length;
    return held + added >= occurrencesMax;
  }

  /** Alarms that were announced by these lines, are not tests, and are in no incident. */
  async #announced(entries: readonly JournalEntry[]): Promise<readonly Candidate[]> {
    const lines = entries.flatMap((entry) => alarmLineOf(entry) ?? []);
    const bySequence = new Map(lines.map((line) => [line.sequence, line]));
    const candidates = announcementsIn(lines).flatMap((announcement) => {
      const line = bySequence.get(announcement.sequence);
      const candidate =
        line === undefined || line.to !== 'unacknowledged' || line.isTest ? null : candidateOf(line, this.#plant, this.#alarms);
      return candidate === null ? [] : [candidate];
    });
    const known = await this.#incidentsOf(candidates.map((candidate) => candidate.linked.occurrenceId));
    return candidates.filter((candidate) => !known.has(candidate.linked.occurrenceId));
  }

  async #incidentsOf(occurrenceIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const found = new Map<string, string>();
    for (let start = 0; start < occurrenceIds.length; start += 1_000) {
      const rows = await this.#ledger.database
        .selectFrom('incident_alarm')
        .selectAll()
        .where('occurrence_id', 'in', occurrenceIds.slice(start, start + 1_000))
        .execute();
      for (const row of rows) found.set(row.occurrence_id, row.incident_id);
    }
    return found;
  }

  #triggerOf(
    candidate: Candidate,
    opened: ReadonlyMap<string, unknown>,
  ): { readonly rule: OpenRule; readonly companions: readonly Candidate[] } | null {
    const areNeighbours = (one: number, other: number) => this.#neighbours.has(pairOf(one, other));
    for (const rule of this.#plant.incidents.openOn) {
      if (rule.when === 'alarm') {
        if (matchesRule(rule, candidate)) return { rule, companions: [] };
        continue;
      }
      if (!matchesRule(rule, candidate)) continue;
      // Companions of an incident that is over belong to it, and to no other.
      const free = this.#recent.filter(
        (other) => other.incidentId === null || opened.has(other.incidentId) || this.#isOpen(other.incidentId),
      );
      const found = companions(rule, candidate, free, areNeighbours);
      if (found !== null) return { rule, companions: found };
    }
    return null;
  }

  #isOpen(incidentId: string): boolean {
    const record = this.#incidents.held(incidentId);
    return record !== undefined && takesAlarms(record);
  }

  /** The incident that takes the alarm: that of its companions, else one that is open at its station. */
  #homeOf(
    candidate: Candidate,
    others: readonly Candidate[],
    opened: ReadonlyMap<string, { readonly stationIds: readonly string[] }>,
    isTrigger: boolean,
  ): string | null {
    const companion = others.find((other) => other.incidentId !== null);
    if (companion?.incidentId != null) return companion.incidentId;
    const { stationId } = candidate.linked;
    const held = this.#incidents
      .unsettled()
      .filter(
        (record) =>
          takesAlarms(record) && record.stationIds.includes(stationId) && (isTrigger || candidate.atMs >= record.detectedAtMs - leadMs),
      )
      .at(-1);
    if (held !== undefined) return held.id;
    for (const [id, { stationIds }] of opened) if (stationIds.includes(stationId)) return id;
    return null;
  }

  #joining(incidentId: string, candidate: Candidate, isTrigger: boolean): Step {
    const event: IncidentEvent = {
      kind: 'alarm',
      atMs: candidate.atMs,
      receivedAtMs: this.#clock.nowMs(),
      statedAtMs: null,
      by: null,
      actionId: null,
      position: null,
      alarm: candidate.linked,
      isTrigger,
    };
    return { id: incidentId, event };
  }

  async #opening(
    candidate: Candidate,
    trigger: { readonly rule: OpenRule; readonly companions: readonly Candidate[] },
    alreadyInBatch: number,
  ): Promise<Step> {
    const causes = [...trigger.companions, candidate].toSorted((one, other) => one.atMs - other.atMs);
    const stations = [...new Set(causes.map((each) => each.stationIndex))].flatMap((index): Station[] => {
      const station = this.#plant.stations[index];
      return station === undefined ? [] : [station];
    });
    const earlier = this.#recent.filter(
      (other) =>
        other.incidentId === null &&
        other.class === 'safety' &&
        stations.some((station) => station.index === other.stationIndex) &&
        other.atMs >= candidate.atMs - burstMs,
    );
    for (const each of earlier) causes.push(each);
    const linked = new Map(causes.map((each) => [each.linked.occurrenceId, each.linked]));
    for (const alarm of await this.#stillTrue(stations, candidate.atMs)) linked.set(alarm.occurrenceId, alarm);
    const alarms = [...linked.values()].toSorted((one, other) => one.atMs - other.atMs);
    const nowMs = this.#clock.nowMs();
    return this.#incidents.openingStep(
      {
        stations,
        kind: trigger.rule.opens,
        isDrill: false,
        scenario: null,
        description: null,
        detectedAtMs: Math.min(nowMs, ...alarms.map((alarm) => alarm.atMs)),
        statedAtMs: null,
        casualties: noCasualties,
        rule: trigger.rule.name,
        alarms,
        by: null,
        actionId: null,
        position: null,
      },
      nowMs,
      nowMs,
      alreadyInBatch,
    );
  }

  /** Safety alarms of the stations that rose before, are true, and are in no incident: the first detector, where several confirmed the leak. */
  async #stillTrue(stations: readonly Station[], atMs: number): Promise<readonly LinkedAlarm[]> {
    const indexes = new Set(stations.map((station) => station.index));
    const found = this.#alarms.all().flatMap(({ definition, record }) => {
      const rose = record.raisedAtMs ?? 0;
      const isOfIt =
        indexes.has(definition.stationIndex) &&
        definition.class === 'safety' &&
        record.isConditionTrue &&
        !record.isTest &&
        record.outOfService === null &&
        rose <= atMs &&
        rose >= atMs - leadMs;
      const alarm = isOfIt ? linkedAlarm(this.#plant, definition, record) : null;
      return alarm ?? [];
    });
    const known = await this.#incidentsOf(found.map((alarm) => alarm.occurrenceId));
    return found.filter((alarm) => !known.has(alarm.occurrenceId));
  }

  /** After a start: alarms just before the place that may be companions of those to come. */
  async #remember(through: number): Promise<void> {
    this.#recent = [];
    const rows = await this.#ledger.database
      .selectFrom('journal')
      .selectAll()
      .where('sequence', '<=', through)
      .where('kind', 'in', kindsRead)
      .where('occurred_at_ms', '>=', this.#clock.nowMs() - leadMs - this.#longestWithinMs)
      .orderBy('sequence', 'desc')
      .limit(pageLines)
      .execute();
    const lines = rows.toReversed().flatMap((row) => alarmLineOf(fromRow(row)) ?? []);
    const candidates = lines.flatMap((line) =>
      line.to !== 'unacknowledged' || line.isTest ? [] : (candidateOf(line, this.#plant, this.#alarms) ?? []),
    );
    const known = await this.#incidentsOf(candidates.map((candidate) => candidate.linked.occurrenceId));
    for (const candidate of candidates) candidate.incidentId = known.get(candidate.linked.occurrenceId) ?? null;
    this.#recent = candidates;
  }

  #forgetBefore(atMs: number): void {
    const oldest = atMs - Math.max(this.#longestWithinMs, burstMs) - 60_000;
    // Sifted once for many alarms: in a flood this is asked ten thousand times.
    if (this.#recent.length > 64 && (this.#recent.length >= 2 * pageLines || (this.#recent[0]?.atMs ?? oldest) < oldest))
      this.#recent = this.#recent.filter((candidate) => candidate.atMs >= oldest).slice(-pageLines);
  }
}
