// The address of a moment: `/replay?at=2026-11-24T12:30:05&screen=/stations/GS-01`, in plant time. Pure.
import { formatDateTime, parseDateTime } from '../time/plant-time.ts';

export interface ReplaySearch {
  /** Plant time as in `2026-11-24T12:30:05`, ISO 8601 with a zone, or epoch ms. */
  readonly at?: string | number;
  /** The screen to show then; the overview where it is left out. */
  readonly screen?: string;
}

export function replayLink(atMs: number, screen: string, zone: string): string {
  const at = formatDateTime(atMs, zone).replace(' ', 'T');
  const search = new URLSearchParams({ at, ...(screen === '/' || screen.startsWith('/replay') ? {} : { screen }) });
  return `/replay?${search.toString()}`;
}

/** Null where it is no time. */
export function momentOf(at: string | number | undefined, zone: string): number | null {
  if (at === undefined) return null;
  if (typeof at === 'number') return Number.isFinite(at) ? at : null;
  if (/^\d{12,}$/.test(at)) return Number(at);
  const plantTime = parseDateTime(at, zone);
  if (plantTime !== null) return plantTime;
  const moment = /(Z|[+-]\d\d:?\d\d)$/.test(at) ? Date.parse(at) : Number.NaN;
  return Number.isFinite(moment) ? moment : null;
}

/** An address on this site, or the overview: a link must not lead elsewhere. */
export function screenOf(screen: string | undefined): string {
  return screen?.startsWith('/') && !screen.startsWith('//') && !screen.startsWith('/replay') && !screen.includes('\\') ? screen : '/';
}
