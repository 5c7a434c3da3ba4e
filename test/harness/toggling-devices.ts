// Modbus devices whose values go up and down at random, with the truth known: what every alarm must be in the end. Each counts its answers in a point of its own.
import { createUnitImage, type ModbusServer, startModbusServer, type UnitImage } from '../../simulators/modbus/modbus-server.ts';

export const highValue = 80;
const normalValue = 20;

export interface TogglingDevices {
  readonly plantText: string;
  /** Alarm ids whose condition holds at the devices now. */
  trueAlarms(): Set<string>;
  /** How often a point went up since the start. */
  riseCount(): number;
  /** Turns a point that has been as it is for at least `restMs`; none where all are younger. */
  toggle(nowMs: number, restMs: number): void;
  /** The point that counts the answers of each device, whose n-th answer has the value n; and when each was given. */
  readonly counts: readonly AnswerCount[];
  /** The longest that any device has waited for a question since this was last called. */
  longestSilenceMs(): number;
  stop(): Promise<void>;
}

export interface AnswerCount {
  readonly pointId: string;
  /** Of answer n at n − 1. */
  readonly answeredAtMs: readonly number[];
}

const countTag = 'XQ-100';

/** One station a device; every point has an alarm above 50. */
export async function startTogglingDevices(options: {
  readonly devices: number;
  readonly pointsEach: number;
  readonly scanMs: number;
  readonly random: () => number;
}): Promise<TogglingDevices> {
  const { devices, pointsEach, scanMs, random } = options;
  const servers: ModbusServer[] = [];
  const images: UnitImage[] = [];
  const sinceMs = new Float64Array(devices * pointsEach);
  const askedAtMs = new Float64Array(devices).fill(performance.now());
  let silenceMs = 0;
  let rises = 0;
  const hear = (device: number) => {
    const nowMs = performance.now();
    silenceMs = Math.max(silenceMs, nowMs - (askedAtMs[device] as number));
    askedAtMs[device] = nowMs;
  };
  const stations: unknown[] = [];
  const counts: { readonly pointId: string; readonly answeredAtMs: number[] }[] = [];
  for (let device = 0; device < devices; device += 1) {
    const image = createUnitImage();
    image.holding.fill(normalValue, 0, pointsEach);
    images.push(image);
    const answeredAtMs: number[] = [];
    counts.push({ pointId: `${stationId(device)}.${countTag}`, answeredAtMs });
    const server = await startModbusServer({
      host: '127.0.0.1',
      port: 0,
      framing: 'tcp',
      imageOf: (unitId, address) => {
        hear(device);
        if (unitId !== 1) return null;
        if (address !== 0) return image;
        answeredAtMs.push(Date.now());
        image.holding[pointsEach] = answeredAtMs.length >>> 16;
        image.holding[pointsEach + 1] = answeredAtMs.length & 0xffff;
        return image;
      },
      behaviourOf: () => ({ kind: 'normal' }),
    });
    servers.push(server);
    stations.push({
      id: stationId(device),
      type: 'regulating',
      name: { zh: `调压站 ${device + 1}`, en: `Station ${device + 1}` },
      area: 'all',
      devices: [
        {
          id: 'PLC-1',
          protocol: 'modbusTcp',
          host: '127.0.0.1',
          port: server.port,
          scan: `${scanMs}ms`,
          points: [...Array.from({ length: pointsEach }, (_, point) => gasPoint(point)), countPoint(pointsEach)],
        },
      ],
    });
  }
  const plant = {
    schema: 1,
    company: { id: 'test', name: { zh: '测试燃气', en: 'Test Gas' } },
    areas: [{ id: 'all', name: { zh: '全部', en: 'All' } }],
    stations,
  };
  return {
    plantText: JSON.stringify(plant, null, 1),
    trueAlarms() {
      const ids = new Set<string>();
      for (const [device, image] of images.entries())
        for (let point = 0; point < pointsEach; point += 1)
          if (image.holding[point] === highValue) ids.add(`${stationId(device)}.${tag(point)}.high`);
      return ids;
    },
    toggle(nowMs, restMs) {
      const index = Math.floor(random() * sinceMs.length);
      if (nowMs - (sinceMs[index] as number) < restMs) return;
      sinceMs[index] = nowMs;
      const holding = (images[Math.floor(index / pointsEach)] as UnitImage).holding;
      const point = index % pointsEach;
      holding[point] = holding[point] === highValue ? normalValue : highValue;
      if (holding[point] === highValue) rises += 1;
    },
    riseCount: () => rises,
    counts,
    longestSilenceMs() {
      for (let device = 0; device < devices; device += 1) hear(device);
      const longestMs = silenceMs;
      silenceMs = 0;
      return longestMs;
    },
    stop: async () => {
      await Promise.all(servers.map((server) => server.stop()));
    },
  };
}

function gasPoint(point: number): object {
  return {
    tag: tag(point),
    name: { zh: `浓度 ${point}`, en: `Gas ${point}` },
    unit: '%LEL',
    range: { min: 0, max: 100 },
    register: { table: 'holding', address: point, type: 'uint16' },
    defaultAlarms: false,
    alarms: [{ kind: 'high', setpoint: 50, deadband: 5, priority: 'medium', class: 'safety', response: { zh: '查看', en: 'Look' } }],
  };
}

function countPoint(address: number): object {
  return {
    tag: countTag,
    name: { zh: '应答次数', en: 'Answers' },
    kind: 'counter',
    register: { table: 'holding', address, type: 'uint32' },
    defaultAlarms: false,
  };
}

function stationId(device: number): string {
  return `RS-${String(device + 1).padStart(2, '0')}`;
}

function tag(point: number): string {
  return `AT-${100 + point}`;
}
