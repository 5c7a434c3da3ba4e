// Turns the points of one device and scan rate into the fewest read requests. Pure.
import { type ModbusLimits, type ModbusRegister, type ModbusTable, registersOf } from '../../../domain/plant/modbus-schema.ts';

export interface PlannedPoint {
  readonly pointIndex: number;
  /** Wire address. */
  readonly register: ModbusRegister;
}

export interface ReadRequest {
  readonly table: ModbusTable;
  /** Wire address of the first register or bit. */
  readonly address: number;
  readonly count: number;
  readonly points: readonly PlannedPoint[];
}

/**
 * Greedy from the lowest address: a request grows while the next value fits the limit of its table, the gap is allowed and nothing forbidden lies in between.
 * For intervals on a line that is optimal: no plan under the same rules has fewer requests.
 */
export function planReads(points: readonly PlannedPoint[], limits: ModbusLimits): readonly ReadRequest[] {
  const requests: ReadRequest[] = [];
  const byTable = new Map<ModbusTable, PlannedPoint[]>();
  for (const point of points) {
    const list = byTable.get(point.register.table);
    if (list === undefined) byTable.set(point.register.table, [point]);
    else list.push(point);
  }
  for (const [table, list] of byTable) {
    const isBits = table === 'coil' || table === 'discrete';
    const most = isBits ? limits.maxBits : limits.maxRegisters;
    // A gap of bits costs a sixteenth of a gap of registers on the wire.
    const maxGap = isBits ? limits.maxGap * 16 : limits.maxGap;
    list.sort((a, b) => a.register.address - b.register.address || registersOf(a.register) - registersOf(b.register));
    let current: { address: number; end: number; points: PlannedPoint[] } | null = null;
    const finish = () => {
      if (current !== null)
        requests.push({ table, address: current.address, count: current.end - current.address, points: current.points });
    };
    for (const point of list) {
      const address = point.register.address;
      const end = address + registersOf(point.register);
      if (
        current !== null &&
        Math.max(end, current.end) - current.address <= most &&
        address - current.end <= maxGap &&
        !touchesForbidden(limits, table, current.end, address)
      ) {
        current.end = Math.max(current.end, end);
        current.points.push(point);
        continue;
      }
      finish();
      current = { address, end, points: [point] };
    }
    finish();
  }
  return requests;
}

/** Does reading `from` (inclusive) to `to` (exclusive) touch a forbidden range? Both ends of a range are forbidden. */
function touchesForbidden(limits: ModbusLimits, table: ModbusTable, from: number, to: number): boolean {
  return limits.forbidden.some((range) => range.table === table && from <= range.to && range.from < to);
}

/** Splits a request in two halves by points; used to find the register that a device refuses. */
export function splitRequest(request: ReadRequest): readonly [ReadRequest, ReadRequest] | null {
  if (request.points.length < 2) return null;
  const middle = request.points.length >> 1;
  return [requestOf(request.table, request.points.slice(0, middle)), requestOf(request.table, request.points.slice(middle))];
}

function requestOf(table: ModbusTable, points: readonly PlannedPoint[]): ReadRequest {
  const address = Math.min(...points.map((point) => point.register.address));
  const end = Math.max(...points.map((point) => point.register.address + registersOf(point.register)));
  return { table, address, count: end - address, points };
}
