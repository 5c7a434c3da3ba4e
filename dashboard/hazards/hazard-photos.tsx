// Photos of a hazard: as found, during the work, at acceptance; and the upload of one.
import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useState } from 'react';
import type { HazardView } from '../../domain/api/hazard-api.ts';
import { photoMaxBytes } from '../../domain/api/incident-api.ts';
import { hazardPhotoPurposes, isOpenState } from '../../domain/hazards/hazard.ts';
import { useWords } from '../language/language.ts';
import { usePermission, useZone } from '../session/plant-context.tsx';
import { Dialog } from '../shell/dialog.tsx';
import { DialogFoot } from '../shell/dialog-foot.tsx';
import { PhotoField } from '../shell/photo-field.tsx';
import { ProblemNotice } from '../shell/problem-notice.tsx';
import { formatDateTime } from '../time/plant-time.ts';
import { hazardPhotoUrl, postHazardPhoto } from './hazard-requests.ts';
import { useHazardRefusal } from './use-hazard-action.ts';

export function HazardPhotos({ hazard }: { readonly hazard: HazardView }): ReactNode {
  const { t } = useWords();
  const zone = useZone();
  const mayAdd = usePermission('hazards.report') && isOpenState(hazard.state);
  const [isAdding, setIsAdding] = useState(false);
  return (
    <section className="panel" aria-label={t('hazards.photo.title')}>
      <div className="panel-head">
        <h2>{t('hazards.photo.title')}</h2>
        {mayAdd && (
          <button type="button" className="button button-small panel-link" onClick={() => setIsAdding(true)} data-testid="add-hazard-photo">
            {t('hazards.photo.add')}
          </button>
        )}
      </div>
      {hazard.photos.length === 0 && <p className="muted hazard-five-foot">{t('hazards.photo.none')}</p>}
      <ul className="hazard-photos" data-testid="hazard-photos">
        {hazard.photos.map((photo) => {
          const purpose = t(`hazards.photo.purpose.${photo.purpose}`);
          const url = hazardPhotoUrl(hazard.id, photo.hash);
          return (
            <li key={`${photo.hash}${photo.atMs}`}>
              <a href={url} target="_blank" rel="noreferrer" aria-label={t('hazards.photo.open', { caption: photo.caption ?? purpose })}>
                <img src={url} alt="" loading="lazy" width={photo.width} height={photo.height} />
              </a>
              <span className="small">
                <b>{purpose}</b> {photo.caption}
              </span>
              <span className="muted small number">
                {photo.by?.displayName} {formatDateTime(photo.atMs, zone)}
              </span>
            </li>
          );
        })}
      </ul>
      {isAdding && <PhotoDialog hazard={hazard} onClose={() => setIsAdding(false)} />}
    </section>
  );
}

function PhotoDialog({ hazard, onClose }: { readonly hazard: HazardView; readonly onClose: () => void }): ReactNode {
  const { t } = useWords();
  const queries = useQueryClient();
  const refusalText = useHazardRefusal();
  const [file, setFile] = useState<File | null>(null);
  const [purpose, setPurpose] = useState<(typeof hazardPhotoPurposes)[number]>(
    hazard.state === 'submitted' || hazard.state === 'accepted' ? 'acceptance' : hazard.state === 'rectifying' ? 'progress' : 'finding',
  );
  const [caption, setCaption] = useState('');
  const [isSending, setIsSending] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const isTooLarge = file !== null && file.size > photoMaxBytes;
  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (file === null || isTooLarge || isSending) return;
    setIsSending(true);
    const form = new FormData();
    form.set('purpose', purpose);
    if (caption.trim() !== '') form.set('caption', caption.trim());
    form.set('photo', file);
    const answer = await postHazardPhoto(hazard.id, form);
    setIsSending(false);
    if (answer.kind !== 'ok') return setProblem(refusalText(answer));
    queries.setQueryData(['hazards', hazard.id], answer.value);
    onClose();
  }
  return (
    <Dialog title={t('hazards.photo.add')} onClose={onClose} testId="hazard-photo-dialog">
      <form onSubmit={(event) => void submit(event)}>
        <div className="dialog-body">
          {(problem !== null || isTooLarge) && <ProblemNotice text={isTooLarge ? t('hazards.refusal.tooLarge') : problem} />}
          <PhotoField label={t('hazards.photo.choose')} onChosen={setFile} testId="hazard-photo-file" />
          <label className="field">
            <span>{t('hazards.photo.purposeLabel')}</span>
            <select
              value={purpose}
              onChange={(event) => setPurpose(hazardPhotoPurposes.find((name) => name === event.target.value) ?? 'finding')}
              data-testid="hazard-photo-purpose"
            >
              {hazardPhotoPurposes.map((name) => (
                <option key={name} value={name}>
                  {t(`hazards.photo.purpose.${name}`)}
                </option>
              ))}
            </select>
          </label>
          <label className="field">
            <span>{t('hazards.photo.caption')}</span>
            <input value={caption} maxLength={2_000} onChange={(event) => setCaption(event.target.value)} />
          </label>
        </div>
        <DialogFoot
          onClose={onClose}
          isReady={file !== null && !isTooLarge && !isSending}
          submit={t(isSending ? 'hazards.photo.uploading' : 'hazards.photo.upload')}
          testId="hazard-photo-send"
        />
      </form>
    </Dialog>
  );
}
