// Hooks over the live client: each reads one thing and repaints only when that thing changes.
import { createContext, type ReactNode, useCallback, useContext, useEffect, useSyncExternalStore } from 'react';
import type { FloodView } from '../../domain/alarms/flood.ts';
import type { AlarmView } from '../../domain/api/alarm-api.ts';
import type { IncidentSummary } from '../../domain/api/incident-api.ts';
import type { AlarmTable } from './alarm-table.ts';
import type { IncidentTable } from './incident-table.ts';
import type { Liveness } from './live-client.ts';
import type { Observable } from './observable.ts';
import type { LiveValue, PointValues } from './point-values.ts';
import type { RecentBuckets, RecentHistory } from './recent-history.ts';

/** Where screens take values, alarms and the time from: the live channel, or a replay that shows a past moment through the same hooks. */
export interface PlantSource {
  readonly values: PointValues;
  readonly alarms: AlarmTable;
  readonly incidents: IncidentTable;
  readonly flood: Observable<FloodView | null>;
  readonly liveness: Observable<Liveness>;
  readonly beats: Observable<number>;
  /** Counts up where the time has jumped: what counts time looks again at once. */
  readonly jumps: Observable<number>;
  /** What it means that a point has no reading at all. */
  readonly absentReason: 'notYetRead' | 'noRecord';
  /** The time that the screens show: the server's now, or the moment replayed. */
  readonly serverNowMs: () => number;
  want(want: { readonly stations?: readonly string[]; readonly points?: readonly string[] }): () => void;
}

export interface LiveStores {
  readonly client: PlantSource;
  readonly recent: RecentHistory;
}

const LiveContext = createContext<LiveStores | null>(null);

export function LiveProvider({ stores, children }: { readonly stores: LiveStores; readonly children: ReactNode }): ReactNode {
  return <LiveContext value={stores}>{children}</LiveContext>;
}

function useStores(): LiveStores {
  const stores = useContext(LiveContext);
  if (stores === null) throw new Error('a live hook was used outside LiveProvider');
  return stores;
}

export function useLiveClient(): PlantSource {
  return useStores().client;
}

export function useLiveness(): Liveness {
  const { liveness } = useStores().client;
  return useSyncExternalStore(liveness.subscribe, liveness.get);
}

export function useBeats(): number {
  const { beats } = useStores().client;
  return useSyncExternalStore(beats.subscribe, beats.get);
}

/** The newest reading of a point, or undefined while none is known. Whether it may be believed also depends on `useLiveness`. */
export function useLiveValue(pointId: string): LiveValue | undefined {
  const { values } = useStores().client;
  const subscribe = useCallback((listener: () => void) => values.subscribe(pointId, listener), [values, pointId]);
  return useSyncExternalStore(subscribe, () => values.get(pointId));
}

export function useRecentBuckets(pointId: string): RecentBuckets {
  const { recent } = useStores();
  const subscribe = useCallback((listener: () => void) => recent.subscribe(pointId, listener), [recent, pointId]);
  return useSyncExternalStore(subscribe, () => recent.get(pointId));
}

/** Every alarm that is not normal. */
export function useAlarms(): readonly AlarmView[] {
  const { list } = useStores().client.alarms;
  return useSyncExternalStore(list.subscribe, list.get);
}

/** The flood at this person's stations, or null. */
export function useFlood(): FloodView | null {
  const { flood } = useStores().client;
  return useSyncExternalStore(flood.subscribe, flood.get);
}

/** Every incident and drill that is not closed, newest first. */
export function useIncidents(): readonly IncidentSummary[] {
  const { list } = useStores().client.incidents;
  return useSyncExternalStore(list.subscribe, list.get);
}

/** Subscribes while the component is on the screen. The id lists are compared by content. */
export function useSubscription(stations: readonly string[], points: readonly string[]): void {
  const { client } = useStores();
  const key = JSON.stringify([stations, points]);
  useEffect(() => {
    const [wantedStations, wantedPoints] = JSON.parse(key) as [string[], string[]];
    if (wantedStations.length === 0 && wantedPoints.length === 0) return;
    return client.want({ stations: wantedStations, points: wantedPoints });
  }, [client, key]);
}
