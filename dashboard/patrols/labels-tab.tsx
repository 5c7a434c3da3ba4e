// Labels of a station's patrol points, to be printed and put up, and replaced where one was lost or copied.
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { type FormEvent, type ReactNode, useState } from 'react';
import type { PatrolLabelView } from '../../domain/api/patrol-api.ts';
import { reasonOf } from '../http/request.ts';
import { useWords } from '../language/language.ts';
import { usePlant } from '../session/plant-context.tsx';
import { Dialog } from '../shell/dialog.tsx';
import { DialogFoot } from '../shell/dialog-foot.tsx';
import { ListWaiting } from '../shell/list-waiting.tsx';
import { ProblemNotice } from '../shell/problem-notice.tsx';
import { fetchPatrolLabels, postReplaceLabel } from './patrol-requests.ts';
import { QrCode } from './qr-code.tsx';

const route = getRouteApi('/patrols');

export function LabelsTab(): ReactNode {
  const { t, text } = useWords();
  const { stations } = usePlant();
  const { station } = route.useSearch();
  const navigate = route.useNavigate();
  const stationId = station ?? stations[0]?.id ?? '';
  const labels = useQuery({ queryKey: ['patrols', 'labels', stationId], queryFn: ({ signal }) => fetchPatrolLabels(stationId, signal) });
  return (
    <section className="panel patrol-labels" aria-label={t('patrols.labels.title')} data-testid="labels">
      <div className="panel-head no-print">
        <select
          className="input patrol-filter"
          aria-label={t('patrols.labels.choose')}
          value={stationId}
          onChange={(event) => void navigate({ search: { tab: 'labels', station: event.target.value } })}
          data-testid="label-station"
        >
          {stations.map(({ id, name }) => (
            <option key={id} value={id}>
              {id} {text(name)}
            </option>
          ))}
        </select>
        <button
          type="button"
          className="button button-primary panel-link"
          disabled={labels.data === undefined || labels.data.length === 0}
          onClick={() => print()}
        >
          {t('patrols.labels.print')}
        </button>
      </div>
      <p className="muted patrol-hint no-print">{t('patrols.labels.hint')}</p>
      {labels.data === undefined ? (
        <ListWaiting query={labels} />
      ) : labels.data.length === 0 ? (
        <p className="empty">{t('patrols.noLabels')}</p>
      ) : (
        <ul className="label-sheet">
          {labels.data.map((label) => (
            <li key={label.placeId}>
              <Label label={label} />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function Label({ label }: { readonly label: PatrolLabelView }): ReactNode {
  const { t, text, language } = useWords();
  const { plant, stations } = usePlant();
  const [isReplacing, setIsReplacing] = useState(false);
  const station = stations.find(({ id }) => id === label.stationId);
  const other = language === 'zh' ? label.name.en : label.name.zh;
  return (
    <article className="label" data-testid={`label-${label.placeId}`}>
      <p className="label-company">
        {text(plant.company.name)} · {t('patrols.labels.company')}
      </p>
      <QrCode text={label.text} label={label.text} />
      <h3>{text(label.name)}</h3>
      {other !== text(label.name) && <p className="label-other">{other}</p>}
      <p className="label-station">
        {label.stationId} {station === undefined ? '' : text(station.name)}
      </p>
      {label.hint !== null && <p className="muted small no-print">{text(label.hint)}</p>}
      <p className="label-foot number">
        {label.stationId} · {label.placeId} · {t('patrols.labels.generation', { count: label.generation })}
      </p>
      <button
        type="button"
        className="button button-small no-print"
        onClick={() => setIsReplacing(true)}
        aria-label={t('patrols.labels.replaceTitle', { place: text(label.name) })}
        data-testid={`replace-${label.placeId}`}
      >
        {t('patrols.labels.replace')}
      </button>
      {isReplacing && <ReplaceDialog label={label} onClose={() => setIsReplacing(false)} />}
    </article>
  );
}

function ReplaceDialog({ label, onClose }: { readonly label: PatrolLabelView; readonly onClose: () => void }): ReactNode {
  const { t, text } = useWords();
  const queries = useQueryClient();
  const [isSending, setIsSending] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    setIsSending(true);
    const answer = await postReplaceLabel(label.stationId, label.placeId);
    setIsSending(false);
    if (answer.kind !== 'ok') return setProblem(t('patrols.refused', { reason: reasonOf(answer) }));
    await queries.invalidateQueries({ queryKey: ['patrols', 'labels', label.stationId] });
    onClose();
  }
  return (
    <Dialog title={t('patrols.labels.replaceTitle', { place: text(label.name) })} onClose={onClose} testId="replace-dialog">
      <form onSubmit={(event) => void submit(event)}>
        <div className="dialog-body">
          <ProblemNotice text={problem} />
          <p className="no-margin">{t('patrols.labels.replaceText')}</p>
        </div>
        <DialogFoot onClose={onClose} isReady={!isSending} submit={t('patrols.labels.replace')} testId="replace-send" />
      </form>
    </Dialog>
  );
}
