// Alarms that are set aside, each with who did it, why and until when, and the way back: what a person answers for at handover.

import { Link } from '@tanstack/react-router';
import { type ReactNode, useMemo, useState } from 'react';
import type { AlarmView } from '../../domain/api/alarm-api.ts';
import type { AlarmAction } from '../http/gatewatch-api.ts';
import { useWords } from '../language/language.ts';
import { useLiveClient } from '../live/live-context.tsx';
import { usePersonName } from '../session/person-names.ts';
import { useZone } from '../session/plant-context.tsx';
import { Countdown } from '../time/countdown.tsx';
import { formatRecent } from '../time/plant-time.ts';
import { SetAsideDialog, useActions } from './alarm-actions.tsx';
import { tagOf } from './alarm-line.tsx';
import { usePlaceName } from './alarm-place.tsx';
import { hueOf, PriorityMark } from './priority-mark.tsx';
import { TestTag } from './test-tag.tsx';

/** A lost device of a large station suppresses thousands; the rest is one press away, and its number is told. */
const shownFirst = 200;

function untilOf(alarm: AlarmView): number {
  return alarm.outOfService?.untilMs ?? alarm.shelved?.untilMs ?? Number.POSITIVE_INFINITY;
}

/** What ends first stands first; what has no end of its own, the most urgent first. */
function sortAside(alarms: readonly AlarmView[]): AlarmView[] {
  return alarms.toSorted((one, other) => {
    const [oneEnd, otherEnd] = [untilOf(one), untilOf(other)];
    return oneEnd === otherEnd ? (one.alarmId < other.alarmId ? -1 : 1) : oneEnd - otherEnd;
  });
}

export function SetAsideList({ alarms, empty }: { readonly alarms: readonly AlarmView[]; readonly empty: string }): ReactNode {
  const { t } = useWords();
  const [isAll, setIsAll] = useState(false);
  const [open, setOpen] = useState<{ readonly alarm: AlarmView; readonly action: AlarmAction } | null>(null);
  const sorted = useMemo(() => sortAside(alarms), [alarms]);
  if (sorted.length === 0) return <p className="empty">{empty}</p>;
  const shown = isAll ? sorted : sorted.slice(0, shownFirst);
  return (
    <>
      <table className="aside-table" data-testid="set-aside-list">
        <thead>
          <tr>
            <th scope="col">{t('alarms.column.priority')}</th>
            <th scope="col">{t('setAside.column.alarm')}</th>
            <th scope="col">{t('setAside.column.condition')}</th>
            <th scope="col">{t('setAside.column.who')}</th>
            <th scope="col">{t('setAside.column.why')}</th>
            <th scope="col">{t('setAside.column.until')}</th>
            <th scope="col">
              <span className="visually-hidden">{t('setAside.column.action')}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {shown.map((alarm) => (
            <SetAsideRow key={alarm.alarmId} alarm={alarm} onAct={(action) => setOpen({ alarm, action })} />
          ))}
        </tbody>
      </table>
      {shown.length < sorted.length && (
        <button type="button" className="button aside-all" onClick={() => setIsAll(true)}>
          {t('setAside.showAll', { count: sorted.length })}
        </button>
      )}
      {open !== null && <SetAsideDialog alarm={open.alarm} action={open.action} onClose={() => setOpen(null)} />}
    </>
  );
}

function SetAsideRow({ alarm, onAct }: { readonly alarm: AlarmView; readonly onAct: (action: AlarmAction) => void }): ReactNode {
  const { t, text } = useWords();
  const placeName = usePlaceName();
  const back = useActions()(alarm).find((action) => action === 'unshelve' || action === 'return-to-service');
  const untilMs = untilOf(alarm);
  return (
    <tr data-testid="set-aside-row" data-alarm-id={alarm.alarmId} data-state={alarm.state} data-hue={hueOf(alarm.priority, alarm.class)}>
      <td>
        <PriorityMark priority={alarm.priority} alarmClass={alarm.class} showsWord />
      </td>
      <td>
        <Link to="/alarms/$alarmId" params={{ alarmId: alarm.alarmId }}>
          <b>{placeName(alarm.stationId)}</b> {tagOf(alarm)} {text(alarm.message)}
        </Link>{' '}
        <TestTag alarm={alarm} />
      </td>
      <td>
        {alarm.isConditionTrue ? (
          <b title={t('setAside.trueHint')}>{t('setAside.isTrue')}</b>
        ) : (
          <span className="muted">{t('setAside.isFalse')}</span>
        )}
      </td>
      <td>
        <Who alarm={alarm} />
      </td>
      <td>
        <Why alarm={alarm} />
      </td>
      <td className="number">
        {Number.isFinite(untilMs) ? <Until untilMs={untilMs} /> : <span className="muted">{t('setAside.whileCauseLasts')}</span>}
      </td>
      <td className="aside-action">
        {back !== undefined && (
          <button type="button" className="button button-small" onClick={() => onAct(back)} data-testid="bring-back">
            {t(`action.${back}`)}
          </button>
        )}
      </td>
    </tr>
  );
}

/** The same in short, for the page of the alarm itself. */
export function SetAsideFacts({ alarm }: { readonly alarm: AlarmView }): ReactNode {
  const untilMs = untilOf(alarm);
  return (
    <>
      <Why alarm={alarm} />
      <div>
        <Who alarm={alarm} />
      </div>
      {Number.isFinite(untilMs) && (
        <div>
          <Until untilMs={untilMs} />
        </div>
      )}
    </>
  );
}

function Until({ untilMs }: { readonly untilMs: number }): ReactNode {
  const zone = useZone();
  const { serverNowMs } = useLiveClient();
  return (
    <>
      {formatRecent(untilMs, serverNowMs(), zone)}
      <br />
      <b>
        <Countdown untilMs={untilMs} />
      </b>
    </>
  );
}

function Who({ alarm }: { readonly alarm: AlarmView }): ReactNode {
  const { t } = useWords();
  const zone = useZone();
  const { serverNowMs } = useLiveClient();
  const nameOf = usePersonName();
  const person = alarm.outOfService ?? alarm.shelved;
  if (person === null) return <span className="muted">{t('conflict.system')}</span>;
  return (
    <>
      <span className="number">{t('setAside.by', { who: nameOf(person.by), time: formatRecent(person.atMs, serverNowMs(), zone) })}</span>
      {person.approvedBy !== null && <div className="muted">{t('setAside.approved', { who: nameOf(person.approvedBy) })}</div>}
    </>
  );
}

function Why({ alarm }: { readonly alarm: AlarmView }): ReactNode {
  const { t } = useWords();
  const { outOfService, shelved, suppressedBy } = alarm;
  if (outOfService !== null) {
    return (
      <>
        <b>{t('setAside.permit', { permit: outOfService.permit })}</b>
        <div>{t('setAside.measure', { measure: outOfService.compensatingMeasure })}</div>
      </>
    );
  }
  if (shelved !== null) return shelved.reason;
  return suppressedBy.map((cause) => (
    <div key={cause.kind}>
      {cause.kind === 'alarm' ? (
        <Link to="/alarms/$alarmId" params={{ alarmId: cause.alarmId }}>
          {t('setAside.byAlarm', { alarm: cause.alarmId })}
        </Link>
      ) : (
        t('setAside.byMaintenance')
      )}
    </div>
  ));
}
