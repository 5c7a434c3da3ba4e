// From something that happened to the replay of two minutes before it, at its station. Nothing where the past is shown already.
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useIsPast } from './replay-context.tsx';

const leadMs = 120_000;

export function ReplayLink({
  beforeMs,
  stationId,
  children,
}: {
  readonly beforeMs: number | null;
  readonly stationId: string | undefined;
  readonly children: ReactNode;
}): ReactNode {
  const isPast = useIsPast();
  if (isPast || beforeMs === null) return null;
  const screen = stationId === undefined ? {} : { screen: `/stations/${stationId}` };
  return (
    <Link to="/replay" search={{ at: beforeMs - leadMs, ...screen }} className="button" data-testid="replay-from-here">
      {children}
    </Link>
  );
}
