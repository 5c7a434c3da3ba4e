// The rounds of the plant file: what is walked where, at which times, and when next.
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { PatrolRoundView } from '../../domain/api/patrol-api.ts';
import { patrolKindWords } from '../../domain/patrols/patrol-words.ts';
import { useWords } from '../language/language.ts';
import { useStation, useZone } from '../session/plant-context.tsx';
import { ListWaiting } from '../shell/list-waiting.tsx';
import { formatDateTime } from '../time/plant-time.ts';
import { useDurationText } from '../values/duration-text.ts';
import { fetchPatrolRounds } from './patrol-requests.ts';

export function RoundsTab(): ReactNode {
  const { t } = useWords();
  const rounds = useQuery({ queryKey: ['patrols', 'rounds'], queryFn: ({ signal }) => fetchPatrolRounds(signal) });
  if (rounds.data === undefined) return <ListWaiting query={rounds} />;
  if (rounds.data.length === 0) return <p className="empty panel">{t('patrols.noRounds')}</p>;
  return (
    <section className="panel" aria-label={t('patrols.tab.rounds')}>
      <div className="patrol-scroll">
        <table className="table" data-testid="patrol-rounds">
          <thead>
            <tr>
              {(['station', 'round', 'points', 'times', 'within', 'next'] as const).map((name) => (
                <th key={name} scope="col">
                  {t(`patrols.column.${name}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rounds.data.map((round) => (
              <Row key={`${round.stationId} ${round.id}`} round={round} />
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

/** 1 Monday … 7 Sunday. */
const weekdays = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;

function Row({ round }: { readonly round: PatrolRoundView }): ReactNode {
  const { t, text } = useWords();
  const zone = useZone();
  const duration = useDurationText();
  const station = useStation(round.stationId);
  const days =
    round.weekdays !== null
      ? weekdays
          .filter((_, index) => round.weekdays?.includes(index + 1) === true)
          .map((day) => t(`patrols.weekday.${day}`))
          .join(' ')
      : round.monthDays !== null
        ? t('patrols.monthDays', { days: round.monthDays.join(', ') })
        : t('patrols.everyDay');
  return (
    <tr>
      <td>
        {round.stationId} <span className="muted">{station === undefined ? '' : text(station.name)}</span>
      </td>
      <td>
        {text(round.name)} {round.kind === 'checkList' && <span className="tag">{text(patrolKindWords[round.kind])}</span>}
      </td>
      <td className="number">{round.points}</td>
      <td className="number">
        <span className="muted">{days}</span> {round.times.join(' ')}
      </td>
      <td className="number">{duration(round.withinMs)}</td>
      <td className="number patrol-time">{round.nextAtMs === null ? '—' : formatDateTime(round.nextAtMs, zone).slice(0, 16)}</td>
    </tr>
  );
}
