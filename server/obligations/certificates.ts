// Certificates of people: entered, revoked, never changed or deleted; each with its line in the journal.
import { randomUUIDv7 } from 'node:crypto';
import type { AddCertificate } from '../../domain/api/obligations-api.ts';
import type { JournalActor } from '../../domain/journal/journal-entry.ts';
import { addDays } from '../../domain/time/calendar-date.ts';
import type { Clock } from '../../domain/time/clock.ts';
import { momentOf } from '../../domain/time/zoned-time.ts';
import type { Ledger } from '../journal/ledger.ts';
import type { CertificateTable } from './obligation-tables.ts';

export type CertificateResult =
  | { readonly kind: 'done'; readonly row: CertificateTable }
  | { readonly kind: 'unknown' }
  /** The same number of the same issuer for the same holder is there already. */
  | { readonly kind: 'exists'; readonly row: CertificateTable }
  | { readonly kind: 'revokedBefore'; readonly row: CertificateTable };

export class Certificates {
  readonly #ledger: Ledger;
  readonly #clock: Clock;
  readonly #zone: string;

  constructor(ledger: Ledger, clock: Clock, zone: string) {
    this.#ledger = ledger;
    this.#clock = clock;
    this.#zone = zone;
  }

  async list(): Promise<CertificateTable[]> {
    return await this.#ledger.database.selectFrom('certificate').selectAll().orderBy('expires_at_ms').execute();
  }

  add(wanted: AddCertificate, by: { readonly username: string; readonly actor: JournalActor }): Promise<CertificateResult> {
    return this.#ledger.exclusively(async (commit): Promise<CertificateResult> => {
      const same = await this.#ledger.database
        .selectFrom('certificate')
        .selectAll()
        .where('holder_id', '=', wanted.username)
        .where('number', '=', wanted.number)
        .where('issuer', '=', wanted.issuer)
        .where('revoked_at_ms', 'is', null)
        .executeTakeFirst();
      if (same !== undefined) return { kind: 'exists', row: same };
      const nowMs = this.#clock.nowMs();
      const row: CertificateTable = {
        certificate_id: randomUUIDv7(),
        holder_kind: 'person',
        holder_id: wanted.username,
        title: wanted.title,
        number: wanted.number,
        issuer: wanted.issuer,
        valid_from_ms: momentOf(wanted.validFrom, '00:00', this.#zone),
        expires_at_ms: momentOf(addDays(wanted.validTo, 1), '00:00', this.#zone),
        added_at_ms: nowMs,
        added_by: by.username,
        revoked_at_ms: null,
        revoked_by: null,
        revoked_reason: null,
      };
      await commit(
        [line('certificate.add', nowMs, by.actor, row, { validFrom: wanted.validFrom, validTo: wanted.validTo })],
        async (transaction) => {
          await transaction.insertInto('certificate').values(row).execute();
        },
      );
      return { kind: 'done', row };
    });
  }

  /** It stays on record as what was valid until then. */
  revoke(id: string, reason: string, by: { readonly username: string; readonly actor: JournalActor }): Promise<CertificateResult> {
    return this.#ledger.exclusively(async (commit): Promise<CertificateResult> => {
      const row = await this.#ledger.database.selectFrom('certificate').selectAll().where('certificate_id', '=', id).executeTakeFirst();
      if (row === undefined) return { kind: 'unknown' };
      if (row.revoked_at_ms !== null) return { kind: 'revokedBefore', row };
      const nowMs = this.#clock.nowMs();
      const change = { revoked_at_ms: nowMs, revoked_by: by.username, revoked_reason: reason };
      await commit([line('certificate.revoke', nowMs, by.actor, row, { reason })], async (transaction) => {
        await transaction.updateTable('certificate').set(change).where('certificate_id', '=', id).execute();
      });
      return { kind: 'done', row: { ...row, ...change } };
    });
  }
}

function line(kind: string, atMs: number, actor: JournalActor, row: CertificateTable, detail: Readonly<Record<string, unknown>>) {
  return {
    occurredAtMs: atMs,
    kind,
    stationId: null,
    alarmId: null,
    occurrenceId: null,
    actor,
    detail: { certificateId: row.certificate_id, holder: row.holder_id, number: row.number, title: row.title, ...detail },
  };
}
