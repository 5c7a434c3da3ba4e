// What is seen as one PNG: the panes as they are drawn, above each its lines by name with their figures, below a caption that says what, when, in which
// zone and by whom, so that the picture can be filed without words.
import type { TrendStatistics } from '../../domain/trends/trend-statistics.ts';
import { chartFont, colour } from './draw-plot.ts';
import type { Pen } from './trend-pens.ts';

export interface PicturePane {
  readonly canvas: HTMLCanvasElement;
  readonly lines: readonly { readonly pen: Pen; readonly name: string; readonly figures: string }[];
}

export interface PictureText {
  readonly title: string;
  readonly caption: string;
}

const lineHeight = 20;
const side = 16;

export function drawPicture(panes: readonly PicturePane[], text: PictureText): Promise<Blob | null> {
  const ratio = devicePixelRatio;
  const width = Math.max(800 * ratio, ...panes.map(({ canvas }) => canvas.width + 2 * side * ratio));
  const heightOf = ({ canvas, lines }: PicturePane): number => canvas.height + (lines.length * lineHeight + 14) * ratio;
  const height = panes.reduce((sum, pane) => sum + heightOf(pane), (44 + 30) * ratio);
  const picture = document.createElement('canvas');
  picture.width = Math.ceil(width);
  picture.height = Math.ceil(height);
  const ctx = picture.getContext('2d');
  if (ctx === null) return Promise.resolve(null);
  ctx.fillStyle = colour('--surface');
  ctx.fillRect(0, 0, picture.width, picture.height);
  ctx.textBaseline = 'middle';
  const write = (
    words: string,
    x: number,
    y: number,
    style: { readonly font: string; readonly ink: string; readonly align?: CanvasTextAlign },
  ) => {
    ctx.font = style.font;
    ctx.fillStyle = colour(style.ink);
    ctx.textAlign = style.align ?? 'left';
    ctx.fillText(words, x, y, picture.width - 2 * side * ratio);
  };
  const plain = `${13 * ratio}px ${chartFont}`;
  write(text.title, side * ratio, 24 * ratio, { font: `600 ${17 * ratio}px ${chartFont}`, ink: '--ink' });
  let top = 44 * ratio;
  for (const pane of panes) {
    for (const { pen, name, figures } of pane.lines) {
      const y = top + (lineHeight / 2) * ratio;
      sample(ctx, pen, side * ratio, y, ratio);
      write(name, (side + 62) * ratio, y, { font: plain, ink: '--ink' });
      write(figures, picture.width - side * ratio, y, { font: plain, ink: '--muted', align: 'right' });
      top += lineHeight * ratio;
    }
    ctx.drawImage(pane.canvas, side * ratio, top);
    top += pane.canvas.height + 14 * ratio;
  }
  write(text.caption, side * ratio, top + 12 * ratio, { font: `${12 * ratio}px ${chartFont}`, ink: '--muted' });
  return new Promise((resolve) => picture.toBlob(resolve, 'image/png'));
}

function sample(ctx: CanvasRenderingContext2D, pen: Pen, x: number, y: number, ratio: number): void {
  ctx.save();
  ctx.strokeStyle = colour(pen.style.colour);
  ctx.lineWidth = 2 * ratio;
  ctx.setLineDash(pen.style.dash.map((length) => length * ratio));
  ctx.beginPath();
  ctx.moveTo(x + 20 * ratio, y);
  ctx.lineTo(x + 54 * ratio, y);
  ctx.stroke();
  ctx.font = `600 ${13 * ratio}px ${chartFont}`;
  ctx.fillStyle = colour(pen.style.colour);
  ctx.textAlign = 'left';
  ctx.fillText(pen.letter, x + 4 * ratio, y);
  ctx.restore();
}

/** `min 0.391 · mean 0.398 · max 0.404 MPa` */
export function figuresText(
  statistics: TrendStatistics,
  unit: string,
  words: { readonly min: string; readonly mean: string; readonly max: string; readonly last: string },
  shown: (value: number | null) => string,
): string {
  const { minimum, mean, maximum, last } = statistics;
  return `${words.min} ${shown(minimum)} · ${words.mean} ${shown(mean)} · ${words.max} ${shown(maximum)} · ${words.last} ${shown(last)} ${unit}`.trim();
}

export function saveBlob(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The browser has begun to read it by the next turn; the address is given back a little later.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
