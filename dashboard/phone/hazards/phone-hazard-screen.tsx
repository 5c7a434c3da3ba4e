// One hazard on the phone: what it is, what is to be done by when, and the steps of whoever settles it, with words and photos. Everything works without network.
import { type ChangeEvent, type ReactNode, useId, useState } from 'react';
import { Link } from 'wouter';
import type { HazardView } from '../../../domain/api/hazard-api.ts';
import { hazardSentence, hazardStateWords } from '../../../domain/hazards/hazard-words.ts';
import { useWords } from '../../language/language.ts';
import { useLiveClient } from '../../live/live-context.tsx';
import { useStation, useZone } from '../../session/plant-context.tsx';
import { formatRecent } from '../../time/plant-time.ts';
import { AsOf } from '../as-of.tsx';
import { ConfirmButton } from '../confirm-button.tsx';
import { smallPicture } from '../incidents/small-picture.ts';
import { useDo } from '../queue/queue-context.tsx';
import type { Deed } from '../queue/queued-action.ts';
import { useDeadlineText } from './phone-hazards-screen.tsx';
import { useMyHazards, useWaitingOf } from './use-my-hazards.ts';

const historyShown = 8;

export function PhoneHazardScreen({ id }: { readonly id: string }): ReactNode {
  const { t } = useWords();
  const { items, asOfMs, isUnknown } = useMyHazards();
  const hazard = items.find((candidate) => candidate.id === id);
  if (hazard === undefined)
    return (
      <div className="phone-empty" role="status">
        <p>{t(isUnknown ? 'phone.hazard.unknown' : 'phone.hazard.gone')}</p>
        {!isUnknown && <p className="phone-hint">{t('phone.hazard.goneHint')}</p>}
        <Link to="/hazards" className="phone-button">
          {t('phone.tabs.hazards')}
        </Link>
      </div>
    );
  return <Hazard hazard={hazard} asOfMs={asOfMs} />;
}

function Hazard({ hazard, asOfMs }: { readonly hazard: HazardView; readonly asOfMs: number | null }): ReactNode {
  const { t, text } = useWords();
  const station = useStation(hazard.finding.stationId);
  const deadlineText = useDeadlineText();
  const { finding, settled } = hazard;
  const refusal = hazard.state === 'rectifying' ? hazard.history.findLast(({ event }) => event.kind === 'refuse')?.event : undefined;
  const facts: readonly (readonly [string, string | null])[] = [
    [t('phone.hazard.measure'), settled.measure],
    [t('phone.hazard.contingency'), settled.contingency],
    [t('phone.hazard.found'), `${finding.foundBy} · ${finding.foundOn}`],
  ];
  return (
    <article data-testid="phone-hazard">
      {asOfMs !== null && <AsOf timeMs={asOfMs} />}
      <header className="incident-head">
        <h1>{finding.description}</h1>
        <p className="no-margin">
          {station === undefined ? finding.stationId : text(station.name)}
          {finding.place !== '' && ` · ${finding.place}`} ·{' '}
          <b data-testid="hazard-state" data-state={hazard.state}>
            {text(hazardStateWords[hazard.state])}
          </b>
        </p>
        <p className="phone-hint number" data-standing={hazard.standing === 'overdue' ? 'late' : undefined}>
          {hazard.number} · {deadlineText(hazard)}
          {hazard.photos.length > 0 && ` · ${t('phone.hazard.photos', { count: hazard.photos.length })}`}
        </p>
      </header>
      {refusal?.kind === 'refuse' && (
        <p className="phone-notice phone-notice-problem">{t('phone.hazard.refused', { reason: refusal.reason })}</p>
      )}
      <Steps hazard={hazard} />
      <section className="phone-panel">
        <dl className="phone-facts">
          {facts.map(([name, value]) =>
            value === null ? null : (
              <div className="phone-fact" key={name}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ),
          )}
        </dl>
      </section>
      <History hazard={hazard} />
    </article>
  );
}

function Steps({ hazard }: { readonly hazard: HazardView }): ReactNode {
  const { t } = useWords();
  const act = useDo();
  const waiting = useWaitingOf(hazard.id);
  const fieldId = useId();
  const [words, setWords] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const [isWorking, setIsWorking] = useState(false);
  const common = { hazardId: hazard.id, number: hazard.number } as const;
  const isUnsent = (kind: string): boolean => waiting.some(({ deed }) => deed.kind === 'hazardStep' && deed.step.kind === kind);
  const isStarted = hazard.state === 'rectifying' || (hazard.state === 'planned' && isUnsent('start'));
  const isSubmitted = hazard.state === 'submitted' || isUnsent('submit');

  async function keep(deed: Deed): Promise<void> {
    setIsWorking(true);
    setProblem(null);
    try {
      await act(hazard.finding.stationId, deed);
      setWords('');
    } catch {
      setProblem(t('phone.queue.keepFailed'));
    }
    setIsWorking(false);
  }
  async function takePicture(event: ChangeEvent<HTMLInputElement>): Promise<void> {
    const file = event.target.files?.[0];
    event.target.value = '';
    if (file === undefined) return;
    const picture = await smallPicture(file);
    if (picture === null) return setProblem(t('phone.incident.notAPicture'));
    await keep({ kind: 'hazardPhoto', ...common, purpose: isStarted ? 'progress' : 'finding', caption: words.trim(), picture });
  }

  return (
    <section className="phone-panel" aria-label={t('phone.hazard.result')}>
      {problem !== null && (
        <p className="phone-notice phone-notice-problem" role="alert">
          {problem}
        </p>
      )}
      {waiting.length > 0 && (
        <p className="phone-hint" role="status" data-testid="hazard-unsent">
          {t('phone.header.unsent', { count: waiting.length })}
        </p>
      )}
      {isSubmitted && <p className="no-margin">{t('phone.hazard.waits')}</p>}
      {!isStarted && !isSubmitted && hazard.unsettled.length > 0 && <p className="no-margin">{t('phone.hazard.notSettled')}</p>}
      {hazard.state === 'planned' && !isStarted && hazard.unsettled.length === 0 && (
        <ConfirmButton
          className="big-button big-button-next"
          name={t('phone.hazard.step.start')}
          label={t('phone.hazard.step.start')}
          isDisabled={isWorking}
          onConfirm={() => void keep({ kind: 'hazardStep', ...common, step: { kind: 'start' } })}
          testId="hazard-start"
        />
      )}
      <label htmlFor={fieldId}>{t(isStarted ? 'phone.hazard.result' : 'phone.incident.note')}</label>
      <textarea
        id={fieldId}
        rows={2}
        maxLength={2_000}
        value={words}
        onChange={(event) => setWords(event.target.value)}
        data-testid="hazard-words"
      />
      <div className="two-buttons">
        <button
          type="button"
          className="phone-button"
          disabled={isWorking || words.trim() === ''}
          onClick={() => void keep({ kind: 'hazardStep', ...common, step: { kind: 'note', text: words.trim() } })}
          data-testid="hazard-note"
        >
          {t('phone.hazard.step.note')}
        </button>
        <label className="phone-button" data-disabled={isWorking || undefined}>
          {t('phone.incident.photo')}
          <input
            className="visually-hidden"
            type="file"
            accept="image/*"
            capture="environment"
            disabled={isWorking}
            onChange={(event) => void takePicture(event)}
            data-testid="hazard-photo"
          />
        </label>
      </div>
      {isStarted && !isSubmitted && (
        <ConfirmButton
          className="big-button big-button-next"
          name={t('phone.hazard.step.submit')}
          label={t('phone.hazard.step.submit')}
          isDisabled={isWorking || words.trim() === ''}
          onConfirm={() => void keep({ kind: 'hazardStep', ...common, step: { kind: 'submit', result: words.trim() } })}
          testId="hazard-submit"
        />
      )}
    </section>
  );
}

function History({ hazard }: { readonly hazard: HazardView }): ReactNode {
  const { t, text } = useWords();
  const zone = useZone();
  const { serverNowMs } = useLiveClient();
  return (
    <section className="phone-panel" aria-labelledby="history-title">
      <h2 id="history-title">{t('phone.hazard.history')}</h2>
      <ol className="phone-list">
        {hazard.history
          .toReversed()
          .slice(0, historyShown)
          .map(({ position, event }) => (
            <li key={position} className="timeline-line">
              <span className="phone-row-small number">{formatRecent(event.atMs, serverNowMs(), zone)}</span>
              <span>
                {event.by !== null && <b>{event.by.displayName} </b>}
                {text(hazardSentence(event))}
              </span>
            </li>
          ))}
      </ol>
    </section>
  );
}
