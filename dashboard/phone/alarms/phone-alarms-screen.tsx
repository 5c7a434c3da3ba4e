// The alarms of the person's stations: unacknowledged first, then by priority, then the newest.
import type { ReactNode } from 'react';
import { isSetAside, orderAlarms } from '../../alarms/alarm-order.ts';
import { useWords } from '../../language/language.ts';
import { AsOf } from '../as-of.tsx';
import { PhoneAlarmRow } from './phone-alarm-row.tsx';
import { usePhoneAlarms } from './use-phone-alarms.ts';

export function PhoneAlarmsScreen(): ReactNode {
  const { t } = useWords();
  const { items: alarms, asOfMs, isUnknown } = usePhoneAlarms();
  const rows = orderAlarms(alarms.filter((alarm) => !isSetAside(alarm)));
  const setAside = alarms.filter(isSetAside);
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
        {rows.map(({ alarm, eclipsed }) => (
          <li key={alarm.alarmId}>
            <PhoneAlarmRow alarm={alarm} lesser={eclipsed.length} />
          </li>
        ))}
      </ul>
      {setAside.length > 0 && (
        <details className="phone-details">
          <summary>{t('phone.alarms.setAside', { count: setAside.length })}</summary>
          <ul className="phone-list">
            {setAside.map((alarm) => (
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
