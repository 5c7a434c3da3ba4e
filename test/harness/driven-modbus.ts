// The product's Modbus drivers on a clock that the test moves: time-outs and back-off pass at once, the sockets are real.
import { createModbusDrivers, type ModbusDrivers } from '../../collector/drivers/modbus/modbus-drivers.ts';
import type { ModbusDevice, Plant } from '../../domain/plant/plant.ts';
import { ManualClock } from '../../domain/time/manual-clock.ts';
import { plantOfDevices } from './plant-of.ts';

export const requestTimeoutMs = 900;

/** Every device at one port has the same points in the four tables. */
export function plantOfUnits(port: number, units: readonly number[], points: readonly { table: string; address: number }[]): Plant {
  const typeOf = (table: string) => (table === 'coil' || table === 'discrete' ? 'bit' : 'uint16');
  return plantOfDevices(
    units.map((unit) => {
      const itsPoints = points.map(
        ({ table, address }, index) =>
          `{ tag: P${unit}-${index}, name: p, range: { min: 0, max: 70000 }, register: { table: ${table}, address: ${address}, type: ${typeOf(table)} } }`,
      );
      return `{ id: D-${unit}, protocol: modbusTcp, host: 127.0.0.1, port: ${port}, unitId: ${unit}, timeout: ${requestTimeoutMs}ms, points: [${itsPoints.join(', ')}] }`;
    }),
  );
}

export interface Reading {
  readonly functionCode: number;
  readonly address: number;
  readonly value: number;
  readonly quality: number;
}

const functionOf = { coil: 1, discrete: 2, holding: 3, input: 4 } as const;

export interface DrivenModbus {
  readonly clock: ManualClock;
  readonly drivers: ModbusDrivers['drivers'];
  /** Requests sent since this was last set to 0. */
  sent: number;
  scan(driver: number): Promise<{ readonly outcome: string; readonly readings: readonly Reading[] }>;
  stop(): Promise<void>;
}

export function driveModbus(plant: Plant, random: () => number): DrivenModbus {
  const clock = new ManualClock();
  const readings: Reading[][] = plant.devices.map(() => []);
  const driven = {
    clock,
    sent: 0,
  };
  const modbus = createModbusDrivers({
    plant,
    devices: plant.devices as ModbusDevice[],
    clock: {
      nowMs: () => clock.nowMs(),
      monotonicMs: () => clock.monotonicMs(),
      after(delayMs, callback) {
        // The deadline is set in the same turn as the request is sent.
        if (delayMs === requestTimeoutMs) driven.sent += 1;
        return clock.after(delayMs, callback);
      },
    },
    random,
    sink: {
      readings(batch) {
        for (let row = 0; row < batch.length; row += 1) {
          const point = plant.points[batch.point[row] ?? 0];
          if (point?.source.kind !== 'modbus') continue;
          readings[point.deviceIndex]?.push({
            functionCode: functionOf[point.source.register.table],
            address: point.source.register.address,
            value: batch.value[row] ?? Number.NaN,
            quality: batch.quality[row] ?? 255,
          });
        }
      },
      connection: () => undefined,
    },
  });
  return Object.assign(driven, {
    drivers: modbus.drivers,
    async scan(index: number) {
      const driver = modbus.drivers[index];
      if (driver === undefined) throw new Error(`no driver ${index}`);
      readings[driver.deviceIndex] = [];
      const outcome = await driver.scan(0);
      return { outcome: outcome.kind === 'failed' ? outcome.reason : 'done', readings: readings[driver.deviceIndex] ?? [] };
    },
    stop: () => modbus.stop(),
  });
}

/** Waits for real sockets, and lets the driver's time pass only when nothing moves: `activity` is a number that changes with every request that arrives. */
export async function settled<T>(driven: DrivenModbus, work: Promise<T>, activity: () => number, idleTurns = 200): Promise<T> {
  let isOver = false;
  const watched = work.finally(() => {
    isOver = true;
  });
  const untilMs = performance.now() + 60_000;
  let seen = activity();
  for (let turns = 0; !isOver; turns += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    if (activity() !== seen) turns = 0;
    seen = activity();
    if (turns > idleTurns) {
      driven.clock.advance(requestTimeoutMs / 3);
      turns = idleTurns / 2;
    }
    if (performance.now() > untilMs) throw new Error('a request did not settle');
  }
  return await watched;
}

export function openTcpSockets(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;
}
