// Places the stations of the network in columns from where the gas comes in to where it goes, and routes the pipes between them at right angles.

export interface NetworkPipe {
  readonly from: string;
  readonly to: string;
}

export interface PlacedStation {
  readonly id: string;
  readonly x: number;
  readonly y: number;
}

export interface NetworkLayout {
  readonly width: number;
  readonly height: number;
  readonly stations: readonly PlacedStation[];
  readonly pipes: readonly { readonly from: string; readonly to: string; readonly path: string }[];
}

export const nodeWidth = 128;
export const nodeHeight = 46;
const columnGap = 44;
const rowGap = 16;
const margin = 12;

/** Column of a station: the longest way from a source. A ring is cut where it closes. */
function columnsOf(ids: readonly string[], pipes: readonly NetworkPipe[]): Map<string, number> {
  const incoming = new Map<string, string[]>(ids.map((id) => [id, []]));
  for (const { from, to } of pipes) incoming.get(to)?.push(from);
  const columns = new Map<string, number>();
  const visit = (id: string, path: ReadonlySet<string>): number => {
    const known = columns.get(id);
    if (known !== undefined) return known;
    let column = 0;
    for (const source of incoming.get(id) ?? []) {
      if (path.has(source)) continue;
      column = Math.max(column, visit(source, new Set([...path, id])) + 1);
    }
    columns.set(id, column);
    return column;
  };
  for (const id of ids) visit(id, new Set([id]));
  return columns;
}

export function layOutNetwork(stationIds: readonly string[], pipelines: readonly NetworkPipe[]): NetworkLayout {
  const known = new Set(stationIds);
  const pipes = pipelines.filter(({ from, to }) => known.has(from) && known.has(to) && from !== to);
  const connected = stationIds.filter((id) => pipes.some(({ from, to }) => from === id || to === id));
  const columns = columnsOf(connected, pipes);
  const byColumn: string[][] = [];
  for (const id of connected) {
    const column = columns.get(id) ?? 0;
    byColumn[column] = [...(byColumn[column] ?? []), id];
  }
  const rows = Math.max(1, ...byColumn.map((column) => column?.length ?? 0));
  const height = margin * 2 + rows * nodeHeight + (rows - 1) * rowGap;
  const at = new Map<string, PlacedStation>();
  byColumn.forEach((members, column) => {
    // Near to where its gas comes from, so that pipes cross less.
    const sourceY = (id: string): number => {
      const ys = pipes.filter(({ to }) => to === id).map(({ from }) => at.get(from)?.y ?? height / 2);
      return ys.length === 0 ? 0 : ys.reduce((sum, y) => sum + y, 0) / ys.length;
    };
    const sorted = column === 0 ? members : [...members].sort((one, other) => sourceY(one) - sourceY(other));
    const used = sorted.length * nodeHeight + (sorted.length - 1) * rowGap;
    sorted.forEach((id, row) => {
      at.set(id, { id, x: margin + column * (nodeWidth + columnGap), y: (height - used) / 2 + row * (nodeHeight + rowGap) });
    });
  });
  const routed = pipes.flatMap(({ from, to }) => {
    const start = at.get(from);
    const end = at.get(to);
    if (start === undefined || end === undefined) return [];
    const startX = start.x + nodeWidth;
    const startY = start.y + nodeHeight / 2;
    const endY = end.y + nodeHeight / 2;
    // The bend lies before the target's column, so that a pipe over several columns runs in the gaps.
    const bendX = end.x - columnGap / 2;
    return [{ from, to, path: `M${startX} ${startY}H${bendX}V${endY}H${end.x}` }];
  });
  return {
    width: margin * 2 + byColumn.length * nodeWidth + Math.max(0, byColumn.length - 1) * columnGap,
    height,
    stations: [...at.values()],
    pipes: routed,
  };
}
