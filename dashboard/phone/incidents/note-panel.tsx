// Words and pictures from the place. Pictures are made small here, and wait like everything else.
import { type ChangeEvent, type ReactNode, useId, useState } from 'react';
import { useWords } from '../../language/language.ts';
import { smallPicture } from './small-picture.ts';

export function NotePanel({
  onNote,
  onPhoto,
}: {
  /** Reject where it could not be kept. */
  readonly onNote: (text: string) => Promise<void>;
  readonly onPhoto: (picture: Blob, caption: string) => Promise<void>;
}): ReactNode {
  const { t } = useWords();
  const fieldId = useId();
  const [text, setText] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const [isWorking, setIsWorking] = useState(false);

  async function keep(work: () => Promise<void>): Promise<void> {
    setIsWorking(true);
    setProblem(null);
    try {
      await work();
      setText('');
    } catch {
      setProblem(t('phone.queue.keepFailed'));
    }
    setIsWorking(false);
  }

  function takePicture(event: ChangeEvent<HTMLInputElement>): void {
    const file = event.target.files?.[0];
    event.target.value = '';
    if (file === undefined) return;
    void keep(async () => {
      const picture = await smallPicture(file);
      if (picture === null) setProblem(t('phone.incident.notAPicture'));
      else await onPhoto(picture, text.trim());
    });
  }

  return (
    <section className="phone-panel" aria-label={t('phone.incident.note')}>
      {problem !== null && (
        <p className="phone-notice phone-notice-problem" role="alert">
          {problem}
        </p>
      )}
      <label htmlFor={fieldId}>{t('phone.incident.note')}</label>
      <textarea id={fieldId} value={text} maxLength={4_000} rows={2} onChange={(event) => setText(event.target.value)} data-testid="note" />
      <div className="two-buttons">
        <button
          type="button"
          className="phone-button"
          disabled={isWorking || text.trim() === ''}
          onClick={() => void keep(() => onNote(text.trim()))}
          data-testid="send-note"
        >
          {t('phone.incident.sendNote')}
        </button>
        <label className="phone-button" data-disabled={isWorking || undefined}>
          {t('phone.incident.photo')}
          <input
            className="visually-hidden"
            type="file"
            accept="image/*"
            capture="environment"
            disabled={isWorking}
            onChange={takePicture}
            data-testid="photo"
          />
        </label>
      </div>
    </section>
  );
}
