// The last frames on the wire, as bytes and told in parts.
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { decodeFrame } from '../../domain/engineering/decode-frame.ts';
import { valueOrThrow } from '../http/request.ts';
import { useWords } from '../language/language.ts';
import { useZone } from '../session/plant-context.tsx';
import { ProblemNotice } from '../shell/problem-notice.tsx';
import { formatClock } from '../time/plant-time.ts';
import { askDevice } from './engineering-requests.ts';

export function FramesPanel({ deviceId }: { readonly deviceId: string }): ReactNode {
  const { t } = useWords();
  const zone = useZone();
  const frames = useQuery({
    queryKey: ['engineering', 'frames', deviceId],
    queryFn: async () => valueOrThrow(await askDevice(deviceId, 'frames')),
    staleTime: 60_000,
  });
  const data = frames.data?.kind === 'frames' ? frames.data : null;
  return (
    <div className="frames" data-testid="frames">
      <p className="no-margin">
        <button type="button" className="button button-small" disabled={frames.isFetching} onClick={() => void frames.refetch()}>
          {t('engineering.frames.refresh')}
        </button>{' '}
        <span className="muted small">{t('engineering.frames.note')}</span>
      </p>
      {frames.isError && <ProblemNotice text={frames.error.message} />}
      {frames.isPending && <p className="empty">{t('common.loading')}</p>}
      {data !== null && data.frames.length === 0 && <p className="empty">{t('engineering.frames.none')}</p>}
      {data !== null && data.frames.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard (axe scrollable-region-focusable)
        <ol className="frame-list" tabIndex={0}>
          {data.frames.toReversed().map((frame, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: frames have no name of their own, and the list is replaced as a whole
            <li key={index} data-direction={frame.direction}>
              <span className="number muted">
                {formatClock(frame.atMs, zone)}.{String(Math.floor(frame.atMs) % 1_000).padStart(3, '0')}
              </span>{' '}
              <b>{t(`engineering.frames.${frame.direction}`)}</b>
              <span className="frame-parts">
                {decodeFrame(frame.hex, data.framing, frame.direction).map((part) => (
                  <span className="frame-part" key={part.name}>
                    <code>{part.hex.replaceAll(/(..)(?=.)/g, '$1 ')}</code>
                    <span className="muted small">
                      {t(`engineering.part.${part.name}`)} {part.value ?? ''}
                    </span>
                  </span>
                ))}
              </span>
            </li>
          ))}
        </ol>
      )}
    </div>
  );
}
