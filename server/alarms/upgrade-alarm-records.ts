// Once, at the step from 0.1.0: gives stored alarm records what they lacked, from the journal, so that a replay of the journal still gives the same
// records. Never changed after it has landed: it knows the records of then, not those of today.
import type { Kysely } from 'kysely';

interface Tables {
  alarm: { alarm_id: string; record: string };
  journal: { sequence: number; alarm_id: string | null; kind: string; detail: string };
}

interface OldRecord {
  readonly shelvedUntilMs?: number | null;
  readonly suppressedByAlarmId?: string | null;
  readonly outOfService: object | null;
  readonly [name: string]: unknown;
}

interface Line {
  readonly kind: string;
  readonly detail: { readonly from?: string; readonly to?: string; readonly event?: { readonly [name: string]: unknown } };
}

const owing = ['unacknowledged', 'returnedUnacknowledged', 'latchedUnacknowledged'];
const owes = (state: string | undefined): boolean => state !== undefined && owing.includes(state);

export async function upgradeAlarmRecords(database: Kysely<unknown>): Promise<void> {
  const tables = database as Kysely<Tables>;
  for (const { alarm_id, record } of await tables.selectFrom('alarm').select(['alarm_id', 'record']).orderBy('alarm_id').execute()) {
    const rows = await tables
      .selectFrom('journal')
      .select(['kind', 'detail'])
      .where('alarm_id', '=', alarm_id)
      .orderBy('sequence', 'desc')
      .execute();
    const lines = rows
      .filter(({ kind }) => kind.startsWith('alarm.'))
      .map(({ kind, detail }): Line => ({ kind, detail: JSON.parse(detail) as Line['detail'] }));
    const upgraded = upgradedRecord(JSON.parse(record) as OldRecord, lines);
    await tables
      .updateTable('alarm')
      .set({ record: JSON.stringify(upgraded) })
      .where('alarm_id', '=', alarm_id)
      .execute();
  }
}

/** `lines` newest first. */
function upgradedRecord({ shelvedUntilMs, suppressedByAlarmId, ...rest }: OldRecord, lines: readonly Line[]): object {
  const last = lines.find(({ detail }) => detail.event !== undefined);
  const announced = lines.find(({ detail }) => owes(detail.to) && !owes(detail.from))?.detail.event;
  const shelve = lines.find(({ kind }) => kind === 'alarm.shelve')?.detail.event;
  const removal = lines.find(({ kind }) => kind === 'alarm.removeFromService')?.detail.event;
  return {
    ...rest,
    shelved:
      shelvedUntilMs == null
        ? null
        : {
            by: shelve?.by ?? '',
            atMs: shelve?.atMs ?? 0,
            untilMs: shelvedUntilMs,
            reason: shelve?.reason ?? '',
            approvedBy: shelve?.approvedBy ?? null,
          },
    suppressedBy: suppressedByAlarmId == null ? [] : [{ kind: 'alarm', alarmId: suppressedByAlarmId }],
    outOfService: rest.outOfService === null ? null : { ...rest.outOfService, by: removal?.by ?? '', atMs: removal?.atMs ?? 0 },
    isTest: false,
    announcedAtMs: announced?.atMs ?? null,
    changedWhat: last?.detail.event?.kind ?? null,
  };
}
