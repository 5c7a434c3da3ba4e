// A sketch to scale of a station, its valves and hydrants, and the people around it: north up, no map behind it, so it works without one.
import type { ReactNode } from 'react';
import { useWords } from '../language/language.ts';
import { offsetM } from './distance.ts';

export interface SketchMark {
  readonly kind: 'valve' | 'hydrant' | 'person' | 'photo';
  readonly name: string;
  readonly latitude: number;
  readonly longitude: number;
}

const width = 360;
const height = 220;
const margin = 26;
/** Who is farther away than this is drawn at the edge, with his distance in the list of people. */
const farthestM = 1_000;
const scales = [10, 20, 50, 100, 200, 500] as const;

const shapes: Readonly<Record<SketchMark['kind'], string>> = {
  valve: 'M-6 -4L6 4V-4L-6 4Z',
  hydrant: 'M-4 5V-3A4 4 0 0 1 4 -3V5Z',
  person: 'M0 -7A3 3 0 1 1 0 -1A3 3 0 1 1 0 -7M-5 6A5 5 0 0 1 5 6Z',
  photo: 'M-6 -4H-2L-1 -6H2L3 -4H6V5H-6Z',
};

export function PlaceSketch({
  origin,
  marks,
}: {
  readonly origin: { readonly latitude: number; readonly longitude: number };
  readonly marks: readonly SketchMark[];
}): ReactNode {
  const { t } = useWords();
  const placed = marks.map((mark) => {
    const offset = offsetM(origin, mark);
    const away = Math.hypot(offset.north, offset.east);
    const pull = away > farthestM ? farthestM / away : 1;
    return { ...mark, north: offset.north * pull, east: offset.east * pull, isFar: away > farthestM };
  });
  const reach = Math.max(30, ...placed.map((mark) => Math.max(Math.abs(mark.east) / width, Math.abs(mark.north) / height) * width));
  const pixelsPerM = (width / 2 - margin) / reach;
  const barM = scales.findLast((metres) => metres * pixelsPerM <= width / 3) ?? scales[0];
  const x = (east: number) => width / 2 + east * pixelsPerM;
  const y = (north: number) => height / 2 - north * pixelsPerM;
  return (
    <figure className="place-sketch">
      <svg viewBox={`0 0 ${width} ${height}`} role="img" aria-label={t('incidents.place.sketch')}>
        <path className="sketch-cross" d={`M${width / 2} 8V${height - 8}M8 ${height / 2}H${width - 8}`} />
        <rect className="sketch-station" x={width / 2 - 9} y={height / 2 - 7} width="18" height="14" />
        {placed.map((mark) => (
          <g
            key={`${mark.kind}${mark.name}${mark.latitude}${mark.longitude}`}
            className="sketch-mark"
            data-kind={mark.kind}
            data-far={mark.isFar || undefined}
            transform={`translate(${x(mark.east)} ${y(mark.north)})`}
          >
            <path d={shapes[mark.kind]} />
            <text x={x(mark.east) > width * 0.6 ? -9 : 9} y="4" textAnchor={x(mark.east) > width * 0.6 ? 'end' : 'start'}>
              {mark.name}
            </text>
          </g>
        ))}
        <path className="sketch-bar" d={`M10 ${height - 10}h${barM * pixelsPerM}m0 -4v8m${-barM * pixelsPerM} -8v8`} />
        <text className="sketch-scale" x={14 + barM * pixelsPerM} y={height - 6}>
          {t('incidents.place.scale', { metres: barM })}
        </text>
        <text className="sketch-scale" x={width - 12} y="18" textAnchor="middle">
          N
        </text>
        <path className="sketch-bar" d={`M${width - 12} 34V22m-3 4l3 -4l3 4`} />
      </svg>
    </figure>
  );
}
