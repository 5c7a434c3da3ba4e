// The journal: what happened, when, to what, by whom. Read only and append-only; the hash of each line is shown for those who check.
// biome-ignore-all lint/a11y/useSemanticElements: only the rows on the screen exist, which a <table> cannot lay out; the roles say what they are
// biome-ignore-all lint/a11y/useFocusableInteractive: the grid keeps the focus and names the selected row as its active descendant
import { useQuery } from '@tanstack/react-query';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, useRef, useState } from 'react';
import type { JournalEntry } from '../../domain/journal/journal-entry.ts';
import { fetchJournal } from '../http/gatewatch-api.ts';
import { useWords } from '../language/language.ts';
import { useLiveClient } from '../live/live-context.tsx';
import { usePlant, useZone } from '../session/plant-context.tsx';
import { FailureNotice } from '../shell/failure-notice.tsx';
import { formatDateTime } from '../time/plant-time.ts';
import { useJournalWords } from './journal-words.ts';
import './journal.css';
import { StationOptions } from '../station/station-options.tsx';

const ranges = [
  { key: 'journal.lastHour', hours: 1 },
  { key: 'journal.lastShift', hours: 8 },
  { key: 'journal.lastDay', hours: 24 },
  { key: 'journal.lastWeek', hours: 168 },
] as const;

const rowHeightPx = 36;

export function JournalTab(): ReactNode {
  const { t } = useWords();
  const { stations } = usePlant();
  const { serverNowMs } = useLiveClient();
  const [hours, setHours] = useState(8);
  const [stationId, setStationId] = useState('');
  const journal = useQuery({
    queryKey: ['journal', hours, stationId],
    queryFn: ({ signal }) =>
      fetchJournal({ fromMs: serverNowMs() - hours * 3_600_000, stationId: stationId === '' ? null : stationId, limit: 2_000 }, signal),
    refetchInterval: 5_000,
  });
  return (
    <div className="panel alarm-panel">
      <div className="panel-head">
        <fieldset className="choices" aria-label={t('journal.range')}>
          {ranges.map((range) => (
            <button key={range.key} type="button" aria-pressed={hours === range.hours} onClick={() => setHours(range.hours)}>
              {t(range.key)}
            </button>
          ))}
        </fieldset>
        <select
          className="input station-select"
          aria-label={t('common.station')}
          value={stationId}
          onChange={(event) => setStationId(event.target.value)}
        >
          <option value="">{t('alarms.allStations')}</option>
          <StationOptions stations={stations} />
        </select>
        <span className="muted small number alarm-count">{journal.data?.length}</span>
      </div>
      <FailureNotice error={journal.error} />
      {journal.isPending && <p className="empty">{t('common.loading')}</p>}
      {journal.data !== undefined && <JournalList entries={journal.data} />}
    </div>
  );
}

function JournalList({ entries }: { readonly entries: readonly JournalEntry[] }): ReactNode {
  const { t, text } = useWords();
  const zone = useZone();
  const { stations } = usePlant();
  const words = useJournalWords();
  const scroller = useRef<HTMLDivElement>(null);
  const virtualizer = useVirtualizer({
    count: entries.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeightPx,
    getItemKey: (index) => entries[index]?.sequence ?? index,
    overscan: 10,
  });
  if (entries.length === 0) return <p className="empty">{t('journal.empty')}</p>;
  return (
    <div
      ref={scroller}
      className="alarm-scroll"
      role="table"
      aria-label={t('alarms.journal')}
      aria-rowcount={entries.length + 1}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard (axe scrollable-region-focusable)
      tabIndex={0}
      data-testid="journal"
    >
      <div className="journal-row alarm-header" role="row">
        {[t('common.time'), t('journal.what'), t('journal.object'), t('journal.who'), t('journal.detail'), t('journal.hash')].map(
          (label) => (
            <span key={label} role="columnheader">
              {label}
            </span>
          ),
        )}
      </div>
      <div className="alarm-rows" role="rowgroup" style={{ height: virtualizer.getTotalSize() }}>
        {virtualizer.getVirtualItems().map((row) => {
          const entry = entries[row.index];
          if (entry === undefined) return null;
          const station = stations.find((candidate) => candidate.id === entry.stationId);
          return (
            <div
              key={row.key}
              className="journal-row"
              role="row"
              aria-rowindex={row.index + 2}
              style={{ transform: `translateY(${row.start}px)`, height: rowHeightPx }}
              data-testid="journal-row"
              data-kind={entry.kind}
              data-alarm-id={entry.alarmId ?? undefined}
            >
              <span role="cell" className="number">
                {formatDateTime(entry.occurredAtMs, zone)}
              </span>
              <b role="cell">{words.kind(entry)}</b>
              <span role="cell">
                {station !== undefined && text(station.name)} {entry.alarmId ?? ''}
              </span>
              <span role="cell">{words.actor(entry)}</span>
              <span role="cell" title={JSON.stringify(entry.detail)}>
                {words.detail(entry)}
              </span>
              <span role="cell" className="muted number journal-hash" title={entry.hash}>
                {entry.sequence} {entry.hash.slice(0, 8)}
              </span>
            </div>
          );
        })}
      </div>
    </div>
  );
}
