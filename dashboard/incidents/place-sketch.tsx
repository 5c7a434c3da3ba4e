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
const margin = 46;
/** Who is farther away than this is drawn at the edge, with his distance in the list of people. */
const farthestM = 1_000;
const scales = [10, 20, 50, 100, 200, 500] as const;

const shapes: Readonly<Record<SketchMark['kind'], string>> = {
  valve: 'M-6 -4L6 4V-4L-6 4Z',
  hydrant: 'M-4 5V-3A4 4 0 0 1 4 -3V5Z',
  person: 'M0 -7A3 3 0 1 1 0 -1A3 3 0 1 1 0 -7M-5 6A5 5 0 0 1 5 6Z',
  photo: 'M-6 -4H-2L-1 -6H2L3 -4H6V5H-6Z',
};

interface Label {
  readonly x: number;
  readonly y: number;
  readonly anchor: 'start' | 'middle' | 'end';
}

/** Roughly, at 10 px: a Han character is as wide as high, a Latin letter about half. */
function textWidth(name: string): number {
  return [...name].reduce((sum, letter) => sum + (letter.charCodeAt(0) > 0x2e7f ? 10.5 : 5.6), 0);
}

/** Beside the mark where there is room, else above or below, else lower and lower: names must not lie on one another. */
function placeLabels(marks: readonly { readonly x: number; readonly y: number; readonly name: string }[]): readonly Label[] {
  const taken = marks.map((mark) => ({ left: mark.x - 7, right: mark.x + 7, top: mark.y - 7, bottom: mark.y + 7 }));
  // The middle is the incident's own place.
  taken.push({ left: width / 2 - 10, right: width / 2 + 10, top: height / 2 - 8, bottom: height / 2 + 8 });
  taken.push({ left: 0, right: 110, top: height - 20, bottom: height });
  return marks.map((mark) => {
    const wide = textWidth(mark.name);
    const candidates: readonly Label[] = [
      { x: 10, y: 4, anchor: 'start' },
      { x: -10, y: 4, anchor: 'end' },
      ...[-11, 18, -23, 30, -35, 42].map((y): Label => ({ x: 0, y, anchor: 'middle' })),
    ];
    const boxOf = (label: Label) => {
      const left = mark.x + label.x - (label.anchor === 'end' ? wide : label.anchor === 'middle' ? wide / 2 : 0);
      return { left, right: left + wide, top: mark.y + label.y - 9, bottom: mark.y + label.y + 3 };
    };
    const isFree = (label: Label) => {
      const box = boxOf(label);
      const isInside = box.left >= 2 && box.right <= width - 2 && box.top >= 2 && box.bottom <= height - 2;
      return (
        isInside &&
        taken.every((other) => box.left > other.right || box.right < other.left || box.top > other.bottom || box.bottom < other.top)
      );
    };
    const chosen = candidates.find(isFree) ?? { x: 10, y: 4, anchor: 'start' as const };
    taken.push(boxOf(chosen));
    return chosen;
  });
}

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
  const labels = placeLabels(placed.map((mark) => ({ x: x(mark.east), y: y(mark.north), name: mark.name })));
  return (
    <figure className="place-sketch">
      <svg viewBox={`0 0 ${width} ${height}`} role="img" aria-label={t('incidents.place.sketch')}>
        <path className="sketch-cross" d={`M${width / 2} 8V${height - 8}M8 ${height / 2}H${width - 8}`} />
        <rect className="sketch-station" x={width / 2 - 9} y={height / 2 - 7} width="18" height="14" />
        {placed.map((mark, index) => (
          <g
            key={`${mark.kind}${mark.name}${mark.latitude}${mark.longitude}`}
            className="sketch-mark"
            data-kind={mark.kind}
            data-far={mark.isFar || undefined}
            transform={`translate(${x(mark.east)} ${y(mark.north)})`}
          >
            <path d={shapes[mark.kind]} />
            <text x={labels[index]?.x} y={labels[index]?.y} textAnchor={labels[index]?.anchor}>
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
