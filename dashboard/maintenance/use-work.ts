// What maintenance and tests run now, kept fresh by the live channel's topic `maintenance`.
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useMemo } from 'react';
import type { WorkWindow } from '../../domain/maintenance/work-window.ts';
import { askForWork, fetchWork, type WorkAsk, type WorkResult } from './maintenance-api.ts';

export type StationMaintenance = Extract<WorkWindow, { kind: 'maintenance' }>;
export type PointTest = Extract<WorkWindow, { kind: 'test' }>;

export interface Work {
  /** False until the server has answered: that nothing runs is then not known. */
  readonly isKnown: boolean;
  readonly maintenanceByStation: ReadonlyMap<string, StationMaintenance>;
  readonly testByPoint: ReadonlyMap<string, PointTest>;
  readonly longestMaintenanceMs: number;
  readonly longestTestMs: number;
}

const nothing: Work = {
  isKnown: false,
  maintenanceByStation: new Map(),
  testByPoint: new Map(),
  longestMaintenanceMs: 86_400_000,
  longestTestMs: 14_400_000,
};

export function useWork(): Work {
  // The topic tells of every change; the interval is for a page that was cut off without noticing.
  const { data } = useQuery({ queryKey: ['maintenance'], queryFn: ({ signal }) => fetchWork(signal), refetchInterval: 60_000 });
  return useMemo(() => {
    if (data === undefined) return nothing;
    const { windows, longestMaintenanceMs, longestTestMs } = data;
    const maintenance = windows.flatMap((window) => (window.kind === 'maintenance' ? [window] : []));
    const tests = windows.flatMap((window) => (window.kind === 'test' ? [window] : []));
    return {
      isKnown: true,
      maintenanceByStation: new Map(maintenance.map((window) => [window.stationId, window])),
      testByPoint: new Map(tests.map((window) => [window.pointId, window])),
      longestMaintenanceMs,
      longestTestMs,
    };
  }, [data]);
}

export function useAskForWork(): (ask: WorkAsk) => Promise<WorkResult> {
  const queries = useQueryClient();
  return useCallback(
    async (ask) => {
      const result = await askForWork(ask);
      await queries.invalidateQueries({ queryKey: ['maintenance'] });
      void queries.invalidateQueries({ queryKey: ['journal'] });
      return result;
    },
    [queries],
  );
}
