// The process drawing of a station with live values and alarm states. Every value is also in the table below, which is the way for keyboard and reader.
import { useNavigate } from '@tanstack/react-router';
import { memo, type ReactNode, useMemo } from 'react';
import type { PointView } from '../../../domain/api/plant-api.ts';
import type { PointRole } from '../../../domain/plant/plant-kinds.ts';
import { type AlarmSummary, noAlarms } from '../../alarms/alarm-order.ts';
import { PriorityShape, useFlashStyle } from '../../alarms/priority-mark.tsx';
import { useWords } from '../../language/language.ts';
import { compareUrgency } from '../../overview/wall-order.ts';
import { formatValue, isAbnormalState } from '../../values/format-value.ts';
import { usePointReading } from '../../values/point-reading.ts';
import { useUnknownText } from '../../values/reading-text.tsx';
import type { MimicInstrument, MimicSymbol } from './mimic-drawing.ts';
import { layOutMimic } from './mimic-layout.ts';
import { MimicSymbolShape } from './mimic-symbols.tsx';
import './mimic.css';

export type AlarmsByPoint = ReadonlyMap<string, AlarmSummary>;

export const Mimic = memo(function Mimic({
  points,
  alarmsByPoint,
}: {
  readonly points: readonly PointView[];
  readonly alarmsByPoint: AlarmsByPoint;
}): ReactNode {
  const { t } = useWords();
  const layout = useMemo(() => layOutMimic(points), [points]);
  const withInstrument = useMemo(() => new Set(layout?.instruments.map(({ point }) => point.id)), [layout]);
  if (layout === null) return null;
  return (
    <div className="mimic-scroll">
      <svg
        className="mimic"
        viewBox={`0 0 ${layout.width} ${layout.height}`}
        style={{ maxHeight: layout.height * 1.25 }}
        role="img"
        aria-label={t('station.mimic')}
        data-testid="mimic"
      >
        <defs>
          <pattern id="mimic-hatch" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
            <path className="mimic-hatch" d="M0 0V7" />
          </pattern>
        </defs>
        {layout.pipes.map((path) => (
          <path key={path} className="mimic-pipe" d={path} />
        ))}
        {layout.instruments.map(
          ({ point, x, y, tap }) =>
            tap !== null && <path key={`${point.id}-tap`} className="mimic-tap" d={`M${tap.x},${tap.y}V${y}H${x}`} />,
        )}
        {layout.arrows.map((tip) => (
          <path key={`${tip.x}-${tip.y}`} className="mimic-arrow" d={`M${tip.x - 14},${tip.y - 8}l14,8l-14,8z`} />
        ))}
        {layout.captions.map(({ key, name, x, y, anchor }) => (
          <text key={`${key}-${name}-${x}-${y}`} className="mimic-caption" x={x} y={y} textAnchor={anchor}>
            {t(`station.part.${key}`, { name })} {key === 'filter' || key === 'meter' ? name : ''}
          </text>
        ))}
        {layout.symbols.map((symbol) => (
          <MimicPart
            key={`${symbol.kind}-${symbol.x}-${symbol.y}`}
            symbol={symbol}
            alarmsByPoint={alarmsByPoint}
            hasInstrument={(pointId) => withInstrument.has(pointId)}
          />
        ))}
        {layout.instruments.map((instrument) => (
          <Instrument key={instrument.point.id} instrument={instrument} summary={alarmsByPoint.get(instrument.point.id) ?? noAlarms} />
        ))}
      </svg>
    </div>
  );
});

function MimicPart({
  symbol,
  alarmsByPoint,
  hasInstrument,
}: {
  readonly symbol: MimicSymbol;
  readonly alarmsByPoint: AlarmsByPoint;
  readonly hasInstrument: (pointId: string) => boolean;
}): ReactNode {
  const navigate = useNavigate();
  const flashStyle = useFlashStyle();
  const { text } = useWords();
  const place = `translate(${symbol.x} ${symbol.y})`;
  const point = statePointOf(symbol) ?? symbol.points[0];
  if (point === undefined) {
    return (
      <g transform={place}>
        <MimicSymbolShape kind={symbol.kind} state={{ isFilled: null, isUnknown: false, level: null }} />
      </g>
    );
  }
  // An alarm of a point that has no instrument of its own is shown here, or it would not be in the drawing at all.
  const summary = worstOf(symbol.points.filter(({ id }) => !hasInstrument(id)).map(({ id }) => alarmsByPoint.get(id) ?? noAlarms));
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the table's link to the same faceplate is the keyboard's way
    <g
      className="mimic-part"
      transform={place}
      data-part={symbol.kind}
      data-hue={summary.worstPriority ?? undefined}
      onClick={() =>
        void navigate({
          to: '/stations/$stationId',
          params: { stationId: point.stationId },
          search: { point: point.id },
          resetScroll: false,
        })
      }
    >
      <title>{`${point.tag} ${text(point.name)}`}</title>
      {/* Only the symbol turns with its pipe; the alarm's number stays upright. */}
      <g transform={symbol.isUpright ? 'rotate(90)' : undefined}>
        <LiveSymbol symbol={symbol} point={point} />
      </g>
      {summary.worstPriority !== null && (
        <g
          className={summary.isWorstUnacknowledged ? 'flash-fast' : undefined}
          style={summary.isWorstUnacknowledged ? flashStyle : undefined}
        >
          <svg x={12} y={-38} width="21" height="21" viewBox="0 0 24 24" overflow="visible" aria-hidden="true">
            <PriorityShape priority={summary.worstPriority} />
          </svg>
        </g>
      )}
    </g>
  );
}

function worstOf(summaries: readonly AlarmSummary[]): AlarmSummary {
  return summaries.reduce((worst, summary) => (compareUrgency(summary, worst) < 0 ? summary : worst), noAlarms);
}

const stateRoles: Partial<Readonly<Record<MimicSymbol['kind'], PointRole>>> = {
  tank: 'tankLevel',
  odoriser: 'odorantLevel',
  compressor: 'compressorState',
  pump: 'pumpState',
  vaporiser: 'vaporiserState',
  dispenser: 'dispenserState',
};

/** The one point that the look of the symbol follows. */
function statePointOf(symbol: MimicSymbol): PointView | undefined {
  const role = stateRoles[symbol.kind];
  return role === undefined ? symbol.points[0] : symbol.points.find((point) => point.role === role);
}

const machineKinds: ReadonlySet<MimicSymbol['kind']> = new Set(['compressor', 'pump', 'vaporiser', 'dispenser']);

function LiveSymbol({ symbol, point }: { readonly symbol: MimicSymbol; readonly point: PointView }): ReactNode {
  const reading = usePointReading(point.id);
  const value = reading.kind === 'known' ? reading.value : null;
  const isFilled =
    value === null || point.kind !== 'discrete'
      ? null
      : machineKinds.has(symbol.kind)
        ? typeof value === 'number' && value !== 0
        : isAbnormalState(point, value);
  const range = point.range;
  const level =
    typeof value === 'number' && range !== null && (point.role === 'tankLevel' || point.role === 'odorantLevel')
      ? Math.min(1, Math.max(0, (value - range.min) / (range.max - range.min)))
      : null;
  return <MimicSymbolShape kind={symbol.kind} state={{ isFilled, isUnknown: value === null, level }} />;
}

/** `PT-101A` → letters over number, as in a bubble of ISA-5.1. */
export function splitTag(tag: string): { readonly letters: string; readonly number: string } {
  const match = /^([A-Za-z]+)[-_. ]?(.*)$/.exec(tag);
  return match === null ? { letters: tag, number: '' } : { letters: match[1] ?? '', number: match[2] ?? '' };
}

const bubble = 17;
const boxWidth = 92;

const Instrument = memo(function Instrument({
  instrument,
  summary,
}: {
  readonly instrument: MimicInstrument;
  readonly summary: AlarmSummary;
}): ReactNode {
  const { point, x, y } = instrument;
  const { text, language } = useWords();
  const navigate = useNavigate();
  const reading = usePointReading(point.id);
  const unknownText = useUnknownText();
  const flashStyle = useFlashStyle();
  const { letters, number } = splitTag(point.tag);
  const shown = reading.kind === 'known' ? formatValue(point, reading.value, language) : '—';
  const isFlashing = summary.isWorstUnacknowledged;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the table's link to the same faceplate is the keyboard's way
    <g
      className="instrument"
      transform={`translate(${x} ${y})`}
      data-hue={summary.worstPriority ?? undefined}
      data-unknown={reading.kind === 'unknown' || undefined}
      onClick={() =>
        void navigate({
          to: '/stations/$stationId',
          params: { stationId: point.stationId },
          search: { point: point.id },
          resetScroll: false,
        })
      }
    >
      <title>{`${point.tag} ${text(point.name)}${reading.kind === 'unknown' ? ` · ${unknownText(reading)}` : ''}`}</title>
      <rect className="instrument-box" x="0" y="-15" width={boxWidth + bubble} height="30" rx="3" />
      {reading.kind === 'unknown' && <path className="instrument-hatch" d={hatch} />}
      <circle className="instrument-bubble" r={bubble} />
      <text className="instrument-letters" y="-2">
        {letters}
      </text>
      <text className="instrument-number" y="9">
        {number}
      </text>
      <text className="instrument-value" x={bubble + 7} y="5.5">
        {shown}
        {reading.kind === 'known' && point.unit !== '' && (
          <tspan className="instrument-unit" dx="3">
            {point.unit}
          </tspan>
        )}
      </text>
      {summary.worstPriority !== null && (
        <g className={isFlashing ? 'flash-fast' : undefined} style={isFlashing ? flashStyle : undefined}>
          <svg x={boxWidth + bubble - 11} y={-26} width="21" height="21" viewBox="0 0 24 24" overflow="visible" aria-hidden="true">
            <PriorityShape priority={summary.worstPriority} />
          </svg>
        </g>
      )}
    </g>
  );
});

const hatch = Array.from({ length: 13 }, (_, index) => `M${20 + index * 7},14l6,-28`).join('');
