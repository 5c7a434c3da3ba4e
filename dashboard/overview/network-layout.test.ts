import fc from 'fast-check';
import { expect, test } from 'vitest';
import { layOutNetwork, type NetworkLayout, nodeWidth, smallSize } from './network-layout.ts';

const demo = [
  ['GS-01', 'RS-01'],
  ['GS-01', 'RS-02'],
  ['GS-02', 'RS-02'],
  ['RS-01', 'DR-01'],
  ['GS-02', 'ST-01'],
  ['GS-01', 'DR-01'],
].map(([from = '', to = '']) => ({ from, to }));
const ids = ['GS-01', 'GS-02', 'RS-01', 'RS-02', 'DR-01', 'ST-01', 'LP-01'];

function boxes(layout: NetworkLayout) {
  return layout.stations.map((placed) => ({
    ...placed,
    ...(placed.isSmall ? smallSize : { width: nodeWidth, height: layout.nodeHeight }),
  }));
}

function overlaps(layout: NetworkLayout): string[] {
  const all = boxes(layout);
  return all.flatMap((one, index) =>
    all
      .slice(index + 1)
      .filter(
        (other) =>
          one.x < other.x + other.width && other.x < one.x + one.width && one.y < other.y + other.height && other.y < one.y + one.height,
      )
      .map((other) => `${one.id} over ${other.id}`),
  );
}

/** Corners of a path of M, H and V. */
function corners(path: string): { readonly x: number; readonly y: number }[] {
  let x = 0;
  let y = 0;
  return [...path.matchAll(/([MHV])(-?[\d.]+)(?: (-?[\d.]+))?/g)].map(([, command, first, second]) => {
    if (command === 'M') [x, y] = [Number(first), Number(second)];
    else if (command === 'H') x = Number(first);
    else y = Number(first);
    return { x, y };
  });
}

/** Stations that a pipe runs through although it neither starts nor ends there. */
function runsThrough(layout: NetworkLayout): string[] {
  const all = boxes(layout);
  return layout.pipes.flatMap((pipe) => {
    const points = corners(pipe.path);
    return points.slice(1).flatMap((end, index) => {
      const start = points[index] ?? end;
      const box = {
        left: Math.min(start.x, end.x),
        right: Math.max(start.x, end.x),
        top: Math.min(start.y, end.y),
        bottom: Math.max(start.y, end.y),
      };
      return all
        .filter(
          (station) =>
            station.id !== pipe.from &&
            !pipe.to.includes(station.id) &&
            box.left < station.x + station.width &&
            station.x < box.right &&
            box.top < station.y + station.height - 1 &&
            station.y + 1 < box.bottom,
        )
        .map((station) => `${pipe.from} → ${pipe.to.join()} through ${station.id}`);
    });
  });
}

test('gas flows from left to right; a pipe over two columns runs behind no station; who has no pipe is named', () => {
  const layout = layOutNetwork(ids, demo);
  const x = (id: string): number => layout.stations.find((placed) => placed.id === id)?.x ?? Number.NaN;
  for (const { from, to } of demo) expect(x(from), `${from} → ${to}`).toBeLessThan(x(to));
  expect(layout.unconnected).toEqual(['LP-01']);
  expect(layout.pipes).toHaveLength(demo.length);
  expect(overlaps(layout)).toEqual([]);
  expect(runsThrough(layout)).toEqual([]);
});

test('two sources never share an upright line: it can be seen who feeds whom', () => {
  const layout = layOutNetwork(ids, demo);
  const uprights = new Map<string, Set<string>>();
  for (const pipe of layout.pipes) {
    const points = corners(pipe.path);
    points.slice(1).forEach((end, index) => {
      const start = points[index] ?? end;
      if (start.x !== end.x || start.y === end.y) return;
      uprights.set(String(end.x), new Set([...(uprights.get(String(end.x)) ?? []), pipe.from]));
    });
  }
  expect([...uprights.values()].filter((sources) => sources.size > 1)).toEqual([]);
});

test('two hundred stations: all there, none over another, about as wide as a screen', () => {
  const many = Array.from({ length: 200 }, (_, index) => `S${index}`);
  const pipes = many.slice(4).map((to, index) => ({ from: index < 20 ? `S${index % 4}` : `S${4 + (index % 20)}`, to }));
  const layout = layOutNetwork(many, pipes);
  expect(new Set(layout.stations.map(({ id }) => id)).size).toBe(200);
  expect(overlaps(layout)).toEqual([]);
  expect(layout.width / layout.height).toBeGreaterThan(1);
  expect(layout.width / layout.height).toBeLessThan(3);
  expect(new Set(layout.pipes.flatMap(({ to }) => to)).size).toBe(196);
});

test('any network, rings and all: every station once, inside, none over another', () => {
  const pair = fc.record({ from: fc.integer({ min: 0, max: 39 }), to: fc.integer({ min: 0, max: 39 }) });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 }), fc.array(pair, { maxLength: 60 }), (count, pairs) => {
      const stations = Array.from({ length: count }, (_, index) => `S${index}`);
      const layout = layOutNetwork(
        stations,
        pairs.map(({ from, to }) => ({ from: `S${from}`, to: `S${to}` })),
      );
      expect([...layout.stations.map(({ id }) => id), ...layout.unconnected].sort()).toEqual([...stations].sort());
      expect(overlaps(layout)).toEqual([]);
      for (const box of boxes(layout)) {
        expect(box.x).toBeGreaterThanOrEqual(0);
        expect(box.y).toBeGreaterThanOrEqual(0);
        expect(box.x + box.width).toBeLessThanOrEqual(layout.width + 1);
        expect(box.y + box.height).toBeLessThanOrEqual(layout.height + 1);
      }
    }),
    { numRuns: 200 },
  );
});
