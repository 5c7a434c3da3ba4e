// The alarms that the phone may show: live ones while the server speaks, else the last ones that it told, with the time of that telling.
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { AlarmView } from '../../../domain/api/alarm-api.ts';
import { useAlarms, useLiveClient, useLiveness } from '../../live/live-context.tsx';

export interface PhoneAlarms {
  readonly alarms: readonly AlarmView[];
  readonly isLive: boolean;
  /** When the server last told them; null where it never did on this phone. */
  readonly asOfMs: number | null;
}

const none: readonly AlarmView[] = [];

export function usePhoneAlarms(): PhoneAlarms {
  const live = useAlarms();
  const liveness = useLiveness();
  const isLive = liveness.kind === 'live' || liveness.kind === 'collectorLost';
  const kept = useQuery<readonly AlarmView[]>({ queryKey: ['alarms'], enabled: false });
  if (isLive) return { alarms: live, isLive, asOfMs: null };
  return { alarms: kept.data ?? none, isLive, asOfMs: kept.data === undefined ? null : kept.dataUpdatedAt };
}

const keepEveryMs = 2_000;

/** Keeps what the live channel tells, so that it is still there without network. Once in the app. */
export function useKeepAlarms(): void {
  const { alarms, liveness, serverNowMs } = useLiveClient();
  const queries = useQueryClient();
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | null = null;
    let wasHeard = false;
    const keep = (): void => {
      timer = null;
      const state = liveness.get();
      if (state.kind === 'live' || state.kind === 'collectorLost') {
        wasHeard = true;
        queries.setQueryData(['alarms'], alarms.list.get(), { updatedAt: serverNowMs() });
      } else if (state.kind === 'serverLost' && wasHeard) {
        queries.setQueryData(['alarms'], alarms.list.get(), { updatedAt: state.sinceMs });
      }
    };
    const later = (): void => {
      timer ??= setTimeout(keep, keepEveryMs);
    };
    keep();
    const stops = [alarms.list.subscribe(later), liveness.subscribe(keep)];
    // A quiet hour is news too: the age of what is kept counts from the last time that the server was heard.
    const interval = setInterval(keep, 30_000);
    return () => {
      for (const stop of stops) stop();
      if (timer !== null) clearTimeout(timer);
      clearInterval(interval);
    };
  }, [alarms, liveness, serverNowMs, queries]);
}
