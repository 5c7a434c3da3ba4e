// One patrol: how it stands, each point with who was there, when and by what proof, what was found and which hazard came of it, photos, and its history.
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { type FormEvent, type ReactNode, useState } from 'react';
import type { PatrolView } from '../../domain/api/patrol-api.ts';
import type { PatrolEvent } from '../../domain/patrols/patrol.ts';
import { patrolKindWords, patrolProofWords } from '../../domain/patrols/patrol-words.ts';
import { RequestFailed, reasonOf } from '../http/request.ts';
import { useWords } from '../language/language.ts';
import { usePermission, useStation, useZone } from '../session/plant-context.tsx';
import { Dialog } from '../shell/dialog.tsx';
import { DialogFoot } from '../shell/dialog-foot.tsx';
import { ProblemNotice } from '../shell/problem-notice.tsx';
import { formatDateTime } from '../time/plant-time.ts';
import { PatrolState, TimeLeft } from './patrol-marks.tsx';
import { PatrolPoints } from './patrol-points.tsx';
import { fetchPatrol, patrolPhotoUrl, postExplanation } from './patrol-requests.ts';
import './patrols.css';

const route = getRouteApi('/patrols/$patrolId');

export function PatrolScreen(): ReactNode {
  const { patrolId } = route.useParams();
  const { t } = useWords();
  const patrol = useQuery({ queryKey: ['patrols', patrolId], queryFn: ({ signal }) => fetchPatrol(patrolId, signal) });
  if (patrol.data === undefined) {
    const isUnknown = patrol.error instanceof RequestFailed && patrol.error.status === 404;
    return (
      <div className="empty" role={patrol.isError ? 'alert' : 'status'}>
        <strong>
          {patrol.isPending
            ? t('common.loading')
            : isUnknown
              ? t('patrols.notFound')
              : t('common.failed', { reason: patrol.error?.message ?? '' })}
        </strong>
        <Link to="/patrols" className="button">
          {t('patrols.back')}
        </Link>
      </div>
    );
  }
  return <Patrol patrol={patrol.data} />;
}

function Patrol({ patrol }: { readonly patrol: PatrolView }): ReactNode {
  return (
    <div className="patrols" data-testid="patrol" data-state={patrol.state}>
      <Head patrol={patrol} />
      <div className="patrol-grid">
        <PatrolPoints patrol={patrol} />
        <div>
          <Photos patrol={patrol} />
          <History patrol={patrol} />
        </div>
      </div>
    </div>
  );
}

function Head({ patrol }: { readonly patrol: PatrolView }): ReactNode {
  const { t, text } = useWords();
  const zone = useZone();
  const station = useStation(patrol.stationId);
  const mayExplain = usePermission('patrols.manage') && ['late', 'doneLate', 'missed'].includes(patrol.state);
  const [isExplaining, setIsExplaining] = useState(false);
  const isPlanned = patrol.openedAtMs === patrol.plannedAtMs && patrol.history.length === 0;
  return (
    <section className="panel patrol-head">
      <p className="no-margin small no-print">
        <Link to="/patrols">{t('patrols.back')}</Link>
      </p>
      <h1>
        {text(patrol.name)} · {patrol.stationId} {station === undefined ? '' : text(station.name)}
      </h1>
      <p className="no-margin patrol-line">
        <PatrolState patrol={isPlanned ? { ...patrol, state: 'planned' } : patrol} />
        {!isPlanned && <TimeLeft patrol={patrol} />}
        <span className="tag">{text(patrolKindWords[patrol.patrolKind])}</span>
        {mayExplain && (
          <button type="button" className="button button-small no-print" onClick={() => setIsExplaining(true)} data-testid="explain">
            {t('patrols.explain.button')}
          </button>
        )}
      </p>
      <dl className="patrol-facts number">
        <Fact name={t('patrols.fact.planned')}>{formatDateTime(patrol.plannedAtMs, zone)}</Fact>
        <Fact name={t('patrols.fact.due')}>{formatDateTime(patrol.dueAtMs, zone)}</Fact>
        <Fact name={t('patrols.fact.cut')}>{formatDateTime(patrol.cutAtMs, zone)}</Fact>
        {patrol.completedAtMs !== null && <Fact name={t('patrols.fact.completed')}>{formatDateTime(patrol.completedAtMs, zone)}</Fact>}
        {patrol.explanations.map(({ atMs, by, reason }) => (
          <Fact key={atMs} name={t('patrols.fact.explained')}>
            {by.displayName}: {reason}
          </Fact>
        ))}
      </dl>
      {isExplaining && <ExplainDialog patrolId={patrol.id} onClose={() => setIsExplaining(false)} />}
    </section>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }): ReactNode {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Photos({ patrol }: { readonly patrol: PatrolView }): ReactNode {
  const { t, text } = useWords();
  const zone = useZone();
  if (patrol.photos.length === 0) return null;
  return (
    <section className="panel" aria-label={t('patrols.photos.title')}>
      <div className="panel-head">
        <h2>{t('patrols.photos.title')}</h2>
      </div>
      <ul className="patrol-photos">
        {patrol.photos.map((photo) => {
          const place = patrol.points.find(({ placeId }) => placeId === photo.placeId);
          const caption = photo.caption ?? (place === undefined ? photo.placeId : text(place.name));
          const url = patrolPhotoUrl(patrol.id, photo.hash);
          return (
            <li key={photo.actionId}>
              <a href={url} target="_blank" rel="noreferrer" aria-label={t('patrols.photos.open', { caption })}>
                <img src={url} alt="" loading="lazy" width={photo.width} height={photo.height} />
              </a>
              <span className="small">
                <b>{place === undefined ? photo.placeId : text(place.name)}</b> {photo.caption}
              </span>
              <span className="muted small number">
                {photo.by.displayName} {formatDateTime(photo.atMs, zone)}
              </span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

function History({ patrol }: { readonly patrol: PatrolView }): ReactNode {
  const { t, text } = useWords();
  const zone = useZone();
  const placeName = (id: string): string => {
    const place = patrol.points.find(({ placeId }) => placeId === id);
    return place === undefined ? id : text(place.name);
  };
  const sentence = (event: PatrolEvent): string => {
    switch (event.kind) {
      case 'visit':
        return t('patrols.history.visit', { place: placeName(event.visit.placeId), proof: text(patrolProofWords[event.visit.proof]) });
      case 'photo':
        return t('patrols.history.photo', { place: placeName(event.photo.placeId) });
      case 'explain':
        return t('patrols.history.explain', { reason: event.reason });
      case 'open':
      case 'atRisk':
      case 'late':
      case 'missed':
        return t(`patrols.history.${event.kind}`);
    }
  };
  if (patrol.history.length === 0) return null;
  return (
    <section className="panel" aria-label={t('patrols.history.title')}>
      <div className="panel-head">
        <h2>{t('patrols.history.title')}</h2>
      </div>
      <ol className="patrol-history" data-testid="patrol-history">
        {patrol.history.map((event, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: events are only ever added at the end
          <li key={index}>
            <time className="number small">{formatDateTime(event.atMs, zone)}</time>
            <span>
              <b>{whoOf(event) ?? t('patrols.history.system')}</b> {sentence(event)}
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}

function whoOf(event: PatrolEvent): string | null {
  if (event.kind === 'visit') return event.visit.by.displayName;
  if (event.kind === 'photo') return event.photo.by.displayName;
  return event.kind === 'explain' ? event.by.displayName : null;
}

function ExplainDialog({ patrolId, onClose }: { readonly patrolId: string; readonly onClose: () => void }): ReactNode {
  const { t } = useWords();
  const queries = useQueryClient();
  const [reason, setReason] = useState('');
  const [isSending, setIsSending] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (reason.trim() === '') return;
    setIsSending(true);
    const answer = await postExplanation(patrolId, reason.trim());
    setIsSending(false);
    if (answer.kind !== 'ok') return setProblem(t('patrols.refused', { reason: reasonOf(answer) }));
    queries.setQueryData(['patrols', patrolId], answer.value.patrol);
    onClose();
  }
  return (
    <Dialog title={t('patrols.explain.title')} onClose={onClose} testId="explain-dialog">
      <form onSubmit={(event) => void submit(event)}>
        <div className="dialog-body">
          <ProblemNotice text={problem} />
          <label className="field">
            <span>{t('patrols.explain.text')}</span>
            <textarea
              value={reason}
              maxLength={1_000}
              required
              data-autofocus
              onChange={(event) => setReason(event.target.value)}
              data-testid="explain-text"
            />
          </label>
          <p className="muted no-margin small">{t('patrols.explain.hint')}</p>
        </div>
        <DialogFoot
          onClose={onClose}
          isReady={reason.trim() !== '' && !isSending}
          submit={t('patrols.explain.submit')}
          testId="explain-send"
        />
      </form>
    </Dialog>
  );
}
