// What a process drawing is made of, and the sheet on which it is drawn. Knows no station: who draws what where is the layout's business.

import type { PointView } from '../../../domain/api/plant-api.ts';

export type SymbolKind =
  | 'valve'
  | 'filter'
  | 'slamShut'
  | 'monitor'
  | 'regulator'
  | 'relief'
  | 'meter'
  | 'odoriser'
  | 'tank'
  | 'compressor'
  | 'pump'
  | 'vaporiser'
  | 'dispenser';

export interface MimicSymbol {
  readonly kind: SymbolKind;
  readonly x: number;
  readonly y: number;
  /** Run, tank or machine that it is: A, B, T1. */
  readonly unitOf: string | null;
  /** In an upright pipe. */
  readonly isUpright: boolean;
  /** Points that change how it looks: state of a valve, level of a tank. */
  readonly points: readonly PointView[];
}

export interface MimicInstrument {
  readonly point: PointView;
  /** Centre of the bubble; the value stands right of it. */
  readonly x: number;
  readonly y: number;
  /** Where it is tapped from the pipe; null where it stands beside its part. */
  readonly tap: { readonly x: number; readonly y: number } | null;
}

export type CaptionKey =
  | 'inlet'
  | 'outlet'
  | 'filter'
  | 'run'
  | 'meter'
  | 'odoriser'
  | 'tank'
  | 'compressor'
  | 'pump'
  | 'vaporiser'
  | 'dispenser'
  | 'relief';

export interface MimicCaption {
  readonly key: CaptionKey;
  readonly name: string;
  readonly x: number;
  readonly y: number;
  readonly anchor: 'start' | 'middle';
}

export interface MimicLayout {
  readonly width: number;
  readonly height: number;
  readonly pipes: readonly string[];
  /** Tips of the arrows at the ends of pipes, pointing right. */
  readonly arrows: readonly { readonly x: number; readonly y: number }[];
  readonly symbols: readonly MimicSymbol[];
  readonly instruments: readonly MimicInstrument[];
  readonly captions: readonly MimicCaption[];
}

export const instrumentWidth = 136;
const instrumentHeight = 36;
const instrumentPitch = 48;
export const minimumWidth = 900;

export class Drawing {
  readonly pipes: string[] = [];
  readonly arrows: { x: number; y: number }[] = [];
  readonly symbols: MimicSymbol[] = [];
  readonly instruments: MimicInstrument[] = [];
  readonly captions: MimicCaption[] = [];
  #top = 0;
  #bottom = 0;

  reach(top: number, bottom: number): void {
    this.#top = Math.min(this.#top, top);
    this.#bottom = Math.max(this.#bottom, bottom);
  }

  symbol(kind: SymbolKind, x: number, y: number, unitOf: string | null, points: readonly PointView[], isUpright = false): void {
    this.symbols.push({ kind, x, y, unitOf, isUpright, points });
    this.reach(y - 44, y + 40);
  }

  instrument(point: PointView, x: number, y: number, tap: MimicInstrument['tap']): void {
    this.instruments.push({ point, x, y, tap });
    this.reach(y - instrumentHeight / 2 - 4, y + instrumentHeight / 2 + 4);
  }

  caption(key: CaptionKey, name: string, x: number, y: number, anchor: MimicCaption['anchor'] = 'middle'): void {
    this.captions.push({ key, name, x, y, anchor });
    this.reach(y - 16, y + 6);
  }

  /** Instruments of one place on the pipe: the first above it, the next below, and so on outwards; all above where `clearBelow` is null. */
  stack(points: readonly PointView[], x: number, pipeY: number, clearAbove: number, clearBelow: number | null): void {
    let above = pipeY - clearAbove;
    let below = pipeY + (clearBelow ?? 0);
    points.forEach((point, index) => {
      if (index % 2 === 0 || clearBelow === null) {
        this.instrument(point, x, above, { x, y: pipeY });
        above -= instrumentPitch;
      } else {
        this.instrument(point, x, below, { x, y: pipeY });
        below += instrumentPitch;
      }
    });
  }

  /** Lowest thing so far: what comes next stands below it. */
  get bottom(): number {
    const instruments = this.instruments.map((placed) => placed.y + instrumentHeight / 2);
    const symbols = this.symbols.map((placed) => placed.y + 30);
    return Math.max(0, ...instruments, ...symbols);
  }

  finish(width: number): MimicLayout {
    const margin = 14;
    const shift = margin - this.#top;
    const move = <Placed extends { readonly y: number }>(placed: Placed): Placed => ({ ...placed, y: placed.y + shift });
    return {
      width: Math.max(width, minimumWidth),
      height: this.#bottom - this.#top + margin * 2,
      pipes: this.pipes.map((path) => shiftPath(path, shift)),
      arrows: this.arrows.map(move),
      symbols: this.symbols.map(move),
      instruments: this.instruments.map((placed) => ({ ...move(placed), tap: placed.tap === null ? null : move(placed.tap) })),
      captions: this.captions.map(move),
    };
  }
}

/** Paths here are made of `Mx,y`, `Hx` and `Vy` only. */
function shiftPath(path: string, shift: number): string {
  return path.replace(/([MV])(?:(-?[\d.]+),)?(-?[\d.]+)/g, (_, command: string, x: string | undefined, y: string) =>
    x === undefined ? `${command}${Number(y) + shift}` : `${command}${x},${Number(y) + shift}`,
  );
}

export function unitsOf(points: readonly PointView[]): (string | null)[] {
  return [...new Set(points.map((point) => point.unitOf))].sort((one, other) =>
    (one ?? '').localeCompare(other ?? '', 'en', { numeric: true }),
  );
}
