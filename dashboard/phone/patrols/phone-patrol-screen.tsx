// One round on the phone: its points, one big button to scan, and the form of the point whose label was read. Everything works without network.
import { type ReactNode, useState } from 'react';
import { Link } from 'wouter';
import { useWords } from '../../language/language.ts';
import { useLiveClient } from '../../live/live-context.tsx';
import { usePlant, useStation, useZone } from '../../session/plant-context.tsx';
import { formatRecent } from '../../time/plant-time.ts';
import { AsOf } from '../as-of.tsx';
import { useFollowPosition } from '../position/share-position.ts';
import { CodeScanner } from './code-scanner.tsx';
import { judgeCode } from './judge-code.ts';
import { usePatrolTime } from './phone-patrols-screen.tsx';
import { PointForm, type ReadLabel } from './point-form.tsx';
import { type PhonePatrol, useWalkablePatrols } from './use-walkable-patrols.ts';

export function PhonePatrolScreen({ id }: { readonly id: string }): ReactNode {
  const { t } = useWords();
  const { all, asOfMs, isUnknown } = useWalkablePatrols();
  const patrolId = decodeURIComponent(id);
  const found = all.find(({ patrol }) => patrol.id === patrolId);
  if (found === undefined)
    return (
      <div className="phone-empty" role="status">
        <p>{t(isUnknown ? 'phone.patrol.unknown' : 'phone.patrol.gone')}</p>
        {!isUnknown && <p className="phone-hint">{t('phone.patrol.goneHint')}</p>}
        <Link to="/patrols" className="phone-button">
          {t('phone.patrol.title')}
        </Link>
      </div>
    );
  return <Round each={found} asOfMs={asOfMs} />;
}

type Shown = { readonly kind: 'list' } | { readonly kind: 'scanner' } | { readonly kind: 'point'; readonly placeId: string };

function Round({ each, asOfMs }: { readonly each: PhonePatrol; readonly asOfMs: number | null }): ReactNode {
  const { t, text } = useWords();
  const { stations } = usePlant();
  const { patrol, doneCount, standing } = each;
  const station = useStation(patrol.stationId);
  const whenText = usePatrolTime();
  const [shown, setShown] = useState<Shown>({ kind: 'list' });
  const [label, setLabel] = useState<ReadLabel | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  useFollowPosition();

  async function take(code: string, by: 'scan' | 'tag'): Promise<void> {
    const verdict = await judgeCode(code, patrol);
    switch (verdict.kind) {
      case 'point':
        if ('vibrate' in navigator) navigator.vibrate(40);
        setProblem(null);
        setLabel({ placeId: verdict.placeId, code, by });
        setShown({ kind: 'point', placeId: verdict.placeId });
        return;
      case 'otherStation': {
        const other = stations.find(({ id }) => id === verdict.stationId);
        return setProblem(t('phone.patrol.otherStation', { station: other === undefined ? verdict.stationId : text(other.name) }));
      }
      case 'foreign':
      case 'otherPlace':
      case 'worthless':
        return setProblem(t(`phone.patrol.${verdict.kind}`));
    }
  }
  const scan = (): void => {
    setProblem(null);
    setShown({ kind: 'scanner' });
  };
  const point = shown.kind === 'point' ? patrol.points.find(({ placeId }) => placeId === shown.placeId) : undefined;
  const mayWalk = standing === 'open' || standing === 'late';

  return (
    <article>
      {asOfMs !== null && <AsOf timeMs={asOfMs} />}
      <header className="incident-head">
        <h1>{station === undefined ? patrol.stationId : text(station.name)}</h1>
        <p className="no-margin">
          <b>{text(patrol.name)}</b> ·{' '}
          <b data-testid="patrol-count">{t('phone.patrol.points', { done: doneCount, total: patrol.points.length })}</b>
        </p>
        <p className="phone-hint number" data-standing={standing}>
          {whenText(each)}
        </p>
      </header>
      {doneCount === patrol.points.length && (
        <p className="phone-notice" role="status" data-testid="patrol-complete">
          ✓ {t('phone.patrol.complete')}
        </p>
      )}
      {shown.kind === 'scanner' && (
        <CodeScanner onRead={(code, by) => void take(code, by)} onClose={() => setShown({ kind: 'list' })} problem={problem} />
      )}
      {point !== undefined && (
        <PointForm
          key={`${point.placeId} ${label?.placeId === point.placeId}`}
          each={each}
          point={point}
          label={label?.placeId === point.placeId ? label : null}
          onScan={scan}
          onDone={() => {
            setLabel(null);
            setShown({ kind: 'list' });
          }}
          onClose={() => setShown({ kind: 'list' })}
        />
      )}
      {shown.kind === 'list' && (
        <>
          {mayWalk && (
            <button
              type="button"
              className={`big-button ${doneCount < patrol.points.length ? 'big-button-next' : ''}`}
              onClick={scan}
              data-testid="scan"
            >
              {t('phone.patrol.scan')}
            </button>
          )}
          <PointList each={each} mayWalk={mayWalk} onOpen={(placeId) => setShown({ kind: 'point', placeId })} />
        </>
      )}
    </article>
  );
}

function PointList({
  each: { patrol, unsent },
  mayWalk,
  onOpen,
}: {
  readonly each: PhonePatrol;
  readonly mayWalk: boolean;
  readonly onOpen: (placeId: string) => void;
}): ReactNode {
  const { t, text } = useWords();
  const zone = useZone();
  const { serverNowMs } = useLiveClient();
  return (
    <ol className="phone-list" data-testid="patrol-points">
      {patrol.points.map((point) => {
        const visit = patrol.visits.find(({ placeId }) => placeId === point.placeId);
        const waiting = unsent.get(point.placeId);
        const state = waiting !== undefined ? 'unsent' : visit !== undefined ? 'done' : 'open';
        const failed = (visit?.results ?? waiting?.deed.results ?? []).filter(({ result }) => result === 'failed').length;
        return (
          <li key={point.placeId}>
            <button
              type="button"
              className="phone-row point-row"
              data-state={state}
              data-testid={`point-${point.placeId}`}
              disabled={!mayWalk}
              onClick={() => onOpen(point.placeId)}
            >
              <span className="phone-row-text">
                <b>
                  <span aria-hidden="true">{state === 'open' ? '○ ' : '✓ '}</span>
                  {text(point.name)}
                </b>
                {point.hint !== null && state === 'open' && <span className="phone-row-small">{text(point.hint)}</span>}
                {state !== 'open' && (
                  <span className="phone-row-small number">
                    {t('phone.patrol.done')} {formatRecent(visit?.atMs ?? waiting?.madeAtMs ?? 0, serverNowMs(), zone)}
                    {visit !== undefined && ` · ${visit.by.displayName}`}
                    {state === 'unsent' && ` · ${t('phone.patrol.unsent')}`}
                    {failed > 0 && ` · ${t('phone.patrol.results', { count: failed })}`}
                  </span>
                )}
              </span>
            </button>
          </li>
        );
      })}
    </ol>
  );
}
