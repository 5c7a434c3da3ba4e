// Photos of the incident, and the upload of one. What else a picture file holds is dropped by the server unless the person gives its position.
import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useState } from 'react';
import { type IncidentView, photoMaxBytes } from '../../domain/api/incident-api.ts';
import { useWords } from '../language/language.ts';
import { usePermission, useZone } from '../session/plant-context.tsx';
import { Dialog } from '../shell/dialog.tsx';
import { DialogFoot } from '../shell/dialog-foot.tsx';
import { PhotoField } from '../shell/photo-field.tsx';
import { ProblemNotice } from '../shell/problem-notice.tsx';
import { formatDateTime } from '../time/plant-time.ts';
import { photoUrl, postPhoto } from './incident-requests.ts';
import { useRefusalText } from './use-incident-action.ts';

export function Photos({ incident }: { readonly incident: IncidentView }): ReactNode {
  const { t } = useWords();
  const zone = useZone();
  const mayAct = usePermission('incidents.act');
  const [isAdding, setIsAdding] = useState(false);
  return (
    <section className="panel" aria-label={t('incidents.photos.title')}>
      <div className="panel-head">
        <h2>{t('incidents.photos.title')}</h2>
        {mayAct && (
          <button type="button" className="button button-small panel-link" onClick={() => setIsAdding(true)} data-testid="add-photo">
            {t('incidents.photos.add')}
          </button>
        )}
      </div>
      {incident.photos.length === 0 && <p className="empty">{t('incidents.photos.none')}</p>}
      <ul className="photos" data-testid="photos">
        {incident.photos.map((photo) => {
          const caption = photo.caption ?? t('incidents.photos.untitled');
          return (
            <li key={`${photo.hash}${photo.atMs}`}>
              <a
                href={photoUrl(incident.id, photo.hash)}
                target="_blank"
                rel="noreferrer"
                aria-label={t('incidents.photos.open', { caption })}
              >
                <img src={photoUrl(incident.id, photo.hash)} alt="" loading="lazy" width={photo.width} height={photo.height} />
              </a>
              <span className="small">{caption}</span>
              <span className="muted small number">
                {photo.by?.displayName} {formatDateTime(photo.atMs, zone)}
              </span>
              <span className="muted small number photo-hash" title={photo.hash}>
                SHA-256 {photo.hash.slice(0, 16)}…
              </span>
            </li>
          );
        })}
      </ul>
      {isAdding && <PhotoDialog incident={incident} onClose={() => setIsAdding(false)} />}
    </section>
  );
}

function PhotoDialog({ incident, onClose }: { readonly incident: IncidentView; readonly onClose: () => void }): ReactNode {
  const { t } = useWords();
  const queries = useQueryClient();
  const refusalText = useRefusalText();
  const [actionId] = useState(() => crypto.randomUUID());
  const [file, setFile] = useState<File | null>(null);
  const [caption, setCaption] = useState('');
  const [usesPosition, setUsesPosition] = useState(false);
  const [isSending, setIsSending] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const isTooLarge = file !== null && file.size > photoMaxBytes;
  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (file === null || isTooLarge || isSending) return;
    setIsSending(true);
    setProblem(null);
    const form = new FormData();
    form.set('actionId', actionId);
    if (caption.trim() !== '') form.set('caption', caption.trim());
    form.set('usePhotoPosition', String(usesPosition));
    form.set('photo', file);
    const answer = await postPhoto(incident.id, form);
    setIsSending(false);
    if (answer.kind !== 'ok') {
      setProblem(refusalText(answer));
      return;
    }
    queries.setQueryData(['incidents', incident.id], answer.value.incident);
    onClose();
  }
  return (
    <Dialog title={t('incidents.photos.add')} onClose={onClose} testId="photo-dialog">
      <form onSubmit={(event) => void submit(event)}>
        <div className="dialog-body">
          <ProblemNotice text={problem} />
          <PhotoField label={t('incidents.photos.choose')} onChosen={setFile} testId="photo-file" />
          {isTooLarge && <ProblemNotice text={t('incidents.refusal.tooLarge')} />}
          <label className="field">
            <span>{t('incidents.photos.caption')}</span>
            <input value={caption} maxLength={2_000} onChange={(event) => setCaption(event.target.value)} data-testid="photo-caption" />
          </label>
          <label className="check">
            <input type="checkbox" checked={usesPosition} onChange={(event) => setUsesPosition(event.target.checked)} />
            <span>
              {t('incidents.photos.usePosition')} <span className="muted small">{t('incidents.photos.usePositionHint')}</span>
            </span>
          </label>
        </div>
        <DialogFoot
          onClose={onClose}
          isReady={file !== null && !isTooLarge && !isSending}
          submit={isSending ? t('incidents.photos.uploading') : t('incidents.photos.upload')}
          testId="photo-submit"
        />
      </form>
    </Dialog>
  );
}
