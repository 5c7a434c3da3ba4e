// A QR code as a drawing: black on white whatever the page looks like, with the quiet zone that readers need.
import { create } from 'qrcode';
import { type ReactNode, useMemo } from 'react';

const quietModules = 4;

export function QrCode({ text, label }: { readonly text: string; readonly label: string }): ReactNode {
  const { path, size } = useMemo(() => drawingOf(text), [text]);
  return (
    <svg className="qr-code" viewBox={`0 0 ${size} ${size}`} role="img" aria-label={label} shapeRendering="crispEdges">
      <rect width={size} height={size} fill="#fff" />
      <path d={path} fill="#000" />
    </svg>
  );
}

function drawingOf(text: string): { readonly path: string; readonly size: number } {
  const { modules } = create(text, { errorCorrectionLevel: 'Q' });
  const parts: string[] = [];
  for (let row = 0; row < modules.size; row += 1)
    for (let column = 0; column < modules.size; column += 1)
      if (modules.get(row, column)) parts.push(`M${column + quietModules} ${row + quietModules}h1v1h-1z`);
  return { path: parts.join(''), size: modules.size + 2 * quietModules };
}
