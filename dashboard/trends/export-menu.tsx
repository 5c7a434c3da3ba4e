// Export of what is shown: readings as CSV or Parquet from the server, the panes as a picture, the address as a link.
import { type ReactNode, useState } from 'react';
import { statisticsOf } from '../../domain/trends/trend-statistics.ts';
import { useWords } from '../language/language.ts';
import { useLiveClient } from '../live/live-context.tsx';
import { usePlant, useZone } from '../session/plant-context.tsx';
import { Menu } from '../shell/menu.tsx';
import { formatDateTime } from '../time/plant-time.ts';
import { formatNumber } from '../values/format-value.ts';
import { useStationName } from './point-name.ts';
import type { Pen } from './trend-pens.ts';
import { drawPicture, figuresText, saveBlob } from './trend-picture.ts';
import { type TrendsSearch, withWindow } from './trend-search.ts';

const shownBuckets = 1_200;

export function ExportMenu({
  search,
  penPanes,
  fromMs,
  toMs,
}: {
  readonly search: TrendsSearch;
  readonly penPanes: readonly (readonly Pen[])[];
  readonly fromMs: number;
  readonly toMs: number;
}): ReactNode {
  const { t, text, language } = useWords();
  const zone = useZone();
  const { session, plant } = usePlant();
  const { serverNowMs } = useLiveClient();
  const stationName = useStationName();
  const [said, setSaid] = useState<string | null>(null);
  const pens = penPanes.flat();
  if (pens.length === 0) return null;
  const endMs = Math.min(toMs, serverNowMs());

  const address = (format: 'csv' | 'parquet', isRaw: boolean): string => {
    const parameters = new URLSearchParams({
      points: pens.map(({ point }) => point.id).join(','),
      from: String(Math.round(fromMs)),
      to: String(Math.round(endMs)),
      format,
      language,
    });
    if (!isRaw) parameters.set('buckets', String(shownBuckets));
    return `/api/trends/export?${parameters.toString()}`;
  };

  async function savePicture(): Promise<void> {
    const canvases = [...document.querySelectorAll<HTMLCanvasElement>('.trends .trend-pane canvas')];
    const words = { min: t('trends.min'), mean: t('trends.mean'), max: t('trends.max'), last: t('trends.last') };
    const panes = penPanes.flatMap((pane, index) => {
      const canvas = canvases[index];
      if (canvas === undefined) return [];
      return [
        {
          canvas,
          lines: pane.map((pen) => ({
            pen,
            name: `${pen.point.tag} ${text(pen.point.name)} · ${stationName(pen.point.stationId)}`,
            figures: figuresText(statisticsOf(pen.columns, { fromMs, toMs: endMs, holdMs: pen.holdMs }), pen.point.unit, words, (value) =>
              value === null ? '—' : formatNumber(value, pen.point.digits),
            ),
          })),
        },
      ];
    });
    const blob = await drawPicture(panes, {
      title: t('trends.title'),
      caption: t('trends.pictureBy', {
        company: text(plant.company.name),
        from: formatDateTime(fromMs, zone),
        to: formatDateTime(toMs, zone),
        zone,
        name: session.displayName,
        at: formatDateTime(serverNowMs(), zone),
      }),
    });
    if (blob !== null) saveBlob(blob, `gatewatch-trend-${formatDateTime(fromMs, zone).replaceAll(/[-: ]/g, '')}.png`);
  }

  /** Of a live window, the time that is shown now: the other person is to see the same. */
  async function copyLink(): Promise<void> {
    const fixed = withWindow(search, { kind: 'past', fromMs, toMs: endMs });
    const url = new URL('/trends', location.href);
    for (const [name, value] of Object.entries(fixed)) url.searchParams.set(name, String(value));
    try {
      await navigator.clipboard.writeText(url.href);
      setSaid(t('trends.copied'));
    } catch {
      // Without a secure address there is no clipboard: then it is shown to be copied by hand.
      setSaid(url.href);
    }
  }

  const file = (label: string, format: 'csv' | 'parquet', isRaw: boolean): ReactNode => (
    <a href={address(format, isRaw)} download="" data-testid={`export-${format}-${isRaw ? 'raw' : 'shown'}`}>
      {label}
    </a>
  );
  return (
    <Menu label={t('trends.exportTitle')} button={<>{t('trends.export')} ▾</>} className="trends-menu" testId="export">
      {() => (
        <div className="trend-menu-list">
          <p className="menu-title">{t('trends.exportRaw')}</p>
          {file(t('trends.exportCsv'), 'csv', true)}
          {file(t('trends.exportParquet'), 'parquet', true)}
          <p className="menu-title">{t('trends.exportBuckets')}</p>
          {file(t('trends.exportCsv'), 'csv', false)}
          {file(t('trends.exportParquet'), 'parquet', false)}
          <p className="muted small no-margin trend-hint">{t('trends.exportHint', { zone })}</p>
          <button type="button" onClick={() => void savePicture()} data-testid="export-png">
            {t('trends.exportPng')}
          </button>
          <button type="button" onClick={() => void copyLink()} data-testid="copy-link">
            {t('trends.copyLink')}
          </button>
          {said !== null && (
            <p role="status" className="small no-margin trend-hint">
              {said}
            </p>
          )}
        </div>
      )}
    </Menu>
  );
}
