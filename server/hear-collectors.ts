// What collectors say, led to who has to hear it. Conditions are answered when the database has them; what could not be committed the collector keeps and sends again.
import type { Logger } from 'pino';
import type { CollectorMember } from '../domain/messages/collector-member.ts';
import type { CollectorStatus } from '../domain/messages/collector-status.ts';
import type { OnStop } from '../domain/start/on-stop.ts';
import type { Clock } from '../domain/time/clock.ts';
import type { ServerLink } from '../link/link.ts';
import type { AlarmStore } from './alarms/alarm-store.ts';
import { askStaleHolders } from './holders/ask-stale-holders.ts';
import type { LastValues } from './live/last-values.ts';

export function hearCollectors(options: {
  readonly link: ServerLink;
  readonly store: AlarmStore;
  readonly values: LastValues;
  readonly onStatus: (status: CollectorStatus) => void;
  readonly onMember: (member: CollectorMember) => void;
  /** A message could not be taken. */
  readonly onSetAside: () => void;
  readonly clock: Clock;
  readonly log: Logger;
  readonly onStop: OnStop;
}): void {
  const { link, store, values, clock, log, onStop } = options;
  const askIfStale = askStaleHolders({ holders: store.holders, clock, ask: () => link.requestStatements() });
  const guarded = <T>(what: string, work: () => Promise<T>): Promise<T> =>
    work().catch((error: unknown) => {
      log.error({ err: error }, `${what} could not be committed; the collector keeps it and sends it again`);
      throw error;
    });
  link.handleConditions((delivery) => guarded('conditions', () => store.deliver(delivery)));
  link.handleTakeover((request) => guarded('a takeover', () => store.takeOver(request)));
  link.handleStatement((statement) => guarded('a condition statement', () => store.state(statement)));
  onStop(
    'readings',
    link.onReadings((collectorId, batch) => values.put(collectorId, batch)),
  );
  onStop(
    'status',
    link.onStatus((status) => {
      values.heard(status.collectorId);
      askIfStale(status);
      options.onStatus(status);
    }),
  );
  onStop(
    'doubt',
    store.onDoubt(() => link.requestStatements()),
  );
  onStop(
    'set aside',
    store.onSetAside(() => {
      log.error({ setAside: store.setAside.count }, 'a condition message could not be taken and was set aside; see the journal');
      // What it may have said is put right by level.
      link.requestStatements();
      options.onSetAside();
    }),
  );
  onStop('members', link.onMember(options.onMember));
}
