// The watch log: what happened, in the words of who was on watch; what is to be handed on stands on top until it is settled.
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useState } from 'react';
import type { LogEntryView } from '../../domain/api/watch-api.ts';
import { useWords } from '../language/language.ts';
import { usePermission, usePlant, useZone } from '../session/plant-context.tsx';
import { FailureNotice } from '../shell/failure-notice.tsx';
import { ProblemNotice } from '../shell/problem-notice.tsx';
import { StationOptions } from '../station/station-options.tsx';
import { formatRecent } from '../time/plant-time.ts';
import { useNow } from '../values/use-now.ts';
import { closeLogEntry, fetchWatchLog, writeLog } from './duty-requests.ts';
import { useDutyNames } from './use-duty.ts';
import { useDutyAction } from './use-duty-action.ts';

export function WatchLogPanel(): ReactNode {
  const { t } = useWords();
  const mayWrite = usePermission('duty.watch');
  const log = useQuery({ queryKey: ['duty', 'log'], queryFn: ({ signal }) => fetchWatchLog(signal) });
  const entries = log.data ?? [];
  const sorted = [...entries.filter((entry) => entry.isOpen), ...entries.filter((entry) => !entry.isOpen)];
  return (
    <section className="panel" aria-label={t('duty.log.title')} data-testid="watch-log">
      <div className="panel-head">
        <h2>{t('duty.log.title')}</h2>
      </div>
      {mayWrite && <LogForm />}
      <FailureNotice error={log.error} />
      {log.data?.length === 0 && <p className="empty">{t('duty.log.empty')}</p>}
      <ul className="history">
        {sorted.map((entry) => (
          <LogLine key={entry.id} entry={entry} mayClose={mayWrite} />
        ))}
      </ul>
    </section>
  );
}

function LogForm(): ReactNode {
  const { t } = useWords();
  const { stations } = usePlant();
  const action = useDutyAction();
  const [words, setWords] = useState('');
  const [stationId, setStationId] = useState('');
  const [isOpen, setIsOpen] = useState(false);

  function submit(event: FormEvent): void {
    event.preventDefault();
    const body = { text: words.trim(), stationId: stationId === '' ? null : stationId, isOpen };
    void action.run(
      () => writeLog(body),
      () => {
        // What has been typed meanwhile stays.
        setWords((current) => (current === words ? '' : current));
        setStationId('');
        setIsOpen(false);
      },
    );
  }

  return (
    <form className="action-form" onSubmit={submit} data-testid="log-form">
      <textarea
        className="input"
        aria-label={t('duty.log.title')}
        placeholder={t('duty.log.placeholder')}
        maxLength={2_000}
        value={words}
        onChange={(event) => setWords(event.target.value)}
        data-testid="log-text"
      />
      <div className="field-row">
        <select
          className="input"
          aria-label={t('duty.log.station')}
          value={stationId}
          onChange={(event) => setStationId(event.target.value)}
        >
          <option value="">{t('duty.log.noStation')}</option>
          <StationOptions stations={stations} />
        </select>
        <button type="submit" className="button" disabled={words.trim() === '' || action.isWorking} data-testid="log-submit">
          {t('duty.log.write')}
        </button>
      </div>
      <label className="check">
        <input type="checkbox" checked={isOpen} onChange={(event) => setIsOpen(event.target.checked)} />
        {t('duty.log.toHandOn')}
      </label>
      <ProblemNotice text={action.problem} testId="duty-problem" />
    </form>
  );
}

function LogLine({ entry, mayClose }: { readonly entry: LogEntryView; readonly mayClose: boolean }): ReactNode {
  const { t } = useWords();
  const zone = useZone();
  const nowMs = useNow(60_000);
  const names = useDutyNames();
  const action = useDutyAction();
  return (
    <li data-open={entry.isOpen || undefined}>
      <span className="muted number">{formatRecent(entry.atMs, nowMs, zone)}</span>
      <div>
        {entry.isOpen && <span className="tag">{t('duty.log.handOn')}</span>}{' '}
        {entry.stationId !== null && <b>{names.station(entry.stationId)} </b>}
        <span className="log-text">{entry.text}</span>
        <div className="muted small">
          {entry.displayName}
          {entry.closedAtMs !== null &&
            ` · ${t('duty.log.closedBy', { who: names.person(entry.closedBy ?? ''), time: formatRecent(entry.closedAtMs, nowMs, zone) })}`}
        </div>
        {entry.isOpen && mayClose && (
          <button
            type="button"
            className="button button-small"
            disabled={action.isWorking}
            onClick={() => void action.run(() => closeLogEntry(entry.id))}
          >
            {t('duty.log.close')}
          </button>
        )}
        <ProblemNotice text={action.problem} testId="duty-problem" />
      </div>
    </li>
  );
}
