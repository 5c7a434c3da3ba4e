// On an alarm's page: who has been told by which way and what became of it, who comes next and when.
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { needsAcknowledgement } from '../../domain/alarms/alarm-state.ts';
import type { AlarmView } from '../../domain/api/alarm-api.ts';
import type { NotificationView } from '../../domain/api/notification-api.ts';
import type { EscalationView } from '../../domain/api/watch-api.ts';
import type { NotificationChannel } from '../../domain/notification/notification-order.ts';
import { useWords } from '../language/language.ts';
import { usePermission, useZone } from '../session/plant-context.tsx';
import { formatRecent } from '../time/plant-time.ts';
import { useNow } from '../values/use-now.ts';
import { clockText } from './clock-text.ts';
import { fetchAlarmNotifications, fetchEscalation } from './duty-requests.ts';
import { useDutyNames } from './use-duty.ts';
import './duty.css';

type Step = EscalationView['steps'][number];

export function EscalationPanel({ alarm }: { readonly alarm: AlarmView }): ReactNode {
  const { t } = useWords();
  const mayRead = usePermission('duty.read');
  const maySeeDelivery = usePermission('notifications.read');
  const escalation = useQuery({
    queryKey: ['duty', 'escalation', alarm.alarmId, alarm.version],
    queryFn: ({ signal }) => fetchEscalation(alarm.alarmId, signal),
    enabled: mayRead,
    placeholderData: (before) => before,
    // Who would be told changes with the shift.
    refetchInterval: needsAcknowledgement(alarm.state) ? 15_000 : false,
  });
  const deliveries = useQuery({
    queryKey: ['notifications', 'alarm', alarm.alarmId],
    queryFn: ({ signal }) => fetchAlarmNotifications(alarm.alarmId, signal),
    enabled: maySeeDelivery,
  });
  const view = escalation.data;
  if (view === undefined || view.state === 'none' || (view.state === 'notWaiting' && view.steps.length === 0)) return null;
  return (
    <section className="panel" aria-label={t('duty.escalation.title')} data-testid="escalation" data-state={view.state}>
      <div className="panel-head">
        <h2>{t('duty.escalation.title')}</h2>
        <StateText view={view} />
      </div>
      <ol className="escalation">
        {view.steps.map((step) => (
          <StepLine
            key={step.takenAtMs === null ? `coming ${step.step}` : step.orderKeys.join(' ') || `taken ${step.step} ${step.takenAtMs}`}
            step={step}
            deliveries={deliveries.data?.notifications ?? []}
          />
        ))}
      </ol>
    </section>
  );
}

function StateText({ view }: { readonly view: EscalationView }): ReactNode {
  const { t } = useWords();
  const nowMs = useNow(500);
  if (view.state === 'waiting' && view.nextDueAtMs !== null) {
    const leftMs = view.nextDueAtMs - nowMs;
    return (
      <b className="number" data-testid="escalation-next">
        {leftMs <= 0 ? t('duty.escalation.nextNow') : t('duty.escalation.next', { time: clockText(leftMs) })}
      </b>
    );
  }
  return <span className="muted">{t(view.state === 'atEnd' ? 'duty.escalation.atEnd' : 'duty.escalation.notWaiting')}</span>;
}

function StepLine({ step, deliveries }: { readonly step: Step; readonly deliveries: readonly NotificationView[] }): ReactNode {
  const { t } = useWords();
  const zone = useZone();
  const names = useDutyNames();
  const nowMs = useNow(1_000);
  const isTaken = step.takenAtMs !== null;
  const when =
    step.takenAtMs !== null
      ? formatRecent(step.takenAtMs, nowMs, zone)
      : step.dueAtMs === null
        ? ''
        : t('duty.escalation.in', { time: clockText(step.dueAtMs - nowMs) });
  const deliveryTo = (username: string | null): readonly NotificationView[] =>
    deliveries.filter(
      (delivery) =>
        step.orderKeys.includes(delivery.key) &&
        (username === null
          ? delivery.recipient.kind === 'group'
          : delivery.recipient.kind === 'person' && delivery.recipient.username === username),
    );
  return (
    <li data-taken={isTaken || undefined} data-testid={`escalation-step-${step.step}`}>
      <span className="number">
        {t('duty.escalation.step', { step: step.step, of: step.of })}
        <br />
        <span className="muted">{when}</span>
      </span>
      <div>
        {step.tester !== null && <div className="tag">{t('duty.escalation.test', { who: names.person(step.tester) })}</div>}
        {step.people.length > 0 && <span className="muted small">{t(isTaken ? 'duty.escalation.told' : 'duty.escalation.wouldTell')}</span>}
        {step.people.map((person) => (
          <div key={person.username}>
            {person.displayName} <Ways channels={person.channels} deliveries={deliveryTo(person.username)} />
          </div>
        ))}
        {step.groupChannels.length > 0 && (
          <div>
            {t('duty.escalation.group')} <Ways channels={step.groupChannels} deliveries={deliveryTo(null)} />
          </div>
        )}
        {step.foundNobody && (
          <div className="duty-gap">{t(isTaken ? 'duty.escalation.foundNobody' : 'duty.escalation.wouldFindNobody')}</div>
        )}
        {step.notReached.length > 0 && (
          <div className="small duty-gap">{t('duty.escalation.notReached', { names: step.notReached.map(names.person).join('、') })}</div>
        )}
      </div>
    </li>
  );
}

/** What became of it; before that is known, the ways in the order in which they are tried. */
function Ways({
  channels,
  deliveries,
}: {
  readonly channels: readonly NotificationChannel[];
  readonly deliveries: readonly NotificationView[];
}): ReactNode {
  const { t } = useWords();
  if (deliveries.length === 0)
    return <span className="muted small">{channels.map((channel) => t(`notifications.channel.${channel}`)).join(' › ')}</span>;
  return deliveries.map((delivery) => {
    const channel = delivery.attempts.findLast((attempt) => attempt.outcome === 'sent')?.channel ?? delivery.route[delivery.step]?.channel;
    return (
      <span key={delivery.deliveryId} className={delivery.state === 'gaveUp' ? 'small duty-gap' : 'small'}>
        {channel !== undefined && `${t(`notifications.channel.${channel}`)} `}
        {t(`notifications.state.${delivery.state}`)}{' '}
      </span>
    );
  });
}
