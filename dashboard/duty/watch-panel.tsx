// The watch as it is now: consoles and who has them, who works this shift and the next, log, checks, handovers.
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import type { RosterEntryView } from '../../domain/api/duty-api.ts';
import type { DutyNow } from '../../domain/api/watch-api.ts';
import { useWords } from '../language/language.ts';
import { useIsPast } from '../replay/replay-context.tsx';
import { useZone } from '../session/plant-context.tsx';
import { formatMinute, formatRecent } from '../time/plant-time.ts';
import { useDurationText } from '../values/duration-text.ts';
import { useNow } from '../values/use-now.ts';
import { ConsoleCard } from './console-card.tsx';
import { fetchHandovers, fetchWatchChecks } from './duty-requests.ts';
import { PastHandoverDialog } from './handover-dialog.tsx';
import { useDutyNames, useDutyNow, useDutyPlan } from './use-duty.ts';
import { WatchLogPanel } from './watch-log-panel.tsx';

export function WatchPanel(): ReactNode {
  const { t } = useWords();
  const now = useDutyNow();
  if (now.data === undefined)
    return <p className="empty">{now.isError ? t('common.failed', { reason: now.error.message }) : t('common.loading')}</p>;
  return (
    <div className="duty-columns">
      <div>
        <section className="panel" aria-label={t('duty.onWatch')}>
          <div className="panel-head">
            <h2>{t('duty.onWatch')}</h2>
          </div>
          <ul className="consoles">
            {now.data.consoles.map((console) => (
              <ConsoleCard key={console.consoleId} console={console} shifts={now.data.shifts} />
            ))}
          </ul>
        </section>
        <OnDuty now={now.data} />
        {now.data.next !== null && (
          <ShiftPeople
            title={t('duty.nextShift')}
            heading={<NextShiftName shiftId={now.data.next.shiftId} startMs={now.data.next.startMs} />}
            entries={now.data.next.entries}
            testId="next-shift"
          />
        )}
      </div>
      <div>
        <WatchLogPanel />
      </div>
      <div>
        <ChecksPanel />
        <HandoversPanel />
      </div>
    </div>
  );
}

function NextShiftName({ shiftId, startMs }: { readonly shiftId: string; readonly startMs: number }): ReactNode {
  const { t } = useWords();
  const zone = useZone();
  const names = useDutyNames();
  return (
    <span>
      {names.shift(shiftId)} <span className="muted number">{t('duty.from', { time: formatMinute(startMs, zone) })}</span>
    </span>
  );
}

function OnDuty({ now }: { readonly now: DutyNow }): ReactNode {
  const { t } = useWords();
  const isPast = useIsPast();
  const zone = useZone();
  const names = useDutyNames();
  const heading =
    now.shifts.length === 0 ? (
      <span className="muted">{t('duty.noShift')}</span>
    ) : (
      now.shifts.map((shift) => (
        <span key={`${shift.date}/${shift.shiftId}`}>
          {names.shift(shift.shiftId)}{' '}
          <span className="muted number">
            {formatMinute(shift.startMs, zone)}–{formatMinute(shift.endMs, zone)}
          </span>
        </span>
      ))
    );
  return (
    <ShiftPeople title={t(isPast ? 'replay.onDutyThen' : 'duty.onDutyNow')} heading={heading} entries={now.onDuty} testId="on-duty-now" />
  );
}

function ShiftPeople({
  title,
  heading,
  entries,
  testId,
}: {
  readonly title: string;
  readonly heading: ReactNode;
  readonly entries: readonly RosterEntryView[];
  readonly testId: string;
}): ReactNode {
  const { t } = useWords();
  const plan = useDutyPlan();
  const names = useDutyNames();
  return (
    <section className="panel" aria-label={title} data-testid={testId}>
      <div className="panel-head">
        <h2>{title}</h2>
        {heading}
      </div>
      {entries.length === 0 ? (
        <p className="empty">{t('duty.nobodyRostered')}</p>
      ) : (
        <dl className="facts">
          {(plan?.positions ?? []).flatMap((position) => {
            const here = entries.filter((entry) => entry.positionId === position.id);
            if (here.length === 0 && position.required === 0) return [];
            return [
              <dt key={`${position.id}-name`}>{names.position(position.id)}</dt>,
              <dd key={position.id}>
                {here.length === 0 ? (
                  <b className="duty-gap">{t('duty.nobody')}</b>
                ) : (
                  here.map((entry) => (
                    <div key={entry.id}>
                      {names.person(entry.username)} <AnswersFor entry={entry} />
                    </div>
                  ))
                )}
              </dd>,
            ];
          })}
        </dl>
      )}
    </section>
  );
}

export function AnswersFor({ entry }: { readonly entry: Pick<RosterEntryView, 'stationIds' | 'areaIds'> }): ReactNode {
  const names = useDutyNames();
  if (entry.stationIds === null && entry.areaIds === null) return null;
  const parts = [...(entry.areaIds ?? []).map(names.area), ...(entry.stationIds ?? [])];
  return (
    <span
      className="muted small"
      title={[...(entry.areaIds ?? []).map(names.area), ...(entry.stationIds ?? []).map(names.station)].join('、')}
    >
      {parts.slice(0, 3).join('、')}
      {parts.length > 3 && ' …'}
    </span>
  );
}

function ChecksPanel(): ReactNode {
  const { t } = useWords();
  const zone = useZone();
  const nowMs = useNow(30_000);
  const names = useDutyNames();
  const durationText = useDurationText();
  const checks = useQuery({ queryKey: ['duty', 'checks'], queryFn: ({ signal }) => fetchWatchChecks(signal) });
  return (
    <section className="panel" aria-label={t('duty.checks.title')} data-testid="watch-checks">
      <div className="panel-head">
        <h2>{t('duty.checks.title')}</h2>
      </div>
      {checks.data?.length === 0 && <p className="empty">{t('duty.checks.empty')}</p>}
      <ul className="history">
        {(checks.data ?? []).slice(0, 12).map((check) => (
          <li key={check.id} data-outcome={check.outcome}>
            <span className="muted number">{formatRecent(check.askedAtMs, nowMs, zone)}</span>
            <span>
              {names.person(check.username)}{' '}
              <b className={check.outcome === 'missed' ? 'duty-gap' : undefined}>{t(`duty.check.${check.outcome}`)}</b>
              {check.answeredAtMs !== null && (
                <span className="muted">
                  {' '}
                  {t('duty.checks.answeredAfter', { duration: durationText(check.answeredAtMs - check.askedAtMs) })}
                </span>
              )}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function HandoversPanel(): ReactNode {
  const { t } = useWords();
  const zone = useZone();
  const nowMs = useNow(30_000);
  const names = useDutyNames();
  const [shownId, setShownId] = useState<string | null>(null);
  const handovers = useQuery({ queryKey: ['duty', 'handovers'], queryFn: ({ signal }) => fetchHandovers(signal) });
  return (
    <section className="panel" aria-label={t('duty.handover.past')} data-testid="handovers">
      <div className="panel-head">
        <h2>{t('duty.handover.past')}</h2>
      </div>
      {handovers.data?.length === 0 && <p className="empty">{t('duty.handover.pastNone')}</p>}
      <ul className="history">
        {(handovers.data ?? []).slice(0, 8).map((line) => (
          <li key={line.id}>
            <span className="muted number">{formatRecent(line.signedAtMs, nowMs, zone)}</span>
            <button type="button" className="link-button" onClick={() => setShownId(line.id)}>
              {names.console(line.consoleId)} · {names.person(line.fromUsername)} → {names.person(line.toUsername)}
            </button>
          </li>
        ))}
      </ul>
      {shownId !== null && <PastHandoverDialog handoverId={shownId} onClose={() => setShownId(null)} />}
    </section>
  );
}
