// Turns the points of a station into a process drawing: which parts it has, where they stand, how the pipes run. Pure; the plant file is its only source.
// Process line from left to right: inlet, filters, regulator runs (slam-shut, monitor, worker), outlet with relief, meters, odoriser. Below: tanks and machines.

import type { PointView } from '../../../domain/api/plant-api.ts';
import type { PointRole } from '../../../domain/plant/plant-kinds.ts';
import { Drawing, instrumentWidth, type MimicLayout, unitsOf } from './mimic-drawing.ts';
import { drawMachines, machinesOf } from './mimic-machines.ts';

const runPitch = 128;
const instrumentPitch = 48;

const lineRoles: ReadonlySet<PointRole> = new Set<PointRole>([
  'inletPressure',
  'outletPressure',
  'filterDifferentialPressure',
  'regulatorTravel',
  'monitorTravel',
  'slamShut',
  'relief',
  'shutoffValve',
  'gasTemperature',
  'flow',
  'totalizer',
  'odorantRate',
  'odorantLevel',
]);

export function layOutMimic(points: readonly PointView[]): MimicLayout | null {
  const machines = machinesOf(points);
  const inMachines = new Set(machines.flatMap((machine) => machine.points));
  const inLine = points.filter((point) => !inMachines.has(point));
  const hasLine = inLine.some((point) => lineRoles.has(point.role));
  if (!hasLine && machines.length === 0) return null;
  const drawing = new Drawing();
  let width = 0;
  if (hasLine) width = drawLine(drawing, inLine, machines.length > 0);
  if (machines.length > 0) width = Math.max(width, drawMachines(drawing, machines, hasLine));
  return drawing.finish(width);
}

/** Parts of a regulator run in the order in which the gas passes them. */
const runParts = [
  { kind: null, role: 'inletPressure' },
  { kind: 'filter', role: 'filterDifferentialPressure' },
  { kind: 'slamShut', role: 'slamShut' },
  { kind: 'monitor', role: 'monitorTravel' },
  { kind: 'regulator', role: 'regulatorTravel' },
  { kind: null, role: 'pressure' },
] as const;
const runPartPitch = 132;

function drawLine(drawing: Drawing, points: readonly PointView[], isFedFromBelow: boolean): number {
  const ofRole = (...roles: PointRole[]): PointView[] => points.filter((point) => roles.includes(point.role));
  const y = 0;
  const start = 30;
  let x = start;
  const runs = unitsOf(ofRole('slamShut', 'monitorTravel', 'regulatorTravel'));
  const isInRun = (point: PointView): boolean => point.unitOf !== null && runs.includes(point.unitOf);

  // Inlet
  // Fed by its tanks it has no inlet; feeding its compressors it has no outlet.
  const hasInlet = !isFedFromBelow || ofRole('inletPressure').length > 0;
  const hasOutlet = !isFedFromBelow || ofRole('outletPressure', 'flow', 'odorantRate').length > 0;
  if (hasInlet) drawing.caption('inlet', '', x, y - 14, 'start');
  x += 40;
  const [firstValve, ...laterValves] = ofRole('shutoffValve').filter((point) => !isInRun(point));
  if (firstValve !== undefined) {
    drawing.symbol('valve', x + 12, y, firstValve.unitOf, [firstValve]);
    // Clear of the pipe that goes down to the tanks and machines.
    drawing.instrument(firstValve, x - (isFedFromBelow ? 0 : 22), y + 48, null);
    x += 56;
  }
  const temperatures = ofRole('gasTemperature').filter((point) => !isInRun(point));
  const inletTemperature = temperatures.length > 1 ? temperatures[0] : undefined;
  const outletTemperatures = temperatures.length > 1 ? temperatures.slice(1) : temperatures;
  const atInlet = [
    ...ofRole('inletPressure').filter((point) => !isInRun(point)),
    ...(inletTemperature === undefined ? [] : [inletTemperature]),
  ];
  if (atInlet.length > 0) {
    // Both above the pipe where the valve's own instrument stands below it.
    drawing.stack(atInlet, x + 16, y, 58, firstValve === undefined ? 56 : null);
    x += instrumentWidth;
  }

  // Filters that belong to no run
  const filters = ofRole('filterDifferentialPressure').filter((point) => !isInRun(point));
  if (filters.length > 0) {
    x = drawParallel(drawing, x, y, filters, 140, (point, centreX, centreY) => {
      drawing.symbol('filter', centreX, centreY, point.unitOf, [point]);
      drawing.instrument(point, centreX - 40, centreY + 48, null);
      drawing.caption('filter', point.unitOf ?? '', centreX, centreY - 30);
    });
  }

  // Runs
  if (runs.length > 0) {
    const isUsed = (role: PointRole): boolean =>
      points.some((point) => point.role === role && (runs.length === 1 || isInRun(point)) && runs.includes(point.unitOf));
    const parts = runParts.filter((part) => part.role === 'regulatorTravel' || isUsed(part.role));
    const length = parts.length * runPartPitch + 52;
    runs.forEach((unit, row) => {
      const atY = y + (row - (runs.length - 1) / 2) * runPitch;
      drawing.pipes.push(`M${x},${y}H${x + 14}V${atY}H${x + length - 14}V${y}H${x + length}`);
      drawing.caption('run', unit ?? '', x + 24, atY - 30, 'start');
      parts.forEach(({ kind, role }, index) => {
        const own = points.filter((point) => point.unitOf === unit && point.role === role);
        const centreX = x + 80 + index * runPartPitch;
        if (kind !== null && (own.length > 0 || kind === 'regulator')) drawing.symbol(kind, centreX, atY, unit, own);
        for (const point of own.slice(0, 1)) {
          drawing.instrument(point, centreX - 38, atY + 48, kind === null ? { x: centreX - 38, y: atY } : null);
        }
      });
    });
    x += length;
  }

  // Outlet with relief
  const relief = ofRole('relief').slice(0, 1);
  for (const point of relief) {
    drawing.pipes.push(`M${x + 22},${y}V${y - 96}`);
    drawing.symbol('relief', x + 22, y - 108, point.unitOf, [point]);
    drawing.instrument(point, x + 58, y - 116, null);
  }
  const atOutlet = [...ofRole('outletPressure'), ...outletTemperatures.slice(0, 1)];
  if (atOutlet.length > 0) {
    drawing.stack(atOutlet, x + 58, y, 56, 56);
    x += instrumentWidth + 36;
  } else if (relief.length > 0) x += instrumentWidth + 36;

  // Meters
  const meterPoints = ofRole('flow', 'totalizer');
  const allMeters = unitsOf(meterPoints);
  const hasRunMeters = allMeters.some((unit) => unit !== null);
  // A flow of the whole station beside meters of runs is their sum, not one more meter.
  const meters = hasRunMeters ? allMeters.filter((unit) => unit !== null) : allMeters;
  if (meters.length > 0) {
    x = drawParallel(drawing, x, y, meters, 168, (unit, centreX, centreY) => {
      drawing.symbol('meter', centreX - 20, centreY, unit, []);
      drawing.caption('meter', unit ?? '', centreX - 20, centreY - 30);
      meterPoints
        .filter((point) => point.unitOf === unit)
        .slice(0, meters.length > 1 ? 1 : 2)
        .forEach((point, index) => {
          drawing.instrument(point, centreX - 58, centreY + 48 + index * 44, null);
        });
    });
  }
  const totals = hasRunMeters ? ofRole('flow').filter((point) => point.unitOf === null) : [];
  if (totals.length > 0) {
    drawing.stack(totals.slice(0, 2), x + 16, y, 58, 56);
    x += instrumentWidth;
  }

  // Odoriser
  const odorant = ofRole('odorantRate', 'odorantLevel');
  if (odorant.length > 0) {
    drawing.pipes.push(`M${x + 44},${y}V${y - 36}`);
    drawing.symbol('odoriser', x + 44, y - 60, null, odorant);
    drawing.caption('odoriser', '', x + 44, y - 94);
    odorant.slice(0, 3).forEach((point, index) => {
      drawing.instrument(point, x + 12, y + 50 + index * instrumentPitch, null);
    });
    x += instrumentWidth;
  }
  for (const valve of laterValves.slice(0, 1)) {
    drawing.symbol('valve', x + 34, y, valve.unitOf, [valve]);
    drawing.instrument(valve, x, y + 48, null);
    x += 120;
  }
  x += hasOutlet ? 44 : 44 - instrumentWidth;
  drawing.pipes.unshift(`M${start},${y}H${x - 8}`);
  // A pipe through the runs would be a by-pass that is not there.
  if (runs.length > 0 || isFedFromBelow) openAtRuns(drawing, y);
  if (hasOutlet) {
    drawing.arrows.push({ x, y });
    drawing.caption('outlet', '', x - 16, y - 14);
  }
  return x + 24;
}

/** Cuts the main line where parallel paths replace it. */
function openAtRuns(drawing: Drawing, y: number): void {
  const main = drawing.pipes.shift();
  if (main === undefined) return;
  const [, from, to] = /^M(-?[\d.]+),-?[\d.]+H(-?[\d.]+)$/.exec(main)?.map(Number) ?? [];
  if (from === undefined || to === undefined) return;
  const gaps = drawing.pipes
    .map((path) => /^M(-?[\d.]+),(-?[\d.]+)H-?[\d.]+V-?[\d.]+H-?[\d.]+V-?[\d.]+H(-?[\d.]+)$/.exec(path))
    .filter((match) => match !== null && Number(match[2]) === y)
    .map((match) => ({ start: Number(match?.[1]), end: Number(match?.[3]) }))
    .sort((one, other) => one.start - other.start);
  let at = from;
  for (const gap of gaps) {
    if (gap.start > at) drawing.pipes.push(`M${at},${y}H${gap.start}`);
    at = Math.max(at, gap.end);
  }
  if (to > at) drawing.pipes.push(`M${at},${y}H${to}`);
}

/** Like parts side by side: one on the line, several on branches around it. */
function drawParallel<Item>(
  drawing: Drawing,
  x: number,
  y: number,
  items: readonly Item[],
  width: number,
  draw: (item: Item, centreX: number, centreY: number) => void,
): number {
  if (items.length === 1) {
    items.forEach((item) => {
      draw(item, x + width / 2, y);
    });
    return x + width;
  }
  const length = width + 32;
  items.forEach((item, row) => {
    const atY = y + (row - (items.length - 1) / 2) * runPitch;
    drawing.pipes.push(`M${x},${y}H${x + 12}V${atY}H${x + length - 12}V${y}H${x + length}`);
    draw(item, x + length / 2, atY);
  });
  return x + length;
}
