// Calls to the emergency contacts of a station: who called which list, when, and who was not reached. Each with its line in the journal, in one transaction.
import { randomUUIDv7 } from 'node:crypto';
import type { Person } from '../../domain/incidents/incident.ts';
import type { PlanView } from '../../domain/incidents/response-plan.ts';
import type { Clock } from '../../domain/time/clock.ts';
import type { Ledger } from '../journal/ledger.ts';
import type { ContactCallTable } from './obligation-tables.ts';

export class ContactCalls {
  readonly #ledger: Ledger;
  readonly #clock: Clock;

  constructor(ledger: Ledger, clock: Clock) {
    this.#ledger = ledger;
    this.#clock = clock;
  }

  /** Newest first. */
  ofStation(stationId: string, limit: number): Promise<readonly ContactCallTable[]> {
    return this.#ledger.database
      .selectFrom('contact_call')
      .selectAll()
      .where('station_id', '=', stationId)
      .orderBy('at_ms', 'desc')
      .orderBy('call_id', 'desc')
      .limit(limit)
      .execute();
  }

  async add(
    call: {
      readonly stationId: string;
      readonly digest: string;
      readonly contacts: PlanView['contacts'];
      readonly unreachable: readonly string[];
      readonly note: string;
    },
    by: Person,
  ): Promise<void> {
    const atMs = this.#clock.nowMs();
    const { stationId, digest, contacts, unreachable, note } = call;
    await this.#ledger.commit(
      [
        {
          occurredAtMs: atMs,
          kind: 'contacts.call',
          stationId,
          alarmId: null,
          occurrenceId: null,
          actor: { kind: 'person', ...by },
          detail: { digest, contacts: contacts.map(({ name, phone }) => ({ name: name.zh, phone })), unreachable, note },
        },
      ],
      async (transaction) => {
        await transaction
          .insertInto('contact_call')
          .values({
            call_id: randomUUIDv7(),
            station_id: stationId,
            at_ms: atMs,
            username: by.username,
            display_name: by.displayName,
            digest,
            contacts: JSON.stringify(contacts),
            unreachable: JSON.stringify(unreachable),
            note,
          })
          .execute();
      },
    );
  }
}
