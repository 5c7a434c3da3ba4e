// The alarms behind the nuisance figures: chattering, fleeting, stale, and what was set aside and for how long.
import { type ReactNode, useState } from 'react';
import type { Nuisance } from '../../domain/api/performance-api.ts';
import { useWords } from '../language/language.ts';
import { useZone } from '../session/plant-context.tsx';
import { formatDateTime } from '../time/plant-time.ts';
import { useDurationText } from '../values/duration-text.ts';
import { AlarmNameText } from './bad-actors-panel.tsx';

const lists = ['chattering', 'fleeting', 'stale', 'setAside'] as const;
type List = (typeof lists)[number];

export function NuisancePanel({ nuisance }: { readonly nuisance: Nuisance }): ReactNode {
  const { t } = useWords();
  const [chosen, setChosen] = useState<List | null>(null);
  const list = chosen ?? lists.find((name) => nuisance[name].length > 0) ?? 'chattering';
  const isQuiet = lists.every((name) => nuisance[name].length === 0);
  return (
    <section className="panel" aria-label={t('performance.nuisanceTitle')} data-testid="nuisance">
      <div className="panel-head">
        <h2>{t('performance.nuisanceTitle')}</h2>
        <fieldset className="choices" aria-label={t('performance.nuisanceTitle')}>
          {lists.map((name) => (
            <button key={name} type="button" aria-pressed={list === name} onClick={() => setChosen(name)} data-testid={`nuisance-${name}`}>
              {t(`performance.list.${name}`)} <span className="number">{nuisance[name].length}</span>
            </button>
          ))}
        </fieldset>
      </div>
      {isQuiet ? (
        <p className="empty">{t('performance.nuisanceNone')}</p>
      ) : (
        <div className="table-scroll">
          <NuisanceTable nuisance={nuisance} list={list} />
        </div>
      )}
    </section>
  );
}

function NuisanceTable({ nuisance, list }: { readonly nuisance: Nuisance; readonly list: List }): ReactNode {
  const { t } = useWords();
  const zone = useZone();
  const durationText = useDurationText();
  const time = (atMs: number | null): string => (atMs === null ? '—' : formatDateTime(atMs, zone));
  if (nuisance[list].length === 0) return <p className="empty">{t('performance.noRows')}</p>;
  const columns = {
    chattering: ['raises', 'runs', 'last'],
    fleeting: ['raises', 'median', 'last'],
    stale: ['since', 'ended'],
    setAside: ['since', 'until', 'ended', 'person', 'approvedBy'],
  } as const;
  const rows = {
    chattering: nuisance.chattering.map((each) => ({ alarm: each.alarm, key: '', cells: [each.raises, each.runs, time(each.lastMs)] })),
    fleeting: nuisance.fleeting.map((each) => ({
      alarm: each.alarm,
      key: '',
      cells: [each.count, durationText(each.medianMs), time(each.lastMs)],
    })),
    stale: nuisance.stale.map((each) => ({
      alarm: each.alarm,
      key: each.raisedAtMs,
      cells: [time(each.raisedAtMs), time(each.endedAtMs)],
    })),
    setAside: nuisance.setAside.map((each) => ({
      alarm: each.alarm,
      key: each.sinceMs,
      cells: [
        time(each.sinceMs),
        time(each.untilMs),
        <>
          {time(each.endedAtMs)} {each.isPastItsTime && <span className="tag">{t('performance.past')}</span>}
          {each.fault !== null && <span className="tag">{t('performance.fault', { rule: each.fault })}</span>}
        </>,
        each.username,
        each.approvedBy ?? '—',
      ],
    })),
  };
  return (
    <table className="table number">
      <thead>
        <tr>
          <th scope="col">{t('performance.alarm')}</th>
          {columns[list].map((column) => (
            <th key={column} scope="col">
              {t(`performance.${column}`)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows[list].map((row) => (
          <tr key={`${row.alarm.alarmId} ${row.key}`}>
            <td>
              <AlarmNameText alarm={row.alarm} />
            </td>
            {row.cells.map((cell, index) => (
              <td key={columns[list][index]}>{cell}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
