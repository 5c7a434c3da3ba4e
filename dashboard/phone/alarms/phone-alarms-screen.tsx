// The alarms of the person's stations: unacknowledged first, then by priority, then the newest.
import { type ReactNode, useState } from 'react';
import { isSetAside, orderAlarms } from '../../alarms/alarm-order.ts';
import { useWords } from '../../language/language.ts';
import { AsOf } from '../as-of.tsx';
import { PhoneAlarmRow } from './phone-alarm-row.tsx';
import { usePhoneAlarms } from './use-phone-alarms.ts';

/** A flood must not freeze the phone; how many more there are is said. */
const pageSize = 100;

export function PhoneAlarmsScreen(): ReactNode {
  const { t } = useWords();
  const { items: alarms, asOfMs, isUnknown } = usePhoneAlarms();
  const rows = orderAlarms(alarms.filter((alarm) => !isSetAside(alarm)));
  const setAside = alarms.filter(isSetAside);
  const [shown, setShown] = useState(pageSize);
  return (
    <section aria-labelledby="alarms-title">
      <h1 className="phone-title" id="alarms-title">
        {t('phone.alarms.title')}
      </h1>
      {asOfMs !== null && <AsOf timeMs={asOfMs} />}
      {rows.length === 0 && (
        <p className="phone-empty" data-testid="no-alarms">
          {t(isUnknown ? 'phone.alarms.unknown' : 'phone.alarms.none')}
        </p>
      )}
      <ul className="phone-list">
        {rows.slice(0, shown).map(({ alarm, eclipsed }) => (
          <li key={alarm.alarmId}>
            <PhoneAlarmRow alarm={alarm} lesser={eclipsed.length} />
          </li>
        ))}
      </ul>
      {rows.length > shown && (
        <button type="button" className="phone-button" onClick={() => setShown(shown + pageSize)} data-testid="show-more">
          {t('phone.alarms.showMore', { count: rows.length - shown })}
        </button>
      )}
      {setAside.length > 0 && (
        <details className="phone-details">
          <summary>{t('phone.alarms.setAside', { count: setAside.length })}</summary>
          <ul className="phone-list">
            {setAside.slice(0, pageSize).map((alarm) => (
              <li key={alarm.alarmId}>
                <PhoneAlarmRow alarm={alarm} />
              </li>
            ))}
          </ul>
        </details>
      )}
    </section>
  );
}
