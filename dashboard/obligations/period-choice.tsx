// Which period the obligations are judged over: a month of the plant's calendar, or the last days. Kept in the address, so that it can be linked to.
import type { ReactNode } from 'react';
import { useWords } from '../language/language.ts';
import { useLiveClient } from '../live/live-context.tsx';
import { useZone } from '../session/plant-context.tsx';
import { lastMonths } from '../time/last-months.ts';
import type { ObligationPeriod } from './obligations-requests.ts';

export function PeriodChoice({
  period,
  onChange,
}: {
  readonly period: ObligationPeriod;
  readonly onChange: (period: ObligationPeriod) => void;
}): ReactNode {
  const { t } = useWords();
  const zone = useZone();
  const { serverNowMs } = useLiveClient();
  return (
    <div className="obligation-period no-print">
      <fieldset className="choices" aria-label={t('obligations.period.label')}>
        <button
          type="button"
          aria-pressed={period.month === null && period.days === null}
          onClick={() => onChange({ month: null, days: null })}
          data-testid="period-this-month"
        >
          {t('obligations.period.thisMonth')}
        </button>
        <button type="button" aria-pressed={period.days === 7} onClick={() => onChange({ month: null, days: 7 })}>
          {t('obligations.period.last7d')}
        </button>
        <button type="button" aria-pressed={period.days === 1} onClick={() => onChange({ month: null, days: 1 })} data-testid="period-1">
          {t('obligations.period.last24h')}
        </button>
      </fieldset>
      <select
        className="input"
        aria-label={t('obligations.period.month')}
        value={period.month ?? ''}
        onChange={(event) => onChange({ month: event.target.value === '' ? null : event.target.value, days: null })}
        data-testid="period-month"
      >
        <option value="">{t('obligations.period.month')}</option>
        {lastMonths(serverNowMs(), zone).map((month) => (
          <option key={month} value={month}>
            {month}
          </option>
        ))}
      </select>
      <button type="button" className="button button-small" onClick={() => print()}>
        {t('obligations.print')}
      </button>
    </div>
  );
}
