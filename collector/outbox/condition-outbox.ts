// The durable outbox: what detection found out, kept on disk (fsync'd) until the server's database has it.
// One transaction holds the messages and the table of conditions that are true, so that a restart knows both.
import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { z } from 'zod';
import {
  type ActiveCondition,
  type ConditionMessage,
  conditionMessageSchema,
  type ReplacedOutbox,
  replacedOutboxSchema,
} from '../../domain/messages/condition-message.ts';
import type { Finding } from './edge-trace.ts';

/** An edge with names instead of indexes. */
export interface NamedEdge {
  readonly kind: 'raise' | 'clear' | 'suppress' | 'unsuppress';
  readonly alarmId: string;
  readonly atMs: number;
  readonly value: number | null;
  readonly quality: number;
  readonly measured: number | null;
  readonly byAlarmId: string | null;
  /** How it was found, for the log. */
  readonly finding?: Finding;
}

/** SQLite before this version could corrupt a write-ahead log that was reset while another connection read it. */
const leastSqliteVersion = [3, 51, 3] as const;

/** A message that is late by as many restores of the server's database as this is no longer known for one. */
const mostReplaced = 8;

export const outboxFile = (dataDir: string, collectorId: string) => path.join(dataDir, `outbox-${collectorId}.sqlite`);

export class ConditionOutbox {
  #outboxId: string;
  #replaces: readonly ReplacedOutbox[];
  readonly #makeOutboxId: () => string;
  readonly #database: DatabaseSync;
  readonly #makeOccurrenceId: () => string;
  readonly #active = new Map<string, ActiveCondition>();
  readonly #insertMessage: StatementSync;
  readonly #changeMessage: StatementSync;
  readonly #putActive: StatementSync;
  readonly #deleteActive: StatementSync;
  readonly #selectPending: StatementSync;
  readonly #deleteConfirmed: StatementSync;
  readonly #putSequence: StatementSync;
  #lastSequence: number;
  #confirmedSequence: number;
  /** Term of this process (`collector/holding/RULES.md`); null where no other may hold the stations. */
  readonly term: number | null;
  #adoptedTerm: number | null = null;

  constructor(options: { file: string; makeOccurrenceId: () => string; makeOutboxId?: () => string; term?: number | null }) {
    requireSqlite();
    this.term = options.term ?? null;
    mkdirSync(path.dirname(options.file), { recursive: true });
    this.#makeOccurrenceId = options.makeOccurrenceId;
    this.#makeOutboxId = options.makeOutboxId ?? randomUUID;
    this.#database = new DatabaseSync(options.file);
    this.#database.exec(`
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;
      CREATE TABLE IF NOT EXISTS outbox (sequence INTEGER PRIMARY KEY, message TEXT NOT NULL) STRICT;
      CREATE TABLE IF NOT EXISTS active_condition (alarm_id TEXT PRIMARY KEY, occurrence_id TEXT NOT NULL, since_ms REAL NOT NULL, value REAL, suppressed_by TEXT) STRICT;
      CREATE TABLE IF NOT EXISTS fact (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
    `);
    this.#insertMessage = this.#database.prepare('INSERT INTO outbox (sequence, message) VALUES (?, ?)');
    this.#putActive = this.#database.prepare(
      'INSERT OR REPLACE INTO active_condition (alarm_id, occurrence_id, since_ms, value, suppressed_by) VALUES (?, ?, ?, ?, ?)',
    );
    this.#changeMessage = this.#database.prepare('UPDATE outbox SET message = ? WHERE sequence = ?');
    this.#deleteActive = this.#database.prepare('DELETE FROM active_condition WHERE alarm_id = ?');
    this.#selectPending = this.#database.prepare('SELECT message FROM outbox WHERE sequence > ? ORDER BY sequence LIMIT ?');
    this.#deleteConfirmed = this.#database.prepare('DELETE FROM outbox WHERE sequence <= ?');
    this.#putSequence = this.#database.prepare('INSERT OR REPLACE INTO fact (name, value) VALUES (?, ?)');
    this.#outboxId = this.#fact('outboxId') ?? this.#remember('outboxId', this.#makeOutboxId());
    this.#replaces = z.array(replacedOutboxSchema).parse(JSON.parse(this.#fact('replaces') ?? '[]'));
    this.#lastSequence = Number(this.#fact('lastSequence') ?? '0');
    this.#confirmedSequence = Number(this.#fact('confirmedSequence') ?? '0');
    this.#adoptedTerm = Number(this.#fact('adoptedTerm') ?? '0') || null;
    this.#beginTerm();
    for (const row of this.#database.prepare('SELECT * FROM active_condition').all()) {
      const alarmId = String(row.alarm_id);
      this.#active.set(alarmId, {
        alarmId,
        occurrenceId: String(row.occurrence_id),
        sinceMs: Number(row.since_ms),
        value: row.value === null ? null : Number(row.value),
        suppressedByAlarmId: row.suppressed_by === null ? null : String(row.suppressed_by),
      });
    }
  }

  /** [HD6] Another has held the stations since: what was true in an earlier term is known no longer. What is pending stays. */
  #beginTerm(): void {
    if (this.term === null || this.#fact('term') === String(this.term)) return;
    this.#database.exec('BEGIN IMMEDIATE');
    this.#database.exec('DELETE FROM active_condition');
    this.#putSequence.run('term', String(this.term));
    this.#database.exec('COMMIT');
  }

  /** What the server holds active has not been asked for in this term. */
  get needsAdoption(): boolean {
    return this.term !== null && this.#adoptedTerm !== this.term;
  }

  /** The last term that ran here, where it never heard what the server holds: its messages may yet become the server's occurrences. */
  get unsettledTerm(): number | null {
    const term = Number(this.#fact('term') ?? '0') || null;
    return term === this.#adoptedTerm ? null : term;
  }

  /**
   * [HD6] Goes on from what the server holds active, so that nothing that is still true rises a second time. Where this term has found the same alarm out by
   * itself before, its first occurrence becomes the one that the server has. Returns the alarms that are active by this and were not before.
   */
  adopt(held: readonly ActiveCondition[]): readonly string[] {
    if (!this.needsAdoption) return [];
    const found = this.pending(this.#confirmedSequence, Number.MAX_SAFE_INTEGER).filter(({ term }) => term === this.term);
    const foundByAlarm = Map.groupBy(found, ({ alarmId }) => alarmId);
    const after = new Map<string, ActiveCondition>();
    const fresh: string[] = [];
    const heldInstead = new Map<string, string>();
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      for (const condition of held) {
        const { alarmId } = condition;
        const own = foundByAlarm.get(alarmId) ?? [];
        const ownId = own.find(({ kind }) => kind === 'raise')?.occurrenceId;
        const active = this.#active.get(alarmId);
        if (ownId !== undefined) heldInstead.set(ownId, condition.occurrenceId);
        if (active !== undefined) {
          if (active.occurrenceId === ownId) after.set(alarmId, { ...active, occurrenceId: condition.occurrenceId });
        } else if (ownId === undefined) {
          after.set(alarmId, condition);
          fresh.push(alarmId);
        }
      }
      for (const { isBeforeAdoption: _, ...message } of found) {
        const occurrenceId = heldInstead.get(message.occurrenceId) ?? message.occurrenceId;
        this.#changeMessage.run(JSON.stringify({ ...message, occurrenceId }), message.sequence);
      }
      for (const { alarmId, occurrenceId, sinceMs, value, suppressedByAlarmId } of after.values())
        this.#putActive.run(alarmId, occurrenceId, sinceMs, value, suppressedByAlarmId);
      this.#putSequence.run('adoptedTerm', String(this.term));
      this.#database.exec('COMMIT');
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      throw error;
    }
    for (const [alarmId, condition] of after) this.#active.set(alarmId, condition);
    this.#adoptedTerm = this.term;
    return fresh;
  }

  /** Changes when the numbering begins anew, so that sequence 1 is not taken for a repeat. */
  get outboxId(): string {
    return this.#outboxId;
  }

  /** [OB2] The newest few that this one replaced. */
  get replaces(): readonly ReplacedOutbox[] {
    return this.#replaces;
  }

  get lastSequence(): number {
    return this.#lastSequence;
  }

  get pendingCount(): number {
    return this.#lastSequence - this.#confirmedSequence;
  }

  /**
   * Commits all edges in one transaction (one fsync) and returns their messages. Throws where the disk refuses: then nothing of it happened.
   * A clear, suppress or unsuppress of a condition that is not active is dropped: there is no occurrence it could belong to.
   */
  append(edges: readonly NamedEdge[]): readonly ConditionMessage[] {
    return this.appendTraced(edges).map(({ message }) => message);
  }

  /** As `append`, with how each was found. */
  appendTraced(edges: readonly NamedEdge[]): readonly { readonly message: ConditionMessage; readonly finding: Finding | null }[] {
    const messages: { message: ConditionMessage; finding: Finding | null }[] = [];
    const changes: (() => void)[] = [];
    const seen = new Map<string, ActiveCondition | null>();
    const current = (alarmId: string) => (seen.has(alarmId) ? (seen.get(alarmId) ?? null) : (this.#active.get(alarmId) ?? null));
    let sequence = this.#lastSequence;
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      for (const edge of edges) {
        const before = current(edge.alarmId);
        const change = this.#changeOf(edge, before);
        if (change === null) continue;
        sequence += 1;
        const message = { ...change.message, sequence };
        this.#insertMessage.run(sequence, JSON.stringify(message));
        seen.set(edge.alarmId, change.after);
        const { after } = change;
        if (after === null) this.#deleteActive.run(edge.alarmId);
        else this.#putActive.run(after.alarmId, after.occurrenceId, after.sinceMs, after.value, after.suppressedByAlarmId);
        changes.push(() => (after === null ? this.#active.delete(edge.alarmId) : this.#active.set(edge.alarmId, after)));
        messages.push({ message, finding: edge.finding ?? null });
      }
      this.#putSequence.run('lastSequence', String(sequence));
      this.#database.exec('COMMIT');
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      throw error;
    }
    this.#lastSequence = sequence;
    for (const apply of changes) apply();
    return messages;
  }

  /** Messages after `sequence`, oldest first. */
  pending(afterSequence: number, limit: number): readonly ConditionMessage[] {
    return this.#selectPending.all(afterSequence, limit).map((row) => conditionMessageSchema.parse(JSON.parse(String(row.message))));
  }

  get confirmedSequence(): number {
    return this.#confirmedSequence;
  }

  /** The server's database has everything up to and with `sequence`. */
  confirm(sequence: number): void {
    if (sequence <= this.#confirmedSequence) return;
    const through = Math.min(sequence, this.#lastSequence);
    this.#database.exec('BEGIN IMMEDIATE');
    this.#deleteConfirmed.run(through);
    this.#putSequence.run('confirmedSequence', String(through));
    this.#database.exec('COMMIT');
    this.#confirmedSequence = through;
  }

  /** [OB2] A new identity for a server that has lost what it confirmed: pending messages keep their order and are numbered from 1. One transaction. */
  renew(): void {
    const pending = this.pending(this.#confirmedSequence, Number.MAX_SAFE_INTEGER);
    const outboxId = this.#makeOutboxId();
    const confirmed = this.#confirmedSequence;
    const replaces = [
      { outboxId: this.#outboxId, throughSequence: confirmed, carried: pending.length },
      // In the numbers of the new one: what this one has settled of theirs is not carried on.
      ...this.#replaces.map((earlier) => ({
        outboxId: earlier.outboxId,
        throughSequence: earlier.throughSequence + confirmed,
        carried: Math.max(0, earlier.carried - confirmed),
      })),
    ].slice(0, mostReplaced);
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      this.#deleteConfirmed.run(this.#lastSequence);
      for (const [index, message] of pending.entries())
        this.#insertMessage.run(index + 1, JSON.stringify({ ...message, sequence: index + 1 }));
      this.#putSequence.run('outboxId', outboxId);
      this.#putSequence.run('replaces', JSON.stringify(replaces));
      this.#putSequence.run('lastSequence', String(pending.length));
      this.#putSequence.run('confirmedSequence', '0');
      this.#database.exec('COMMIT');
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      throw error;
    }
    this.#outboxId = outboxId;
    this.#replaces = replaces;
    this.#lastSequence = pending.length;
    this.#confirmedSequence = 0;
  }

  /** This condition is over, and the server has it: nothing is sent. For an outbox that was put back from a backup. */
  forget(alarmId: string): void {
    this.#deleteActive.run(alarmId);
    this.#active.delete(alarmId);
  }

  activeConditions(): readonly ActiveCondition[] {
    return [...this.#active.values()];
  }

  close(): void {
    this.#database.close();
  }

  #changeOf(edge: NamedEdge, before: ActiveCondition | null): { message: ConditionMessage; after: ActiveCondition | null } | null {
    const common = {
      sequence: 1,
      alarmId: edge.alarmId,
      atMs: edge.atMs,
      value: edge.value,
      quality: edge.quality,
      ...(this.term === null ? {} : { term: this.term }),
      ...(this.needsAdoption ? { isBeforeAdoption: true as const } : {}),
    };
    const { kind } = edge;
    if (kind !== 'raise' && before === null) return null;
    const occurrenceId = before?.occurrenceId ?? this.#makeOccurrenceId();
    const active: ActiveCondition = before ?? {
      alarmId: edge.alarmId,
      occurrenceId,
      sinceMs: edge.atMs,
      value: edge.value,
      suppressedByAlarmId: null,
    };
    switch (kind) {
      case 'raise':
        return before === null ? { message: { kind, ...common, occurrenceId, measured: edge.measured }, after: active } : null;
      case 'clear':
        return { message: { kind, ...common, occurrenceId }, after: null };
      case 'suppress':
        return {
          message: { kind, ...common, occurrenceId, byAlarmId: edge.byAlarmId ?? '' },
          after: { ...active, suppressedByAlarmId: edge.byAlarmId },
        };
      case 'unsuppress':
        return { message: { kind, ...common, occurrenceId }, after: { ...active, suppressedByAlarmId: null } };
    }
  }

  #fact(name: string): string | null {
    const row = this.#database.prepare('SELECT value FROM fact WHERE name = ?').get(name);
    return row === undefined ? null : String(row.value);
  }

  #remember(name: string, value: string): string {
    this.#putSequence.run(name, value);
    return value;
  }
}

function requireSqlite(): void {
  const version = (process.versions.sqlite ?? '0').split('.').map(Number);
  for (let index = 0; index < leastSqliteVersion.length; index += 1) {
    const difference = (version[index] ?? 0) - (leastSqliteVersion[index] ?? 0);
    if (difference > 0) return;
    if (difference < 0)
      throw new Error(`SQLite ${version.join('.')} is too old (3.51.3 or newer is needed): run Gatewatch with the Node it brings`);
  }
}
