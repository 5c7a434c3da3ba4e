// One replay: its player, the history behind sparklines, and answers to the screens' questions that know nothing of today.
import { QueryClient } from '@tanstack/react-query';
import type { Clock } from '../../domain/time/clock.ts';
import { fetchBuckets } from '../http/gatewatch-api.ts';
import { bucketCount, RecentHistory } from '../live/recent-history.ts';
import { NotReplayed, pastAnswer } from './past-answers.ts';
import { ReplayPlayer } from './replay-player.ts';
import { replayRequests } from './replay-requests.ts';

export interface ReplaySession {
  readonly player: ReplayPlayer;
  readonly recent: RecentHistory;
  readonly queries: QueryClient;
  stop(): void;
}

/** What the server tells of a moment and the player does not play: asked again as it goes on. */
const ofTheMoment = ['duty', 'notifications', 'replay-coverage'] as const;
/** At sixty times speed a minute passes every second. */
const askedAgainMs = 2_000;

function onReplayedMinutes(player: ReplayPlayer, clock: Clock, listener: () => void): () => void {
  const minuteOf = (): number => Math.floor(player.position.get() / 60_000);
  let minute = minuteOf();
  let askedMs = clock.monotonicMs();
  return player.position.subscribe(() => {
    if (minuteOf() === minute || clock.monotonicMs() - askedMs < askedAgainMs) return;
    minute = minuteOf();
    askedMs = clock.monotonicMs();
    listener();
  });
}

export function openReplaySession(options: {
  readonly clock: Clock;
  readonly liveNowMs: () => number;
  readonly atMs: number;
}): ReplaySession {
  const player = new ReplayPlayer({ ...options, requests: replayRequests });
  const queries = new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 10_000,
        refetchOnWindowFocus: false,
        retry: (failures, error) => failures < 2 && !(error instanceof NotReplayed),
        // Every question of every screen goes through here.
        persister: async (ask, context) => {
          const { queryKey: key, signal } = context;
          const before = 'pageParam' in context ? context.pageParam : undefined;
          return (await pastAnswer(player, { key, signal, before, ask: async () => ask(context) })) as never;
        },
      },
    },
  });
  const recent = new RecentHistory({
    values: player.values,
    nowMs: player.serverNowMs,
    load: async (pointId, fromMs, toMs, signal) => {
      const { rows } = await fetchBuckets({ pointId, fromMs, toMs, buckets: bucketCount }, signal);
      return rows.map(([startMs, , , mean]) => ({ startMs, mean }));
    },
  });
  const again = (key: string) => void queries.invalidateQueries({ queryKey: [key] });
  const stops = [
    player.jumps.subscribe(() => {
      recent.reload();
      void queries.invalidateQueries();
    }),
    player.arrivals.subscribe(() => again('station')),
    player.work.subscribe(() => again('maintenance')),
    player.incidents.list.subscribe(() => again('incidents')),
    player.watches.subscribe(() => again('duty')),
    onReplayedMinutes(player, options.clock, () => {
      for (const key of ofTheMoment) again(key);
    }),
  ];
  return {
    player,
    recent,
    queries,
    stop: () => {
      for (const stop of stops) stop();
      player.stop();
      queries.clear();
    },
  };
}
