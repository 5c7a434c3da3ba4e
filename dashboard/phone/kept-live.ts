// What the live channel tells, or, while it is silent, the last that it told, with the time of that telling. The screens never know more than this.
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useLiveClient, useLiveness } from '../live/live-context.tsx';
import type { Observable } from '../live/observable.ts';

export interface KeptLive<Item> {
  readonly items: readonly Item[];
  readonly isLive: boolean;
  /** When the server last told them; null while live, and where it never did on this phone. */
  readonly asOfMs: number | null;
  /** Neither live nor remembered: an empty list says nothing then. */
  readonly isUnknown: boolean;
}

/** `name` is the query key under which it is remembered. */
export function useKeptLive<Item>(name: string, live: readonly Item[]): KeptLive<Item> {
  const { kind } = useLiveness();
  const isLive = kind === 'live' || kind === 'collectorLost';
  const kept = useQuery<readonly Item[]>({ queryKey: [name], enabled: false });
  if (isLive) return { items: live, isLive, asOfMs: null, isUnknown: false };
  const isUnknown = kept.data === undefined;
  return { items: kept.data ?? [], isLive, asOfMs: isUnknown ? null : kept.dataUpdatedAt, isUnknown };
}

const keepEveryMs = 2_000;
/** A quiet hour is news too: the age of what is kept counts from the last time that the server was heard. */
const keepAtLeastEveryMs = 30_000;

/** Keeps alarms and incidents as the live channel tells them. Once in the app. */
export function useKeepLive(): void {
  const { alarms, incidents, liveness, serverNowMs } = useLiveClient();
  const queries = useQueryClient();
  useEffect(() => {
    const lists: readonly (readonly [string, Observable<readonly unknown[]>])[] = [
      ['alarms', alarms.list],
      ['incidentList', incidents.list],
    ];
    let timer: ReturnType<typeof setTimeout> | null = null;
    let wasHeard = false;
    const keep = (): void => {
      timer = null;
      const state = liveness.get();
      const isLive = state.kind === 'live' || state.kind === 'collectorLost';
      if (isLive) wasHeard = true;
      const updatedAt = isLive ? serverNowMs() : state.kind === 'serverLost' && wasHeard ? state.sinceMs : null;
      if (updatedAt !== null) for (const [name, list] of lists) queries.setQueryData([name], list.get(), { updatedAt });
    };
    const later = (): void => {
      timer ??= setTimeout(keep, keepEveryMs);
    };
    keep();
    const stops = [...lists.map(([, list]) => list.subscribe(later)), liveness.subscribe(keep)];
    const interval = setInterval(keep, keepAtLeastEveryMs);
    return () => {
      for (const stop of stops) stop();
      if (timer !== null) clearTimeout(timer);
      clearInterval(interval);
    };
  }, [alarms, incidents, liveness, serverNowMs, queries]);
}
