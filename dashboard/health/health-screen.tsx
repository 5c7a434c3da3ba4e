// One page that tells a person how the monitor itself is doing: a verdict for all of it, then a line a part with what to do.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { type HealthView, healthViewSchema, journalCheckSchema } from '../../domain/api/health-api.ts';
import { type HealthCheck, type HealthVerdict, healthGroups, worstVerdict } from '../../domain/health/health-check.ts';
import { notificationChannels } from '../../domain/notification/notification-order.ts';
import { request, valueOrThrow } from '../http/request.ts';
import { useWords, type WordKey } from '../language/language.ts';
import { useLiveClient } from '../live/live-context.tsx';
import { usePermission, useZone } from '../session/plant-context.tsx';
import { FailureNotice } from '../shell/failure-notice.tsx';
import { formatClock } from '../time/plant-time.ts';
import { useDurationText } from '../values/duration-text.ts';
import { browserClockCheck } from './browser-clock-check.ts';
import { useSentence } from './health-sentence.ts';
import './health.css';

const refreshMs = 5_000;
const marks: Readonly<Record<HealthVerdict, string>> = { ok: '✓', look: '◐', act: '!' };
const urgency: Readonly<Record<HealthVerdict, number>> = { act: 0, look: 1, ok: 2 };

interface HealthReading extends HealthView {
  /** By this browser, in the middle between question and answer. */
  readonly browserMs: number;
}

async function fetchHealth(signal: AbortSignal): Promise<HealthReading> {
  const askedMs = Date.now();
  const view = valueOrThrow(await request('/api/health', { schema: healthViewSchema, signal }));
  return { ...view, browserMs: (askedMs + Date.now()) / 2 };
}

export function HealthScreen(): ReactNode {
  const { t } = useWords();
  const health = useQuery({ queryKey: ['health'], queryFn: ({ signal }) => fetchHealth(signal), refetchInterval: refreshMs });
  return (
    <div className="health" data-testid="health">
      <h1>{t('health.title')}</h1>
      <FailureNotice error={health.error} />
      {health.isPending && <p className="empty">{t('common.loading')}</p>}
      {health.data !== undefined && <HealthPage view={health.data} />}
    </div>
  );
}

function HealthPage({ view }: { readonly view: HealthReading }): ReactNode {
  const { t } = useWords();
  const zone = useZone();
  const [isOnlyWrong, setIsOnlyWrong] = useState(false);
  const checks = [...view.checks, browserClockCheck(view.browserMs - view.serverTimeMs)];
  const verdict = worstVerdict(checks);
  const count = (wanted: HealthVerdict): number => checks.filter((check) => check.verdict === wanted).length;
  const shown = isOnlyWrong ? checks.filter((check) => check.verdict !== 'ok') : checks;
  return (
    <>
      <section className="health-head panel" data-verdict={verdict} data-testid="health-verdict" aria-label={t('health.title')}>
        <VerdictMark verdict={verdict} />
        <div>
          <p className="health-overall">{t(`health.overall.${verdict}`)}</p>
          <p className="muted no-margin number">
            {t('health.counts', { act: count('act'), look: count('look'), ok: count('ok') })} ·{' '}
            {t('health.asOf', { time: formatClock(view.serverTimeMs, zone) })}
          </p>
        </div>
        <label className="check">
          <input type="checkbox" checked={isOnlyWrong} onChange={(event) => setIsOnlyWrong(event.target.checked)} />
          {t('health.onlyWrong')}
        </label>
      </section>
      {shown.length === 0 && <p className="empty">{t('health.nothingWrong')}</p>}
      {healthGroups.map((group) => (
        <HealthGroupPanel key={group} group={group} checks={shown.filter((check) => check.group === group)} />
      ))}
      <About view={view} />
    </>
  );
}

function HealthGroupPanel({ group, checks }: { readonly group: HealthCheck['group']; readonly checks: readonly HealthCheck[] }): ReactNode {
  const { t } = useWords();
  const mayVerify = usePermission('journal.verify');
  if (checks.length === 0) return null;
  const sorted = checks.toSorted((a, b) => urgency[a.verdict] - urgency[b.verdict]);
  return (
    <section className="panel" aria-label={t(`health.group.${group}`)} data-testid={`health-${group}`}>
      <div className="panel-head">
        <h2>{t(`health.group.${group}`)}</h2>
        {group === 'journal' && mayVerify && <JournalCheckButton />}
      </div>
      <table className="table health-table">
        <thead className="visually-hidden">
          <tr>
            <th scope="col">{t('health.column.verdict')}</th>
            <th scope="col">{t('health.column.what')}</th>
            <th scope="col">{t('health.column.says')}</th>
          </tr>
        </thead>
        <tbody>
          {sorted.map((check) => (
            <HealthLine key={`${check.name} ${check.subject}`} check={check} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function HealthLine({ check }: { readonly check: HealthCheck }): ReactNode {
  const { t } = useWords();
  const sentence = useSentence();
  const { name, subject, verdict } = check;
  const subjectText = (of: string): string => {
    const channel = notificationChannels.find((known) => known === of);
    if (channel !== undefined) return t(`notifications.channel.${channel}`);
    return of === 'server' ? t('health.place.server') : of;
  };
  const isBrowser = name === 'clock' && subject === 'browser';
  return (
    <tr data-testid={`check-${name}`} data-subject={subject} data-verdict={verdict}>
      <td>
        <VerdictMark verdict={verdict} isSmall />
      </td>
      <th scope="row">
        {isBrowser ? t('health.name.browser') : t(`health.name.${name}`)}
        {subject !== '' && !isBrowser && <span className="muted health-subject">{subjectText(subject)}</span>}
      </th>
      <td>
        <p className="no-margin">{sentence(check)}</p>
        {verdict !== 'ok' && (
          <p className="no-margin health-todo">
            {t('health.column.todo')}: {t(`health.todo.${name}` as WordKey)}
          </p>
        )}
      </td>
    </tr>
  );
}

/** A shape and a word beside the shade, so that it is read without colour. */
function VerdictMark({ verdict, isSmall = false }: { readonly verdict: HealthVerdict; readonly isSmall?: boolean }): ReactNode {
  const { t } = useWords();
  return (
    <span className={`health-mark ${isSmall ? 'health-mark-small' : ''}`} data-verdict={verdict}>
      <span aria-hidden="true">{marks[verdict]}</span> {t(`health.verdict.${verdict}`)}
    </span>
  );
}

function JournalCheckButton(): ReactNode {
  const { t } = useWords();
  const queries = useQueryClient();
  const check = useMutation({
    mutationFn: async () => valueOrThrow(await request('/api/health/journal-check', { method: 'POST', schema: journalCheckSchema })),
    onSettled: () => queries.invalidateQueries({ queryKey: ['health'] }),
  });
  return (
    <>
      <button
        type="button"
        className="button button-small panel-link"
        disabled={check.isPending}
        onClick={() => check.mutate()}
        data-testid="journal-check"
      >
        {check.isPending ? t('health.journalChecking') : t('health.journalCheck')}
      </button>
      <span role="status" className="muted">
        {check.isSuccess && t('health.journalDone')}
        {check.isError && t('common.failed', { reason: check.error.message })}
      </span>
    </>
  );
}

function About({ view }: { readonly view: HealthView }): ReactNode {
  const { t } = useWords();
  const duration = useDurationText();
  const { serverNowMs } = useLiveClient();
  const facts: readonly (readonly [string, string])[] = [
    [t('health.version'), view.version],
    [t('health.plantVersion'), view.plantVersion],
    [t('health.uptime'), duration(Math.max(0, serverNowMs() - view.startedAtMs))],
    [t('health.runtime'), `Node ${view.runtime.node} · ${view.runtime.platform}`],
    [t('health.journalEntries'), String(view.journal.entries)],
    [t('health.readings'), String(Math.round(view.collectors.reduce((sum, collector) => sum + collector.readingsPerSecond, 0)))],
    [t('health.sockets'), String(view.sockets)],
  ];
  return (
    <section className="panel" aria-label={t('health.about')}>
      <div className="panel-head">
        <h2>{t('health.about')}</h2>
      </div>
      <dl className="health-about number">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt className="muted">{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
