// The camera, looking for a label. Where it cannot be opened a photo does as well, and an NFC tag where the phone reads them. Says nothing of what the code means.
import { type ChangeEvent, type ReactNode, useEffect, useRef, useState } from 'react';
import { useWords } from '../../language/language.ts';
import { pictureReader } from './read-picture.ts';
import { canReadTags, readTags } from './read-tag.ts';

const lookEveryMs = 150;

export function CodeScanner({
  onRead,
  onClose,
  problem,
}: {
  readonly onRead: (text: string, by: 'scan' | 'tag') => void;
  readonly onClose: () => void;
  /** Why the last one was not taken. */
  readonly problem: string | null;
}): ReactNode {
  const { t } = useWords();
  const video = useRef<HTMLVideoElement>(null);
  const [fault, setFault] = useState<'noCamera' | 'noCode' | null>(null);
  // The newest, so that the camera is not opened anew when the screen is drawn again.
  const read = useRef(onRead);
  read.current = onRead;

  useEffect(() => {
    const ended = new AbortController();
    const { signal } = ended;
    readTags((text) => read.current(text, 'tag'), signal);
    let stream: MediaStream | null = null;
    let timer: ReturnType<typeof setTimeout> | null = null;
    const open = async (): Promise<void> => {
      const element = video.current;
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment', width: { ideal: 1280 } }, audio: false });
      if (signal.aborted || element === null) return stopStream(stream);
      element.srcObject = stream;
      await element.play();
      const readPicture = await pictureReader();
      let last = '';
      const look = async (): Promise<void> => {
        const text = element.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA ? await readPicture(element) : null;
        if (signal.aborted) return;
        // The same label stays in the picture for a while.
        if (text !== null && text !== last) read.current(text, 'scan');
        if (text !== null) last = text;
        timer = setTimeout(() => void look(), lookEveryMs);
      };
      await look();
    };
    // Undefined where the page is not in a secure context, which its type does not say.
    open().catch(() => {
      if (!signal.aborted) setFault('noCamera');
    });
    return () => {
      ended.abort();
      if (timer !== null) clearTimeout(timer);
      if (stream !== null) stopStream(stream);
    };
  }, []);

  async function readPhoto(event: ChangeEvent<HTMLInputElement>): Promise<void> {
    const file = event.target.files?.[0];
    event.target.value = '';
    if (file === undefined) return;
    const bitmap = await createImageBitmap(file).catch(() => null);
    const text = bitmap === null ? null : await (await pictureReader())(bitmap);
    bitmap?.close();
    setFault(text === null ? 'noCode' : null);
    if (text !== null) onRead(text, 'scan');
  }

  return (
    <section className="phone-panel scanner" aria-label={t('phone.patrol.scan')} data-testid="scanner">
      {fault !== 'noCamera' && (
        <div className="scanner-view">
          <video ref={video} playsInline muted />
        </div>
      )}
      <p className="no-margin" role="status">
        {fault === null ? t('phone.patrol.scanHint') : t(`phone.patrol.${fault}`)} {canReadTags && t('phone.patrol.tag')}
      </p>
      {problem !== null && (
        <p className="phone-notice phone-notice-problem" role="alert" data-testid="scan-problem">
          {problem}
        </p>
      )}
      <div className="two-buttons">
        <label className="phone-button">
          {t('phone.patrol.scanPhoto')}
          <input
            className="visually-hidden"
            type="file"
            accept="image/*"
            capture="environment"
            onChange={(event) => void readPhoto(event)}
            data-testid="scan-photo"
          />
        </label>
        <button type="button" className="phone-button" onClick={onClose}>
          {t('common.close')}
        </button>
      </div>
    </section>
  );
}

function stopStream(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}
