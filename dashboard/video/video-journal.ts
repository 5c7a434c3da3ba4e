// Journal lines about cameras and looks in words.
import { lookKinds, lookPurposes } from '../../domain/api/video-api.ts';
import type { JournalEntry } from '../../domain/journal/journal-entry.ts';
import { useWords } from '../language/language.ts';
import { useOutcomeText } from './camera-state.tsx';

/** Null where the line is not about video, or is of a form that this page does not know. */
export function useVideoJournal(): (entry: JournalEntry) => string | null {
  const { t } = useWords();
  const outcomeText = useOutcomeText();
  return ({ kind, detail }) => {
    if (kind === 'camera.state') return [detail.cameraId, outcomeText(String(detail.state))].map(String).join(' · ');
    if (kind === 'video.look') {
      const lookKind = lookKinds.find((name) => name === detail.lookKind);
      const purpose = lookPurposes.find((name) => name === detail.purpose);
      const cameras = Array.isArray(detail.cameraIds) ? detail.cameraIds.map(String).join(', ') : '';
      return [
        ...(lookKind === undefined ? [] : [t(`video.kind.${lookKind}`)]),
        cameras,
        ...(purpose === undefined ? [] : [t(`video.purpose.${purpose}`)]),
        String(detail.reason ?? ''),
      ]
        .filter((part) => part !== '')
        .join(' · ');
    }
    if (kind === 'video.lookEnded') return t('video.journal.ended', { name: String(detail.by ?? ''), count: String(detail.pictures ?? 0) });
    if (kind === 'video.alarmPictures')
      return t('video.journal.taken', { count: Array.isArray(detail.pictures) ? detail.pictures.length : 0 });
    if (kind === 'video.alarmPicturesRemoved')
      return t('video.journal.removed', { count: String(detail.pictures ?? 0), days: String(detail.keptForDays ?? '') });
    return null;
  };
}
