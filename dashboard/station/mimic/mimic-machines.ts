// Tanks and machines of a process drawing: which there are, what belongs to each, and where they stand.

import type { PointView } from '../../../domain/api/plant-api.ts';
import type { PointRole } from '../../../domain/plant/plant-kinds.ts';
import { type Drawing, instrumentWidth, unitsOf } from './mimic-drawing.ts';

const tankRoles: ReadonlySet<PointRole> = new Set<PointRole>(['tankLevel', 'tankPressure', 'tankTemperature']);
const compressorRoles: ReadonlySet<PointRole> = new Set<PointRole>([
  'compressorState',
  'compressorSuction',
  'compressorDischarge',
  'oilPressure',
  'vibration',
]);

const vaporiserRoles: ReadonlySet<PointRole> = new Set<PointRole>(['vaporiserState', 'vaporiserTemperature']);
const dispenserRoles: ReadonlySet<PointRole> = new Set<PointRole>(['dispenserState', 'dispenserPressure', 'dispenserFlow']);

export interface Machine {
  readonly kind: 'tank' | 'vaporiser' | 'compressor' | 'pump' | 'dispenser';
  readonly unitOf: string | null;
  readonly points: readonly PointView[];
}

export function machinesOf(points: readonly PointView[]): Machine[] {
  const machines: Machine[] = [];
  const collect = (kind: Machine['kind'], isMember: (point: PointView) => boolean): void => {
    const members = points.filter(isMember);
    for (const unitOf of unitsOf(members)) {
      // What else the plant file puts with the same tank or machine belongs to it too.
      const others = points.filter(
        (point) => unitOf !== null && point.unitOf === unitOf && companionRoles.has(point.role) && !isMember(point),
      );
      machines.push({ kind, unitOf, points: [...members.filter((point) => point.unitOf === unitOf), ...others] });
    }
  };
  collect('tank', (point) => tankRoles.has(point.role));
  collect('vaporiser', (point) => vaporiserRoles.has(point.role));
  collect('compressor', (point) => compressorRoles.has(point.role));
  // A pump of no unit is a helper of something else, such as the odorant pump: it is in the table, not on the gas line.
  collect('pump', (point) => point.role === 'pumpState' && point.unitOf !== null);
  collect('dispenser', (point) => dispenserRoles.has(point.role));
  return machines;
}

const companionRoles: ReadonlySet<PointRole> = new Set<PointRole>(['pressure', 'temperature', 'shutoffValve', 'other']);
const slotPitch = 46;
const leastSlots = 3;
const mostSlots = 4;
/** Their state is the look of the symbol; everything else has an instrument. */
const shownBySymbol: ReadonlySet<PointRole> = new Set<PointRole>(['compressorState', 'pumpState', 'vaporiserState', 'dispenserState']);

/** What stands beside the machine. */
function slotsOf(machine: Machine): PointView[] {
  const valve = valveOf(machine);
  return machine.points.filter((point) => point !== valve && !shownBySymbol.has(point.role));
}

function valveOf(machine: Machine): PointView | undefined {
  return machine.points.find((point) => point.role === 'shutoffValve');
}

/** As wide as a screen takes it: the drawing is scaled to the page. */
const fullWidth = 1_560;
const headerX = 30;

/** Each kind in rows of its own, on a header that hangs from the line. Answers how wide it became. */
export function drawMachines(drawing: Drawing, machines: readonly Machine[], hasLine: boolean): number {
  const startY = hasLine ? drawing.bottom + 34 : 0;
  let headerY = startY;
  let lastHeaderY = startY;
  let width = 0;
  for (const kind of new Set(machines.map((machine) => machine.kind))) {
    const own = machines.filter((machine) => machine.kind === kind);
    const most = Math.max(0, ...own.map((machine) => slotsOf(machine).length));
    // Four fit under each other where that saves a column; the drawing stays low otherwise.
    const slotsPerColumn = Math.ceil(most / mostSlots) < Math.ceil(most / leastSlots) ? mostSlots : leastSlots;
    const machineWidth = 112 + Math.max(1, Math.ceil(most / slotsPerColumn)) * instrumentWidth;
    const perRow = Math.max(1, Math.floor((fullWidth - headerX - 20) / machineWidth));
    const rowHeight = 64 + Math.min(slotsPerColumn, Math.max(most, kind === 'tank' ? leastSlots : 2)) * slotPitch;
    for (let first = 0; first < own.length; first += perRow) {
      const row = own.slice(first, first + perRow);
      drawing.pipes.push(`M${headerX},${headerY}H${headerX + 70 + (row.length - 1) * machineWidth}`);
      row.forEach((machine, index) => {
        drawMachine(drawing, machine, headerX + 22 + index * machineWidth, headerY, slotsPerColumn);
      });
      drawing.reach(headerY, headerY + rowHeight - 20);
      width = Math.max(width, headerX + 22 + row.length * machineWidth + 20);
      lastHeaderY = headerY;
      headerY += rowHeight;
    }
  }
  if (hasLine) drawing.pipes.push(`M${headerX},0V${lastHeaderY}`);
  else if (lastHeaderY > startY) drawing.pipes.push(`M${headerX},${startY}V${lastHeaderY}`);
  return width;
}

function drawMachine(drawing: Drawing, machine: Machine, left: number, headerY: number, slotsPerColumn: number): void {
  const centreX = left + 48;
  const isTank = machine.kind === 'tank';
  const centreY = headerY + (isTank ? 108 : 84);
  drawing.pipes.push(`M${centreX},${headerY}V${centreY - (isTank ? 60 : 24)}`);
  drawing.symbol(machine.kind, centreX, centreY, machine.unitOf, machine.points);
  const valve = valveOf(machine);
  if (valve !== undefined) drawing.symbol('valve', centreX, headerY + 26, machine.unitOf, [valve], true);
  drawing.caption(machine.kind, machine.unitOf ?? '', left + 100, headerY + 22, 'start');
  slotsOf(machine).forEach((point, slot) => {
    drawing.instrument(
      point,
      left + 116 + Math.floor(slot / slotsPerColumn) * instrumentWidth,
      headerY + 52 + (slot % slotsPerColumn) * slotPitch,
      null,
    );
  });
}
