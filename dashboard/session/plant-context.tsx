// Who is signed in and which plant he sees: known to every screen, set once below the sign-in.
import { createContext, type ReactNode, useContext, useMemo } from 'react';
import type { Permission } from '../../domain/access/roles.ts';
import type { PlantView, StationSummary } from '../../domain/api/plant-api.ts';
import type { SessionView } from '../../domain/api/session-api.ts';

export interface PlantContextValue {
  readonly session: SessionView;
  readonly plant: PlantView;
  readonly stations: readonly StationSummary[];
  readonly onSignOut: () => void;
}

const PlantContext = createContext<PlantContextValue | null>(null);

export function PlantProvider({
  session,
  plant,
  stations,
  onSignOut,
  children,
}: PlantContextValue & { readonly children: ReactNode }): ReactNode {
  const value = useMemo(() => ({ session, plant, stations, onSignOut }), [session, plant, stations, onSignOut]);
  return <PlantContext value={value}>{children}</PlantContext>;
}

export function usePlant(): PlantContextValue {
  const value = useContext(PlantContext);
  if (value === null) throw new Error('usePlant was called outside PlantProvider');
  return value;
}

export function useZone(): string {
  return usePlant().plant.company.timeZone;
}

export function usePermission(permission: Permission): boolean {
  return usePlant().session.permissions.includes(permission);
}

export function useStation(stationId: string): StationSummary | undefined {
  return usePlant().stations.find((station) => station.id === stationId);
}
