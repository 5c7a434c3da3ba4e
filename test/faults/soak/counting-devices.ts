// Modbus devices that remember what they answered: the outside ledger of a soak. Register 0 counts the answers; every other value follows from the count
// (waves) or was set at random (alarms that come and go), and which alarms were true at which answer is kept.
import { createUnitImage, type ModbusServer, startModbusServer, type UnitBehaviour } from '../../../simulators/modbus/modbus-server.ts';

/** Of the alarms that come and go; values are above or below it by far. */
export const setpoint = 50;
const highValue = 80;
const normalValue = 20;
const firstRegister = 2;
const loopback = '127.0.0.1';

export type DeviceFault = 'lost' | 'slow' | 'exception' | 'refused' | 'reset';
export const deviceFaults: readonly DeviceFault[] = ['lost', 'slow', 'exception', 'refused', 'reset'];

interface Answer {
  readonly atMs: number;
  /** Bit n: the alarm of the n-th toggling point was true in this answer. */
  readonly trueBits: number;
}

export class CountingDevice {
  readonly stationId: string;
  readonly togglingPoints: number;
  readonly wavePoints: number;
  /** Of requests that began at the count; answer n is at n − 1. Those that were refused on purpose are counted too. */
  readonly answers: Answer[] = [];
  /** From, to: what was asked in it may be missing. */
  readonly faultTimes: [number, number][] = [];
  readonly #image = createUnitImage();
  #server: ModbusServer | null = null;
  #port = 0;
  #behaviour: UnitBehaviour['kind'] = 'normal';
  #trueBits = 0;
  readonly #sinceMs: Float64Array;

  constructor(index: number, togglingPoints: number, wavePoints: number) {
    this.stationId = `RS-${String(index + 1).padStart(3, '0')}`;
    this.togglingPoints = togglingPoints;
    this.wavePoints = wavePoints;
    this.#sinceMs = new Float64Array(togglingPoints);
    this.#image.holding.fill(normalValue, firstRegister, firstRegister + togglingPoints);
  }

  async start(): Promise<void> {
    this.#server = await startModbusServer({
      host: loopback,
      port: this.#port,
      framing: 'tcp',
      imageOf: (_unitId, address) => {
        // A device that refused is asked register by register for a while; one look at all of them is one count.
        if (address !== 0) return this.#image;
        this.answers.push({ atMs: Date.now(), trueBits: this.#trueBits });
        const count = this.answers.length;
        this.#image.holding[0] = count >>> 16;
        this.#image.holding[1] = count & 0xffff;
        for (let wave = 0; wave < this.wavePoints; wave += 1)
          this.#image.holding[firstRegister + this.togglingPoints + wave] = waveValue(count, wave);
        return this.#image;
      },
      behaviourOf: () => ({ kind: this.#behaviour }),
    });
    this.#port = this.#server.port;
  }

  async stop(): Promise<void> {
    await this.#server?.stop();
    this.#server = null;
  }

  get isIll(): boolean {
    return this.#behaviour !== 'normal' || this.#server === null;
  }

  /** Begins a fault; `mend` ends it. */
  async fail(fault: DeviceFault): Promise<void> {
    this.faultTimes.push([Date.now(), Number.POSITIVE_INFINITY]);
    if (fault === 'refused') return this.stop();
    if (fault !== 'reset') {
      this.#behaviour = fault;
      return;
    }
    await this.stop();
    await this.start();
  }

  async mend(): Promise<void> {
    if (this.#server === null) await this.start();
    this.#behaviour = 'normal';
    const last = this.faultTimes.at(-1);
    if (last !== undefined) last[1] = Date.now();
  }

  /** Turns one alarm, unless it was turned less than `restMs` ago. */
  toggle(point: number, nowMs: number, restMs: number): void {
    if (nowMs - (this.#sinceMs[point] as number) < restMs) return;
    this.#sinceMs[point] = nowMs;
    this.#trueBits ^= 1 << point;
    this.#image.holding[firstRegister + point] = this.isTrue(point) ? highValue : normalValue;
  }

  isTrue(point: number): boolean {
    return ((this.#trueBits >>> point) & 1) === 1;
  }

  togglingTag(point: number): string {
    return `AT-${100 + point}`;
  }

  waveTag(wave: number): string {
    return `PT-${100 + wave}`;
  }

  /** As the plant file has it. */
  station(): object {
    const register = (address: number, type: string) => ({ table: 'holding', address, type });
    const toggling = Array.from({ length: this.togglingPoints }, (_, point) => ({
      tag: this.togglingTag(point),
      name: { zh: `浓度 ${point}`, en: `Gas ${point}` },
      unit: '%LEL',
      range: { min: 0, max: 100 },
      register: register(firstRegister + point, 'uint16'),
      defaultAlarms: false,
      alarms: [{ kind: 'high', setpoint, deadband: 5, priority: 'medium', class: 'safety', response: { zh: '查看', en: 'Look' } }],
    }));
    const waves = Array.from({ length: this.wavePoints }, (_, wave) => ({
      tag: this.waveTag(wave),
      name: { zh: `压力 ${wave}`, en: `Pressure ${wave}` },
      unit: 'kPa',
      range: { min: 0, max: 1_000 },
      register: register(firstRegister + this.togglingPoints + wave, 'uint16'),
      defaultAlarms: false,
    }));
    const count = {
      tag: 'XQ-100',
      name: { zh: '应答次数', en: 'Answers' },
      kind: 'counter',
      register: register(0, 'uint32'),
      defaultAlarms: false,
    };
    return {
      id: this.stationId,
      type: 'regulating',
      name: { zh: this.stationId, en: this.stationId },
      area: 'all',
      devices: [
        {
          id: 'PLC-1',
          protocol: 'modbusTcp',
          host: loopback,
          port: this.#port,
          scan: '1s',
          points: [count, ...toggling, ...waves],
        },
      ],
    };
  }
}

/** What a wave shows in the n-th answer: another value each time. */
export function waveValue(count: number, wave: number): number {
  return (count * 7 + wave * 31) % 1_000;
}

export function plantTextOf(devices: readonly CountingDevice[]): string {
  return JSON.stringify({
    schema: 1,
    company: { id: 'soak', name: { zh: '耐久', en: 'Soak' } },
    areas: [{ id: 'all', name: { zh: '全部', en: 'All' } }],
    stations: devices.map((device) => device.station()),
  });
}
