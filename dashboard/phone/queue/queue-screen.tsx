// What is still on the phone: in which order, why it waits, and what the server would not take, until the person has read it.
import type { ReactNode } from 'react';
import { useWords } from '../../language/language.ts';
import { useLiveClient } from '../../live/live-context.tsx';
import { usePlant, useStation, useZone } from '../../session/plant-context.tsx';
import { formatRecent } from '../../time/plant-time.ts';
import { useOwnActions, useQueueRunner, useQueueState } from './queue-context.tsx';
import type { KeptAction, QueuedAction, Refusal } from './queued-action.ts';

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

function ActionText({ action }: { readonly action: QueuedAction }): ReactNode {
  const { t } = useWords();
  const { text } = useWords();
  const zone = useZone();
  const station = useStation(action.stationId);
  const { serverNowMs } = useLiveClient();
  return (
    <span className="phone-row-text">
      <b>{t(`phone.queue.${action.deed.kind}`)}</b>
      <span>
        {station === undefined ? action.stationId : text(station.name)} · {text(action.deed.message)}
      </span>
      <span className="phone-row-small number">
        {t('phone.queue.madeAt', { time: formatRecent(action.madeAtMs, serverNowMs(), zone) })}
      </span>
    </span>
  );
}

function Answered({ kept, onDismiss }: { readonly kept: KeptAction; readonly onDismiss: () => void }): ReactNode {
  const { t } = useWords();
  const refusalText = useRefusalText();
  const { action } = kept;
  if (action.state.kind !== 'refused') return null;
  return (
    <div className="phone-panel phone-answered" role="alert" data-testid="refused-action">
      <strong>{t('phone.queue.refused')}</strong>
      <ActionText action={action} />
      <p className="no-margin">{refusalText(action.state)}</p>
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
] as const;

function useRefusalText(): (refusal: Refusal) => string {
  const { t } = useWords();
  return ({ code, detail, by }) => {
    const known = knownCodes.find((candidate) => candidate === code);
    return known === undefined ? t('phone.queue.reason.other', { detail }) : t(`phone.queue.reason.${known}`, { by: by ?? '' });
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
