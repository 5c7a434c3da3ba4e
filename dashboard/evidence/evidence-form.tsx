// Asks for a bundle: stations, days of the plant's calendar, language of the report, purpose.
import { useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import type { Language } from '../../domain/text/localized-text.ts';
import { reasonOf } from '../http/request.ts';
import { useWords } from '../language/language.ts';
import { useLiveClient } from '../live/live-context.tsx';
import { usePlant, useZone } from '../session/plant-context.tsx';
import { StationOptions } from '../station/station-options.tsx';
import { formatDate } from '../time/plant-time.ts';
import { askForEvidence } from './evidence-requests.ts';

const dayMs = 86_400_000;

export function EvidenceForm(): ReactNode {
  const { t, language: shown } = useWords();
  const { stations } = usePlant();
  const zone = useZone();
  const queries = useQueryClient();
  const { serverNowMs } = useLiveClient();
  const [stationId, setStationId] = useState('');
  const [today] = useState(() => formatDate(serverNowMs(), zone));
  const [fromDate, setFromDate] = useState(() => formatDate(serverNowMs() - 30 * dayMs, zone));
  const [toDate, setToDate] = useState(today);
  const [language, setLanguage] = useState<Language>(shown);
  const [reason, setReason] = useState('');
  const [isWorking, setIsWorking] = useState(false);
  const [told, setTold] = useState<{ readonly text: string; readonly isProblem: boolean } | null>(null);

  async function submit(): Promise<void> {
    setIsWorking(true);
    setTold(null);
    const answer = await askForEvidence({
      stationIds: stationId === '' ? null : [stationId],
      fromDate,
      toDate,
      language,
      reason: reason.trim(),
    });
    setIsWorking(false);
    if (answer.kind === 'ok') {
      setTold({ text: t('evidence.asked'), isProblem: false });
      setReason('');
      void queries.invalidateQueries({ queryKey: ['evidence'] });
    } else setTold({ text: t('evidence.problem', { reason: reasonOf(answer) }), isProblem: true });
  }

  return (
    <form
      className="evidence-form"
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <label className="field">
        <span>{t('evidence.station')}</span>
        <select className="input" value={stationId} onChange={(event) => setStationId(event.target.value)} data-testid="evidence-station">
          <option value="">{t('evidence.allStations')}</option>
          <StationOptions stations={stations} />
        </select>
      </label>
      <label className="field">
        <span>{t('evidence.fromDate')}</span>
        <input
          type="date"
          required
          max={toDate}
          value={fromDate}
          onChange={(event) => setFromDate(event.target.value)}
          data-testid="evidence-from"
        />
      </label>
      <label className="field">
        <span>{t('evidence.toDate')}</span>
        <input
          type="date"
          required
          min={fromDate}
          max={today}
          value={toDate}
          onChange={(event) => setToDate(event.target.value)}
          data-testid="evidence-to"
        />
      </label>
      <label className="field">
        <span>{t('evidence.language')}</span>
        <select className="input" value={language} onChange={(event) => setLanguage(event.target.value === 'en' ? 'en' : 'zh')}>
          <option value="zh">{t('evidence.chinese')}</option>
          <option value="en" lang="en">
            {t('evidence.english')}
          </option>
        </select>
      </label>
      <label className="field evidence-reason">
        <span>{t('evidence.reason')}</span>
        <input
          required
          maxLength={500}
          value={reason}
          placeholder={t('evidence.reasonHint')}
          onChange={(event) => setReason(event.target.value)}
          data-testid="evidence-reason"
        />
      </label>
      <button type="submit" className="button button-primary" disabled={isWorking} data-testid="evidence-ask">
        {t('evidence.ask')}
      </button>
      <p className={told?.isProblem === true ? 'notice notice-problem evidence-told' : 'muted evidence-told'} role="status">
        {told?.text}
      </p>
    </form>
  );
}
