// What is still on the phone: in which order, why it waits, and what the server would not take, until the person has read it.
import type { ReactNode } from 'react';
import { exhaustive } from '../../../domain/exhaustive.ts';
import { useWords } from '../../language/language.ts';
import { useLiveClient } from '../../live/live-context.tsx';
import { usePlant, useStation, useZone } from '../../session/plant-context.tsx';
import { formatRecent } from '../../time/plant-time.ts';
import { useOwnActions, useQueueRunner, useQueueState } from './queue-context.tsx';
import type { AnsweredState, Deed, KeptAction, QueuedAction } from './queued-action.ts';

export function QueueScreen(): ReactNode {
  const { t } = useWords();
  const runner = useQueueRunner();
  const { isSending, heldBy, unreadable } = useQueueState();
  const { waiting, answered } = useOwnActions();
  return (
    <section aria-labelledby="queue-title">
      <h1 className="phone-title" id="queue-title">
        {t('phone.queue.title')}
      </h1>
      {answered.map((kept) => (
        <Answered key={kept.key} kept={kept} onDismiss={() => void runner.dismiss(kept.key)} />
      ))}
      {waiting.length === 0 && answered.length === 0 && <p className="phone-empty">{t('phone.queue.empty')}</p>}
      {waiting.length > 0 && (
        <>
          <p className="phone-notice" role="status" data-testid="queue-reason">
            {isSending ? t('phone.queue.sending') : heldBy === null ? t('phone.queue.kept') : t(`phone.queue.heldBy.${heldBy}`)}
          </p>
          <ol className="phone-list" data-testid="queue-list">
            {waiting.map(({ key, action }) => (
              <li key={key} className="phone-row phone-unsent">
                <ActionText action={action} />
              </li>
            ))}
          </ol>
          <button type="button" className="phone-button" onClick={() => runner.kick()} disabled={isSending}>
            {t('phone.queue.sendNow')}
          </button>
        </>
      )}
      <OfOthers />
      {unreadable.length > 0 && (
        <p className="phone-notice phone-notice-problem">{t('phone.queue.unreadable', { count: unreadable.length })}</p>
      )}
    </section>
  );
}

function useDeedText(): (deed: Deed) => { readonly name: string; readonly object: string } {
  const { t, text } = useWords();
  return (deed) => {
    switch (deed.kind) {
      case 'acknowledge':
        return { name: t('phone.queue.acknowledge'), object: text(deed.message) };
      case 'photo':
        return { name: t('phone.incident.photo'), object: [deed.number, deed.caption].filter((part) => part !== '').join(' · ') };
      case 'incident': {
        const { step } = deed;
        const name = step.kind === 'note' ? t('phone.incident.note') : t(`phone.incident.step.${step.kind}`);
        const words = step.kind === 'note' ? step.text : step.kind === 'relapse' ? step.reason : '';
        return { name, object: [deed.number, words].filter((part) => part !== '').join(' · ') };
      }
      case 'patrolVisit':
        return { name: t('phone.patrol.confirmed'), object: `${text(deed.name)} · ${text(deed.place)}` };
      case 'patrolPhoto':
        return { name: t('phone.incident.photo'), object: `${text(deed.name)} · ${text(deed.place)}` };
      case 'hazardStep': {
        const { step } = deed;
        const words = step.kind === 'start' ? '' : step.kind === 'submit' ? step.result : step.text;
        return { name: t(`phone.hazard.step.${step.kind}`), object: [deed.number, words].filter((part) => part !== '').join(' · ') };
      }
      case 'hazardPhoto':
        return { name: t('phone.incident.photo'), object: [deed.number, deed.caption].filter((part) => part !== '').join(' · ') };
      default:
        return exhaustive(deed, 'deed');
    }
  };
}

function ActionText({ action }: { readonly action: QueuedAction }): ReactNode {
  const { t, text } = useWords();
  const deedText = useDeedText();
  const zone = useZone();
  const station = useStation(action.stationId);
  const { serverNowMs } = useLiveClient();
  const { name, object } = deedText(action.deed);
  return (
    <span className="phone-row-text">
      <b>{name}</b>
      <span>
        {station === undefined ? action.stationId : text(station.name)} · {object}
      </span>
      <span className="phone-row-small number">
        {t('phone.queue.madeAt', { time: formatRecent(action.madeAtMs, serverNowMs(), zone) })}
      </span>
    </span>
  );
}

function Answered({ kept, onDismiss }: { readonly kept: KeptAction; readonly onDismiss: () => void }): ReactNode {
  const { t } = useWords();
  const answerText = useAnswerText();
  const { action } = kept;
  if (action.state.kind === 'waiting') return null;
  return (
    <div className="phone-panel phone-answered" role="alert" data-testid={`${action.state.kind}-action`}>
      <strong>{t(action.state.kind === 'refused' ? 'phone.queue.refused' : 'phone.queue.noted')}</strong>
      <ActionText action={action} />
      <p className="no-margin">{answerText(action.state)}</p>
      <button type="button" className="phone-button" onClick={onDismiss} data-testid="dismiss">
        {t('phone.queue.dismiss')}
      </button>
    </div>
  );
}

const knownCodes = [
  'newOccurrence',
  'acknowledgedByAnother',
  'changed',
  'nothingToAcknowledge',
  'notAnnunciated',
  'isOutOfService',
  'commentRequired',
  'wrongState',
] as const;

function useAnswerText(): (state: AnsweredState) => string {
  const { t } = useWords();
  const zone = useZone();
  const { serverNowMs } = useLiveClient();
  return (state) => {
    if (state.kind === 'refused') {
      const known = knownCodes.find((candidate) => candidate === state.code);
      return known === undefined
        ? t('phone.queue.reason.other', { detail: state.detail })
        : t(`phone.queue.reason.${known}`, { by: state.by ?? '' });
    }
    const earlier =
      state.earlierAtMs === null
        ? ''
        : t('phone.queue.earlier', { by: state.by ?? '', time: formatRecent(state.earlierAtMs, serverNowMs(), zone) });
    return `${t(`phone.queue.late.${state.because}`)} ${earlier}`.trim();
  };
}

function OfOthers(): ReactNode {
  const { t } = useWords();
  const { kept } = useQueueState();
  const { session } = usePlant();
  const counts = new Map<string, number>();
  for (const { action } of kept)
    if (action.username !== session.username && action.state.kind === 'waiting')
      counts.set(action.displayName, (counts.get(action.displayName) ?? 0) + 1);
  return [...counts].map(([who, count]) => (
    <p key={who} className="phone-notice" data-testid="queue-of-others">
      {t('phone.queue.others', { who, count })}
    </p>
  ));
}
