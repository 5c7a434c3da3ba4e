// Where the phone is, only where its person has switched that on here: kept while an incident is open, so that a step carries it without waiting for it.
import { useEffect, useSyncExternalStore } from 'react';
import type { Position } from '../../../domain/incidents/incident.ts';
import { Observable } from '../../live/observable.ts';

const storageKey = 'gatewatch.phone.sharesPosition';
/** An older one says where he was. */
const freshForMs = 120_000;

export const sharesPosition = new Observable(localStorage.getItem(storageKey) === 'yes');
let last: { readonly position: Position; readonly atMs: number } | null = null;

export function setSharesPosition(isShared: boolean): void {
  localStorage.setItem(storageKey, isShared ? 'yes' : 'no');
  sharesPosition.set(isShared);
  if (!isShared) last = null;
}

/** Null where it is not shared, not known or not fresh. */
export function positionNow(): Position | null {
  return last !== null && sharesPosition.get() && performance.now() - last.atMs < freshForMs ? last.position : null;
}

/** Follows the position while the component is on the screen and sharing is on. */
export function useFollowPosition(): void {
  const isShared = useSyncExternalStore(sharesPosition.subscribe, sharesPosition.get);
  useEffect(() => {
    if (!isShared || !('geolocation' in navigator)) return;
    const watch = navigator.geolocation.watchPosition(
      ({ coords }) => {
        last = {
          position: { latitude: coords.latitude, longitude: coords.longitude, accuracyM: Math.min(100_000, coords.accuracy) },
          atMs: performance.now(),
        };
      },
      // Refused or not to be had: the step goes without it.
      () => undefined,
      { enableHighAccuracy: true, maximumAge: 30_000 },
    );
    return () => navigator.geolocation.clearWatch(watch);
  }, [isShared]);
}
