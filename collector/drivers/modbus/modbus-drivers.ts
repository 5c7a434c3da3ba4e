// Modbus devices as polled drivers: each scan group is planned once, read request by request, and handed on as one batch.
import { registersOf } from '../../../domain/plant/modbus-schema.ts';
import type { ModbusDevice, Plant } from '../../../domain/plant/plant.ts';
import { Quality } from '../../../domain/readings/quality.ts';
import { createReadingBatch, pushReading, type ReadingBatch } from '../../../domain/readings/reading-batch.ts';
import type { Clock } from '../../../domain/time/clock.ts';
import type { ConnectionState, DriverFailure, DriverSink, PolledDriver, ScanOutcome } from '../driver.ts';
import { type DecodableRegister, decodeNumber, decodeText } from './decode-registers.ts';
import { type ChannelReply, ModbusChannel } from './modbus-channel.ts';
import { type PlannedPoint, planReads, type ReadRequest, splitRequest } from './plan-reads.ts';

export interface ModbusDriversOptions {
  readonly plant: Plant;
  readonly devices: readonly ModbusDevice[];
  readonly sink: DriverSink;
  readonly clock: Clock;
  readonly random?: () => number;
}

/** A device's line as an engineer looks at it. It reads, through the same guarded port as the scans, and never beside them: the line has one request in flight. */
export interface ModbusLine {
  readonly device: ModbusDevice;
  readonly channel: ModbusChannel;
  readonly groups: readonly { readonly scanMs: number; readonly requests: readonly ReadRequest[] }[];
  reconnect(): void;
}

export interface ModbusDrivers {
  readonly drivers: readonly PolledDriver[];
  lineOf(deviceIndex: number): ModbusLine | null;
  /** The channel that goes to this place already, if any: a serial gateway may take one connection only. */
  channelTo(framing: 'tcp' | 'rtu', host: string, port: number): ModbusChannel | null;
  stop(): Promise<void>;
}

export function createModbusDrivers(options: ModbusDriversOptions): ModbusDrivers {
  const random = options.random ?? Math.random;
  const channels = new Map<string, ModbusChannel>();
  const drivers = options.devices.map((device) => {
    const framing = device.protocol === 'modbusTcp' ? 'tcp' : 'rtu';
    const key = device.line.kind === 'tcp' ? `${framing} ${device.line.host}:${device.line.port}` : `serial ${device.line.serial.path}`;
    let channel = channels.get(key);
    if (channel === undefined) {
      channel = new ModbusChannel({
        line: device.line,
        framing,
        clock: options.clock,
        random,
        connectTimeoutMs: Math.max(device.timeoutMs, 1_000),
      });
      channels.set(key, channel);
    }
    return new ModbusDriver(device, channel, options, random);
  });
  return {
    drivers,
    lineOf: (deviceIndex) => drivers.find((driver) => driver.deviceIndex === deviceIndex) ?? null,
    channelTo: (framing, host, port) => channels.get(`${framing} ${host}:${port}`) ?? null,
    async stop() {
      for (const driver of drivers) await driver.stop();
      for (const channel of channels.values()) channel.stop();
    },
  };
}

interface ScanGroup {
  readonly scanMs: number;
  readonly pointIndexes: readonly number[];
  requests: readonly ReadRequest[];
  readonly batch: ReadingBatch;
  /** Scans until the joined plan is tried again after a device refused a part of it. */
  scansUntilReplan: number;
  /** What the device refused in the last scan. */
  refused: ReadonlySet<ReadRequest>;
}

const scansBeforeReplan = 600;
const unitBackOffFirstMs = 1_000;
const unitBackOffLongestMs = 30_000;

class ModbusDriver implements PolledDriver, ModbusLine {
  readonly kind = 'polled';
  readonly deviceIndex: number;
  readonly groups: readonly ScanGroup[];
  readonly device: ModbusDevice;
  readonly channel: ModbusChannel;
  readonly #options: ModbusDriversOptions;
  readonly #random: () => number;
  #connection: ConnectionState['kind'] = 'disconnected';
  #failures = 0;
  #notBeforeMs = 0;
  #lastReason: DriverFailure = 'closed';
  #isStopped = false;

  constructor(device: ModbusDevice, channel: ModbusChannel, options: ModbusDriversOptions, random: () => number) {
    this.device = device;
    this.channel = channel;
    this.#options = options;
    this.#random = random;
    this.deviceIndex = device.index;
    const byRate = new Map<number, PlannedPoint[]>();
    for (const pointIndex of device.pointIndexes) {
      const point = options.plant.points[pointIndex];
      if (point?.source.kind !== 'modbus') continue;
      const planned = { pointIndex, register: point.source.register };
      const list = byRate.get(point.scanMs);
      if (list === undefined) byRate.set(point.scanMs, [planned]);
      else list.push(planned);
    }
    this.groups = [...byRate].map(([scanMs, points]) => ({
      scanMs,
      pointIndexes: points.map((point) => point.pointIndex),
      requests: planReads(points, device.limits),
      batch: createReadingBatch(options.plant.pointTable, points.length),
      scansUntilReplan: 0,
      refused: new Set(),
    }));
  }

  async scan(groupIndex: number): Promise<ScanOutcome> {
    const group = this.groups[groupIndex];
    if (group === undefined) throw new RangeError(`device ${this.device.id} has no scan group ${groupIndex}`);
    group.batch.length = 0;
    group.batch.text = null;
    if (this.#isStopped) return { kind: 'failed', reason: 'stopped', requests: 0, errors: 0 };
    if (this.#options.clock.monotonicMs() < this.#notBeforeMs) return this.#finishFailed(group, this.#lastReason, 0, 0);
    if (group.scansUntilReplan > 0) {
      group.scansUntilReplan -= 1;
      if (group.scansUntilReplan === 0)
        group.requests = planReads(
          group.requests.flatMap((request) => request.points),
          this.device.limits,
        );
    }
    let requests = 0;
    let errors = 0;
    if (this.#connection === 'disconnected') this.#tell({ kind: 'connecting' });
    const worklist = [...group.requests];
    const refined: ReadRequest[] = [];
    const refused = new Set<ReadRequest>();
    while (worklist.length > 0) {
      const request = worklist.shift() as ReadRequest;
      const reply: ChannelReply = await this.channel.read({
        unitId: this.device.unitId,
        table: request.table,
        address: request.address,
        count: request.count,
        timeoutMs: this.device.timeoutMs,
        pauseMs: this.device.limits.pause,
      });
      requests += 1;
      if (this.#isStopped) return { kind: 'failed', reason: 'stopped', requests, errors };
      switch (reply.kind) {
        case 'data':
          this.#decode(group.batch, request, reply.bytes);
          refined.push(request);
          // What it refused it gives again: a device that refused everything for a moment is not to be asked register by register for minutes.
          if (group.refused.has(request)) group.scansUntilReplan = 1;
          break;
        case 'exception': {
          errors += 1;
          // 0x0A and 0x0B: the gateway lives, the device behind it does not answer.
          if (reply.code === 0x0a || reply.code === 0x0b) return this.#finishFailed(group, 'unreachable', requests, errors);
          // 02 on a joined block: one register in it does not exist. Halve until it is found, so that the others stay good.
          const halves = reply.code === 2 ? splitRequest(request) : null;
          if (halves !== null) {
            worklist.unshift(...halves);
            group.scansUntilReplan = scansBeforeReplan;
            break;
          }
          for (const point of request.points)
            pushReading(group.batch, point.pointIndex, this.#options.clock.nowMs(), Number.NaN, Quality.badDeviceException);
          refined.push(request);
          refused.add(request);
          break;
        }
        case 'failed':
          return this.#finishFailed(group, reply.reason, requests, errors + 1);
      }
    }
    group.requests = refined;
    group.refused = refused;
    this.#failures = 0;
    this.#tell({ kind: 'connected' });
    this.#options.sink.readings(group.batch);
    return { kind: 'done', requests, errors };
  }

  reconnect(): void {
    this.#failures = 0;
    this.#notBeforeMs = 0;
    this.channel.reconnect();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
  }

  #decode(batch: ReadingBatch, request: ReadRequest, bytes: Buffer): void {
    const nowMs = this.#options.clock.nowMs();
    const isBits = request.table === 'coil' || request.table === 'discrete';
    for (const { pointIndex, register } of request.points) {
      const position = register.address - request.address;
      if (isBits) {
        pushReading(batch, pointIndex, nowMs, ((bytes[position >> 3] ?? 0) >> (position & 7)) & 1, Quality.good);
        continue;
      }
      const decodable = register as DecodableRegister;
      if (register.type === 'string') {
        batch.text ??= new Map();
        batch.text.set(batch.length, decodeText(decodable, bytes, position * 2));
      } else if (position + registersOf(register) > bytes.length / 2) {
        pushReading(batch, pointIndex, nowMs, Number.NaN, Quality.badDeviceException);
        continue;
      }
      pushReading(batch, pointIndex, nowMs, decodeNumber(decodable, bytes, position * 2), Quality.good);
    }
  }

  /** A scan that did not succeed is an explicit gap: every point of the group gets a bad reading. */
  #finishFailed(group: ScanGroup, reason: DriverFailure, requests: number, errors: number): ScanOutcome {
    const { clock, sink } = this.#options;
    if (requests > 0) {
      this.#lastReason = reason;
      this.#failures += 1;
      // The first failure is tried again at the next scan; after that the unit waits, so that a dead one does not starve its neighbours on the line.
      const ceilingMs = this.#failures < 2 ? 0 : Math.min(unitBackOffLongestMs, unitBackOffFirstMs * 2 ** Math.min(10, this.#failures - 2));
      const waitMs = ceilingMs / 2 + this.#random() * (ceilingMs / 2);
      this.#notBeforeMs = clock.monotonicMs() + waitMs;
      this.#tell({ kind: 'failed', reason, retryInMs: Math.max(waitMs, this.channel.retryInMs) });
    }
    group.batch.length = 0;
    group.batch.text = null;
    const nowMs = clock.nowMs();
    for (const pointIndex of group.pointIndexes) pushReading(group.batch, pointIndex, nowMs, Number.NaN, Quality.badCommFail);
    sink.readings(group.batch);
    return { kind: 'failed', reason, requests, errors };
  }

  #tell(state: ConnectionState): void {
    if (state.kind === this.#connection && state.kind !== 'failed') return;
    this.#connection = state.kind;
    this.#options.sink.connection(this.deviceIndex, state);
  }
}
