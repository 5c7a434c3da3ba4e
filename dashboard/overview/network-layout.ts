// Places the stations of the network in columns from where the gas comes in to where it goes, and routes the pipes at right angles. Pure.
// A pipe that skips columns gets a place of its own in each of them, so that it never runs behind a station; every source has its own lane in the gap before
// the next column, so that it can be seen who feeds whom. In a large network the stations at the ends stand together in blocks beside their source.

export interface NetworkPipe {
  readonly from: string;
  readonly to: string;
}

export interface PlacedStation {
  readonly id: string;
  readonly x: number;
  readonly y: number;
  /** In a block of many: short, without values. */
  readonly isSmall: boolean;
}

export interface PlacedPipe {
  readonly from: string;
  /** One station, or all of a block. */
  readonly to: readonly string[];
  readonly path: string;
  readonly tip: { readonly x: number; readonly y: number };
}

export interface NetworkLayout {
  readonly width: number;
  readonly height: number;
  /** Of a station that is drawn in full. */
  readonly nodeHeight: number;
  readonly stations: readonly PlacedStation[];
  readonly blocks: readonly { readonly x: number; readonly y: number; readonly width: number; readonly height: number }[];
  readonly pipes: readonly PlacedPipe[];
  /** Stations that no pipeline touches: they are listed, not drawn into the net. */
  readonly unconnected: readonly string[];
}

export const nodeWidth = 168;
const fullHeight = 60;
/** Name and value only. */
export const denseHeight = 40;
export const smallSize = { width: 112, height: 24 } as const;
const rowGap = 12;
const smallGap = 4;
const blockPadding = 6;
const margin = 14;
const leastGap = 40;
const laneWidth = 9;
/** Up to here every station is drawn in full. */
const mostInFull = 30;
const leastInBlock = 3;
const wantedShape = 1.75;

type ItemKind = 'station' | 'block' | 'bend';
interface Item {
  readonly key: string;
  readonly kind: ItemKind;
  readonly members: readonly string[];
  readonly column: number;
  width: number;
  height: number;
  y: number;
}
interface Segment {
  readonly from: Item;
  readonly to: Item;
  /** First item of the whole pipe: its lane. */
  readonly source: Item;
}

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
  const seen = new Set<string>();
  const pipes = pipelines.filter(({ from, to }) => {
    const key = `${from}→${to}`;
    if (!known.has(from) || !known.has(to) || from === to || seen.has(key)) return false;
    seen.add(key);
    return true;
  });
  const touched = new Set(pipes.flatMap(({ from, to }) => [from, to]));
  const connected = stationIds.filter((id) => touched.has(id));
  const unconnected = stationIds.filter((id) => !touched.has(id));
  const hasBlocks = connected.length > mostInFull;
  let best: NetworkLayout | null = null;
  for (const perRow of hasBlocks ? [2, 3, 4, 5, 6, 8, 10] : [1]) {
    const layout = layOutWith(connected, pipes, unconnected, hasBlocks ? perRow : null);
    if (best === null || shapeFault(layout) < shapeFault(best)) best = layout;
  }
  return best ?? { width: 0, height: 0, nodeHeight: fullHeight, stations: [], blocks: [], pipes: [], unconnected };
}

function shapeFault({ width, height }: NetworkLayout): number {
  return Math.abs(Math.log(width / Math.max(1, height) / wantedShape));
}

function layOutWith(
  connected: readonly string[],
  pipes: readonly NetworkPipe[],
  unconnected: readonly string[],
  perRow: number | null,
): NetworkLayout {
  const { items, segments } = itemsOf(connected, pipes, perRow);
  const columns: Item[][] = [];
  for (const item of items) {
    const column = columns[item.column];
    if (column === undefined) columns[item.column] = [item];
    else column.push(item);
  }
  for (let column = 0; column < columns.length; column++) columns[column] ??= [];
  placeDown(columns, segments);
  const lanes = lanesOf(columns.length, segments);
  const left: number[] = [];
  let x = margin;
  columns.forEach((column, index) => {
    left[index] = x;
    x += Math.max(0, ...column.map((item) => item.width)) + Math.max(leastGap, (lanes[index]?.size ?? 0) * laneWidth + 26);
  });
  const width = x - Math.max(leastGap, (lanes[columns.length - 1]?.size ?? 0) * laneWidth + 26) + margin;
  const height = Math.max(0, ...items.map((item) => item.y + item.height)) + margin;
  return {
    width,
    height,
    nodeHeight: perRow === null ? fullHeight : denseHeight,
    stations: items.flatMap((item) => stationsIn(item, left[item.column] ?? 0, perRow)),
    blocks: items.flatMap((item) =>
      item.kind === 'block' ? [{ x: left[item.column] ?? 0, y: item.y, width: item.width, height: item.height }] : [],
    ),
    pipes: routesOf(segments, left, lanes),
    unconnected,
  };
}

function itemsOf(connected: readonly string[], pipes: readonly NetworkPipe[], perRow: number | null) {
  const columns = columnsOf(connected, pipes);
  const sourcesOf = new Map<string, string[]>();
  const hasTargets = new Set(pipes.map(({ from }) => from));
  for (const { from, to } of pipes) sourcesOf.set(to, [...(sourcesOf.get(to) ?? []), from]);
  const endsOf = new Map<string, string[]>();
  if (perRow !== null) {
    for (const id of connected) {
      const [source, second] = sourcesOf.get(id) ?? [];
      if (source === undefined || second !== undefined || hasTargets.has(id)) continue;
      endsOf.set(source, [...(endsOf.get(source) ?? []), id]);
    }
  }
  const items: Item[] = [];
  const itemOf = new Map<string, Item>();
  const add = (item: Omit<Item, 'y'>): Item => {
    const placed = { ...item, y: 0 };
    items.push(placed);
    for (const id of placed.members) itemOf.set(id, placed);
    return placed;
  };
  for (const [source, ends] of endsOf) {
    if (ends.length < leastInBlock || perRow === null) continue;
    const across = Math.min(perRow, ends.length);
    const down = Math.ceil(ends.length / across);
    add({
      key: `block ${source}`,
      kind: 'block',
      members: ends,
      column: (columns.get(source) ?? 0) + 1,
      width: across * (smallSize.width + smallGap) - smallGap + blockPadding * 2,
      height: down * (smallSize.height + smallGap) - smallGap + blockPadding * 2,
    });
  }
  for (const id of connected) {
    if (!itemOf.has(id))
      add({
        key: id,
        kind: 'station',
        members: [id],
        column: columns.get(id) ?? 0,
        width: nodeWidth,
        height: perRow === null ? fullHeight : denseHeight,
      });
  }
  const segments: Segment[] = [];
  const drawn = new Set<string>();
  for (const { from, to } of pipes) {
    const start = itemOf.get(from);
    const end = itemOf.get(to);
    if (start === undefined || end === undefined || drawn.has(`${start.key}→${end.key}`)) continue;
    drawn.add(`${start.key}→${end.key}`);
    // Backwards only where a ring was cut: drawn as a step back, without places in between.
    let at = start;
    for (let column = start.column + 1; column < end.column; column++) {
      const bend = add({ key: `${from}→${to} ${column}`, kind: 'bend', members: [], column, width: 0, height: 10 });
      segments.push({ from: at, to: bend, source: start });
      at = bend;
    }
    segments.push({ from: at, to: end, source: start });
  }
  return { items, segments };
}

/** Order in each column by where the neighbours stand, from the left and from the right in turns; then as near to them as the others allow. */
function placeDown(columns: readonly Item[][], segments: readonly Segment[]): void {
  const before = new Map<Item, Item[]>();
  const after = new Map<Item, Item[]>();
  for (const { from, to } of segments) {
    before.set(to, [...(before.get(to) ?? []), from]);
    after.set(from, [...(after.get(from) ?? []), to]);
  }
  for (const column of columns) stack(column, null);
  for (let round = 0; round < 8; round++) {
    const isForward = round % 2 === 0;
    for (const column of isForward ? columns : [...columns].reverse()) {
      const wanted = new Map<Item, number>();
      for (const item of column) {
        const neighbours = (isForward ? before : after).get(item) ?? [];
        const middle =
          neighbours.length === 0 ? centre(item) : neighbours.reduce((sum, other) => sum + centre(other), 0) / neighbours.length;
        wanted.set(item, middle);
      }
      column.sort((one, other) => (wanted.get(one) ?? 0) - (wanted.get(other) ?? 0));
      stack(column, wanted);
    }
  }
  const top = Math.min(...columns.flat().map((item) => item.y));
  for (const item of columns.flat()) item.y += margin - top;
}

const centre = (item: Item): number => item.y + item.height / 2;

/** One under the other without touching, as near to the wanted middles as that allows: clusters that touch are moved as one. */
function stack(column: readonly Item[], wanted: ReadonlyMap<Item, number> | null): void {
  interface Cluster {
    members: Item[];
    y: number;
    height: number;
  }
  const clusters: Cluster[] = [];
  const settle = (members: Item[]): Cluster => {
    let offset = 0;
    let sum = 0;
    for (const item of members) {
      sum += (wanted?.get(item) ?? 0) - (offset + item.height / 2);
      offset += item.height + gapOf(item);
    }
    const last = members.at(-1);
    return { members, y: wanted === null ? 0 : sum / members.length, height: offset - (last === undefined ? 0 : gapOf(last)) };
  };
  for (const item of column) {
    let cluster = settle([item]);
    for (;;) {
      const above = clusters.at(-1);
      const lowest = above?.members.at(-1);
      if (above === undefined || lowest === undefined || above.y + above.height + gapOf(lowest) <= cluster.y) break;
      clusters.pop();
      cluster = settle([...above.members, ...cluster.members]);
    }
    clusters.push(cluster);
  }
  for (const cluster of clusters) {
    let y = cluster.y;
    for (const item of cluster.members) {
      item.y = y;
      y += item.height + gapOf(item);
    }
  }
}

const gapOf = (item: Item): number => (item.kind === 'bend' ? 6 : rowGap);

/** In the gap right of each column: source → number of its lane. */
function lanesOf(columnCount: number, segments: readonly Segment[]): Map<Item, number>[] {
  const lanes: Map<Item, number>[] = Array.from({ length: columnCount }, () => new Map<Item, number>());
  // The one that has to climb furthest bends first: its line crosses fewer others.
  const sorted = [...segments].sort((one, other) => centre(other.to) - centre(other.from) - (centre(one.to) - centre(one.from)));
  for (const { from, to, source } of sorted) {
    const lane = lanes[Math.min(from.column, to.column)];
    if (lane !== undefined && Math.abs(centre(from) - centre(to)) > 0.5 && !lane.has(source)) lane.set(source, lane.size);
  }
  return lanes;
}

function routesOf(segments: readonly Segment[], left: readonly number[], lanes: readonly Map<Item, number>[]): PlacedPipe[] {
  const entries = new Map<Item, Segment[]>();
  for (const segment of segments) entries.set(segment.to, [...(entries.get(segment.to) ?? []), segment]);
  for (const list of entries.values()) list.sort((one, other) => centre(one.from) - centre(other.from));
  const entryY = (segment: Segment): number => {
    const list = entries.get(segment.to) ?? [segment];
    if (segment.to.kind === 'bend' || list.length === 1) return centre(segment.to);
    const spread = Math.min(segment.to.height - 20, (list.length - 1) * 14);
    return centre(segment.to) - spread / 2 + (list.indexOf(segment) * spread) / (list.length - 1);
  };
  const onwards = new Map(segments.filter(({ from }) => from.kind === 'bend').map((segment) => [segment.from, segment]));
  return segments
    .filter(({ from }) => from.kind !== 'bend')
    .map((first) => {
      const startX = (left[first.from.column] ?? 0) + first.from.width;
      let path = `M${round(startX)} ${round(centre(first.from))}`;
      let y = centre(first.from);
      let segment = first;
      for (;;) {
        const { from, to } = segment;
        const lane = lanes[Math.min(from.column, to.column)]?.get(segment.source) ?? 0;
        const gapEnd = left[Math.max(from.column, to.column)] ?? 0;
        const nextY = entryY(segment);
        if (Math.abs(nextY - y) > 0.5) path += `H${round(gapEnd - 16 - lane * laneWidth)}V${round(nextY)}`;
        y = nextY;
        const next = to.kind === 'bend' ? onwards.get(to) : undefined;
        if (next === undefined) {
          const tipX = left[to.column] ?? 0;
          return { from: first.from.members[0] ?? '', to: to.members, path: `${path}H${round(tipX)}`, tip: { x: tipX, y } };
        }
        segment = next;
      }
    });
}

const round = (value: number): number => Math.round(value * 10) / 10;

function stationsIn(item: Item, x: number, perRow: number | null): PlacedStation[] {
  if (item.kind !== 'block') return item.members.map((id) => ({ id, x, y: item.y, isSmall: false }));
  const across = Math.min(perRow ?? 1, item.members.length);
  return item.members.map((id, index) => ({
    id,
    x: x + blockPadding + (index % across) * (smallSize.width + smallGap),
    y: item.y + blockPadding + Math.floor(index / across) * (smallSize.height + smallGap),
    isSmall: true,
  }));
}
