// What must be seen on every screen: a watch check that waits for an answer, and duty notices. Bands between the alarm strip and the screen, so that no
// alarm is hidden by them.
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { DutyNoticeView, WatchCheckView } from '../../domain/api/watch-api.ts';
import { useWords } from '../language/language.ts';
import { usePermission } from '../session/plant-context.tsx';
import { KeyHint } from '../shell/key-hint.tsx';
import { useKeys } from '../shell/keys.ts';
import { ProblemNotice } from '../shell/problem-notice.tsx';
import { useNow } from '../values/use-now.ts';
import { clockText } from './clock-text.ts';
import { answerCheck, closeNotice, fetchOpenChecks } from './duty-requests.ts';
import { useDutyNames, useDutyNow } from './use-duty.ts';
import { useDutyAction } from './use-duty-action.ts';
import './duty.css';

export function DutyBands(): ReactNode {
  const mayWatch = usePermission('duty.watch');
  const mayRead = usePermission('duty.read');
  const checks = useQuery({
    queryKey: ['duty', 'open-checks'],
    queryFn: ({ signal }) => fetchOpenChecks(signal),
    enabled: mayWatch,
    refetchInterval: 20_000,
  });
  const now = useDutyNow(mayRead);
  const [check] = checks.data ?? [];
  const notices = now.data?.notices ?? [];
  return (
    <>
      {check !== undefined && <WatchCheckBand key={check.id} check={check} />}
      {notices.length > 0 && <NoticeBand notices={notices} mayClose={mayWatch} />}
    </>
  );
}

function WatchCheckBand({ check }: { readonly check: WatchCheckView }): ReactNode {
  const { t } = useWords();
  const nowMs = useNow(500);
  const action = useDutyAction();
  const answer = (): void => {
    if (!action.isWorking) void action.run(() => answerCheck(check.id));
  };
  useKeys([['y', answer]]);
  return (
    <section
      className="watch-check"
      role="alertdialog"
      aria-label={t('duty.checkBand.title')}
      aria-live="assertive"
      data-testid="watch-check"
    >
      <strong>{t('duty.checkBand.title')}</strong>
      <span>{t('duty.checkBand.text')}</span>
      {/* Read out once, not every second. */}
      <span className="number" aria-hidden="true">
        {t('duty.checkBand.left', { time: clockText(check.dueAtMs - nowMs) })}
      </span>
      <button type="button" className="button button-primary" disabled={action.isWorking} onClick={answer} data-testid="answer-check">
        {t('duty.checkBand.answer')} <KeyHint name="y" />
      </button>
      <ProblemNotice text={action.problem} testId="duty-problem" />
    </section>
  );
}

function NoticeBand({ notices, mayClose }: { readonly notices: readonly DutyNoticeView[]; readonly mayClose: boolean }): ReactNode {
  const { t } = useWords();
  const action = useDutyAction();
  const [first] = notices.toSorted((a, b) => b.lastAtMs - a.lastAtMs);
  if (first === undefined) return null;
  return (
    <section className="duty-notice" aria-label={t('duty.notice.title')} role="status" data-testid="duty-notice" data-kind={first.kind}>
      <strong>{t('duty.notice.title')}</strong>
      <span className="duty-notice-text">
        <NoticeText notice={first} />
        {first.times > 1 && <span className="muted"> · {t('duty.notice.times', { count: first.times })}</span>}
      </span>
      {notices.length > 1 && (
        <Link to="/duty" className="small">
          {t('duty.notice.more', { count: notices.length - 1 })}
        </Link>
      )}
      {mayClose && (
        <button
          type="button"
          className="button button-small"
          disabled={action.isWorking}
          onClick={() => void action.run(() => closeNotice(first.id))}
          data-testid="close-notice"
        >
          {t('duty.notice.close')}
        </button>
      )}
      <ProblemNotice text={action.problem} testId="duty-problem" />
    </section>
  );
}

function NoticeText({ notice }: { readonly notice: DutyNoticeView }): ReactNode {
  const { t } = useWords();
  const names = useDutyNames();
  const console = (notice.consoleId ?? '').split(', ').map(names.console).join('、');
  switch (notice.kind) {
    case 'nobodyToTell': {
      const text = t('duty.notice.nobodyToTell', { station: names.station(notice.stationId ?? '') });
      return notice.alarmId === null ? (
        text
      ) : (
        <Link to="/alarms/$alarmId" params={{ alarmId: notice.alarmId }}>
          {text}
        </Link>
      );
    }
    case 'checkMissed':
      return t('duty.notice.checkMissed', { who: names.person(notice.displayName ?? ''), console });
    case 'withoutHandover':
      return t('duty.notice.withoutHandover', { console, who: notice.displayName ?? '', reason: notice.reason ?? '' });
  }
}
