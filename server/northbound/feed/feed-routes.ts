// GET /api/feed: the journal in order after a sequence, for systems that pull. May wait a little for the next line, so that they need not ask every second.
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { feedViewSchema } from '../../../domain/api/northbound-api.ts';
import type { Plant } from '../../../domain/plant/plant.ts';
import type { Clock } from '../../../domain/time/clock.ts';
import { identityOf } from '../../http/create-app.ts';
import { type Journal, readJournalAfter } from '../../journal/journal.ts';
import type { Ledger } from '../../journal/ledger.ts';
import { feedEvent, kindFilter } from './feed-events.ts';

/** More than this many at once are answered without waiting. */
const waitingMax = 100;
const longestWaitSeconds = 25;

export function feedRoutes(options: {
  readonly plant: Plant;
  readonly journal: Journal;
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly onStop: (name: string, stop: () => void) => void;
}): FastifyPluginAsyncZod {
  const { plant, journal, ledger, clock } = options;
  const waiting = new Set<() => void>();
  const wakeAll = () => {
    for (const wake of waiting) wake();
  };
  ledger.onAppended(wakeAll);
  options.onStop('feed', wakeAll);

  /** Until the journal is longer than `sequence`, or the time is over. */
  function untilLonger(sequence: number, waitMs: number): Promise<void> {
    if (journal.length > sequence || waitMs <= 0 || waiting.size >= waitingMax) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = clock.after(waitMs, () => wake());
      const wake = () => {
        timer.cancel();
        waiting.delete(wake);
        resolve();
      };
      waiting.add(wake);
    });
  }

  return async (app) => {
    app.get(
      '/api/feed',
      {
        schema: {
          querystring: z.object({
            after: z.coerce.number().int().min(0).default(0),
            limit: z.coerce.number().int().min(1).max(5_000).default(1_000),
            /** `alarm.*,incident.open` */
            kinds: z.string().max(500).optional(),
            /** Seconds. */
            wait: z.coerce.number().int().min(0).max(longestWaitSeconds).default(0),
          }),
          response: { 200: feedViewSchema },
        },
        config: { permission: 'journal.read' },
      },
      async (request) => {
        const { after, limit, kinds, wait } = request.query;
        const identity = identityOf(request);
        await untilLonger(after, wait * 1_000);
        const head = journal.length;
        const entries = await readJournalAfter(ledger.database, {
          afterSequence: after,
          throughSequence: head,
          stationIds: identity.stationIds === null ? undefined : [...identity.stationIds],
          limit,
        });
        const isWanted = kinds === undefined ? () => true : kindFilter(kinds.split(',').map((kind) => kind.trim()));
        // Fewer than asked for: everything up to the head has been looked at.
        const next = entries.length < limit ? Math.max(head, after) : (entries.at(-1)?.sequence ?? after);
        return { events: entries.filter((entry) => isWanted(entry.kind)).map((entry) => feedEvent(plant, entry)), next, head };
      },
    );
  };
}
