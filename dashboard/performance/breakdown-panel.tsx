// Where the alarms come from and who answers them: by console, station, area, person.
import { type ReactNode, useState } from 'react';
import type { PerformanceView } from '../../domain/api/performance-api.ts';
import { useWords } from '../language/language.ts';
import { usePlant } from '../session/plant-context.tsx';
import { useDurationText } from '../values/duration-text.ts';
import { rateText, shareText } from './figure-text.ts';
import { VerdictMark } from './verdict-mark.tsx';

const kinds = ['console', 'station', 'area', 'person'] as const;
type Kind = (typeof kinds)[number];

export function BreakdownPanel({ view }: { readonly view: PerformanceView }): ReactNode {
  const { t } = useWords();
  const [chosen, setChosen] = useState<Kind>('console');
  const available = kinds.filter((kind) => kind !== 'console' || view.consoles.length > 0);
  const kind = available.includes(chosen) ? chosen : 'station';
  return (
    <section className="panel" aria-label={t('performance.breakdown')} data-testid="breakdown">
      <div className="panel-head">
        <h2>{t('performance.breakdown')}</h2>
        <fieldset className="choices" aria-label={t('performance.breakdown')}>
          {available.map((name) => (
            <button key={name} type="button" aria-pressed={kind === name} onClick={() => setChosen(name)} data-testid={`by-${name}`}>
              {t(`performance.by.${name}`)}
            </button>
          ))}
        </fieldset>
      </div>
      <div className="table-scroll">
        {kind === 'console' && <Consoles view={view} />}
        {kind === 'station' && (
          <Places rows={view.stations.map(({ stationId, ...load }) => ({ id: stationId, ...load }))} place="station" />
        )}
        {kind === 'area' && <Places rows={view.areas.map(({ areaId, ...load }) => ({ id: areaId, ...load }))} place="area" />}
        {kind === 'person' && <People view={view} />}
      </div>
    </section>
  );
}

function Consoles({ view }: { readonly view: PerformanceView }): ReactNode {
  const { t } = useWords();
  return (
    <table className="table number">
      <thead>
        <tr>
          <th scope="col">{t('performance.console')}</th>
          <th scope="col">{t('performance.people')}</th>
          {(['announced', 'rate', 'busy', 'flood'] as const).map((column) => (
            <th key={column} scope="col" className="cell-right">
              {t(`performance.${column}`)}
            </th>
          ))}
          <th scope="col">{t('performance.verdictHead')}</th>
        </tr>
      </thead>
      <tbody>
        {view.consoles.map((console) => (
          <tr key={console.stationIds?.join() ?? 'all'}>
            <th scope="row">{console.stationIds === null ? t('performance.consoleAll') : console.stationIds.join('、')}</th>
            <td>{console.people.join('、')}</td>
            <td className="cell-right">{console.announced}</td>
            <td className="cell-right">{t('performance.perHour', { value: rateText(console.perHour) })}</td>
            <td className="cell-right">{shareText(console.busyShare)}</td>
            <td className="cell-right">{shareText(console.floodShare)}</td>
            <td>
              <VerdictMark verdict={console.verdict} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

interface PlaceRow {
  readonly id: string;
  readonly announced: number;
  readonly perHour: number;
  readonly share: number;
  readonly chattering: number;
  readonly fleeting: number;
}

function Places({ rows, place }: { readonly rows: readonly PlaceRow[]; readonly place: 'station' | 'area' }): ReactNode {
  const { t, text } = useWords();
  const { plant, stations } = usePlant();
  const name = (id: string): string => {
    const found = place === 'station' ? stations.find((station) => station.id === id) : plant.areas.find((area) => area.id === id);
    return found === undefined ? id : text(found.name);
  };
  if (rows.length === 0) return <p className="empty">{t('performance.noRows')}</p>;
  return (
    <table className="table number">
      <thead>
        <tr>
          <th scope="col">{place === 'station' ? t('common.station') : t('performance.area')}</th>
          {(['announced', 'share', 'rate', 'chattering', 'fleeting'] as const).map((column) => (
            <th key={column} scope="col" className="cell-right">
              {t(`performance.${column}`)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.id}>
            <th scope="row">{name(row.id)}</th>
            <td className="cell-right">{row.announced}</td>
            <td className="cell-right">{shareText(row.share)}</td>
            <td className="cell-right">{t('performance.perHour', { value: rateText(row.perHour) })}</td>
            <td className="cell-right">{row.chattering}</td>
            <td className="cell-right">{row.fleeting}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function People({ view }: { readonly view: PerformanceView }): ReactNode {
  const { t } = useWords();
  const durationText = useDurationText();
  const delay = (delayMs: number | null): string => (delayMs === null ? '—' : durationText(delayMs));
  if (view.people.length === 0) return <p className="empty">{t('performance.noRows')}</p>;
  return (
    <table className="table number">
      <thead>
        <tr>
          <th scope="col">{t('performance.person')}</th>
          {(['acknowledged', 'p50', 'p90', 'max', 'late'] as const).map((column) => (
            <th key={column} scope="col" className="cell-right">
              {t(`performance.${column}`)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {view.people.map((person) => (
          <tr key={person.username}>
            <th scope="row">{person.displayName}</th>
            <td className="cell-right">{person.acknowledged}</td>
            <td className="cell-right">{delay(person.p50Ms)}</td>
            <td className="cell-right">{delay(person.p90Ms)}</td>
            <td className="cell-right">{delay(person.maxMs)}</td>
            <td className="cell-right">{person.late}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
