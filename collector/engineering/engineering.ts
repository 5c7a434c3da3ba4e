// Answers what an engineer asks of this collector: registers, nodes, plan, frames, a new connection. Checks again what the server has checked: that the
// device is this collector's, that the host is allowed, that no forbidden range is touched. It reads, through the drivers' own guarded channels.
import { BlockList, isIP } from 'node:net';
import type { CameraCommand } from '../../domain/messages/camera-command.ts';
import { commandDeadlineMs, type EngineeringAnswer, type EngineeringCommand } from '../../domain/messages/engineering-command.ts';
import { isModbusDevice } from '../../domain/plant/device-kinds.ts';
import { registersOf } from '../../domain/plant/modbus-schema.ts';
import type { ModbusDevice, Plant } from '../../domain/plant/plant.ts';
import type { Clock } from '../../domain/time/clock.ts';
import type { CommandHandler } from '../../link/link.ts';
import type { CameraWatch } from '../cameras/camera-watch.ts';
import { decodeNumber, decodeText } from '../drivers/modbus/decode-registers.ts';
import { type ChannelReply, ModbusChannel } from '../drivers/modbus/modbus-channel.ts';
import type { ModbusDrivers } from '../drivers/modbus/modbus-drivers.ts';
import type { InspectableOpcuaDriver } from '../drivers/opcua/opcua-driver.ts';
import { browseNodes, readNode, readNodeValue } from './inspect-opcua.ts';

export interface EngineeringOptions {
  readonly plant: Plant;
  /** Devices of this collector. */
  readonly deviceIndexes: ReadonlySet<number>;
  readonly modbus: ModbusDrivers;
  readonly opcua: readonly InspectableOpcuaDriver[];
  readonly clock: Clock;
  readonly random: () => number;
  readonly cameras: Pick<CameraWatch, 'answer'>;
}

type Failure = Extract<EngineeringAnswer, { kind: 'failed' }>;
type Peek = Extract<EngineeringCommand, { kind: 'peek' }>;

/** Commands under way at once: looking must never crowd out the scans of a line. */
const mostAtOnce = 4;
const peekTimeoutMs = 3_000;

export function createEngineering(options: EngineeringOptions): CommandHandler {
  let underWay = 0;
  return async (command) => {
    // A look at a camera has bounds of its own, and must not wait for an engineer's.
    if (isCameraCommand(command)) return options.cameras.answer(command);
    if (underWay >= mostAtOnce) return failed('busy');
    underWay += 1;
    try {
      return await withDeadline(answer(options, command), options.clock);
    } finally {
      underWay -= 1;
    }
  };
}

function isCameraCommand(command: EngineeringCommand): command is CameraCommand {
  return command.kind === 'cameraPicture' || command.kind === 'cameraRecordings' || command.kind === 'cameraProbes';
}

export function failed(reason: Failure['reason'], detail: string | null = null): Failure {
  return { kind: 'failed', reason, detail };
}

async function withDeadline(work: Promise<EngineeringAnswer>, clock: Clock): Promise<EngineeringAnswer> {
  let giveUp: () => void = () => undefined;
  const late = new Promise<EngineeringAnswer>((resolve) => {
    giveUp = () => resolve(failed('timeout'));
  });
  const timer = clock.after(commandDeadlineMs, giveUp);
  try {
    return await Promise.race([work, late]);
  } finally {
    timer.cancel();
  }
}

async function answer(options: EngineeringOptions, command: Exclude<EngineeringCommand, CameraCommand>): Promise<EngineeringAnswer> {
  switch (command.kind) {
    case 'peek':
      return peek(options, command);
    case 'point':
      return readPoint(options, command.pointId);
    case 'browse':
    case 'node': {
      const found = sessionOf(options, command.deviceId);
      if ('reason' in found) return found;
      return command.kind === 'browse' ? browseNodes(found.session, command.nodeId) : readNode(found.session, command.nodeId);
    }
    case 'plan':
    case 'frames': {
      const line = lineOf(options, command.deviceId);
      if ('reason' in line) return line;
      return command.kind === 'plan' ? planAnswer(options.plant, line) : framesAnswer(line);
    }
    case 'reconnect':
      return reconnect(options, command.deviceId);
  }
}

function deviceOf({ plant, deviceIndexes }: EngineeringOptions, deviceId: string) {
  const device = plant.devices[plant.deviceIndexById.get(deviceId) ?? -1];
  return device === undefined || !deviceIndexes.has(device.index) ? null : device;
}

function lineOf(options: EngineeringOptions, deviceId: string) {
  const device = deviceOf(options, deviceId);
  if (device === null) return failed('unknownDevice');
  return options.modbus.lineOf(device.index) ?? failed('wrongProtocol', device.protocol);
}

function sessionOf(options: EngineeringOptions, deviceId: string) {
  const device = deviceOf(options, deviceId);
  if (device === null) return failed('unknownDevice');
  const driver = options.opcua.find((candidate) => candidate.deviceIndex === device.index);
  if (driver === undefined) return failed('wrongProtocol', device.protocol);
  return driver.session === null ? failed('notConnected') : { session: driver.session };
}

function reconnect(options: EngineeringOptions, deviceId: string): EngineeringAnswer {
  const device = deviceOf(options, deviceId);
  if (device === null) return failed('unknownDevice');
  options.modbus.lineOf(device.index)?.reconnect();
  options.opcua.find((driver) => driver.deviceIndex === device.index)?.reconnect();
  return { kind: 'reconnecting' };
}

async function peek(options: EngineeringOptions, command: Peek): Promise<EngineeringAnswer> {
  const { clock } = options;
  const { target, table, address, count } = command;
  if (address + count > 65_536) return failed('tooManyRegisters', 'beyond register 65535');
  const place = peekPlace(options, target);
  if ('reason' in place) return place;
  const { device, unitId, timeoutMs } = place;
  if (device !== null) {
    const { limits } = device;
    const isBits = table === 'coil' || table === 'discrete';
    const most = isBits ? limits.maxBits : limits.maxRegisters;
    if (count > most) return failed('tooManyRegisters', `the plant file allows ${most} in one request`);
    const touched = limits.forbidden.find((range) => range.table === table && address <= range.to && range.from < address + count);
    if (touched !== undefined) return failed('forbiddenRange', `${touched.from} to ${touched.to} (from 0)`);
  }
  const startMs = clock.monotonicMs();
  try {
    const reply = await place.channel.read({ unitId, table, address, count, timeoutMs, pauseMs: device?.limits.pause ?? 0 });
    return registersAnswer(reply, table, count, clock.nowMs(), clock.monotonicMs() - startMs);
  } finally {
    if (place.isOwn) place.channel.stop();
  }
}

interface PeekPlace {
  readonly channel: ModbusChannel;
  /** The channel was made for this one look. */
  readonly isOwn: boolean;
  readonly unitId: number;
  readonly timeoutMs: number;
  /** Its limits hold; null for a device that the plant file does not know. */
  readonly device: ModbusDevice | null;
}

function peekPlace(options: EngineeringOptions, target: Peek['target']): PeekPlace | Failure {
  const { plant, modbus, clock, random } = options;
  if (target.kind === 'device') {
    const line = lineOf(options, target.deviceId);
    if ('reason' in line) return line;
    return { channel: line.channel, isOwn: false, unitId: line.device.unitId, timeoutMs: line.device.timeoutMs, device: line.device };
  }
  const { host, port, framing, unitId } = target;
  if (!isAllowedHost(options, host)) return failed('hostNotAllowed', host);
  const atPlace = plant.devices.filter(
    (device): device is ModbusDevice =>
      isModbusDevice(device) && device.line.kind === 'tcp' && device.line.host === host && device.line.port === port,
  );
  // The limits of the plant file hold however the device is named.
  const device = atPlace.find((candidate) => candidate.unitId === unitId) ?? null;
  const known = modbus.channelTo(framing, host, port);
  const channel =
    known ?? new ModbusChannel({ line: { kind: 'tcp', host, port }, framing, clock, random, connectTimeoutMs: peekTimeoutMs });
  return { channel, isOwn: known === null, unitId, timeoutMs: device?.timeoutMs ?? peekTimeoutMs, device };
}

/** Hosts of this collector's own devices, and what the plant file names besides. */
function isAllowedHost({ plant, deviceIndexes }: EngineeringOptions, host: string): boolean {
  const ofDevices = plant.devices.some(
    (device) => deviceIndexes.has(device.index) && isModbusDevice(device) && device.line.kind === 'tcp' && device.line.host === host,
  );
  if (ofDevices || plant.peekHosts.includes(host)) return true;
  const family = isIP(host);
  if (family === 0) return false;
  const networks = new BlockList();
  for (const entry of plant.peekHosts) {
    const [network = '', prefix] = entry.split('/');
    const kind = isIP(network);
    if (prefix !== undefined && kind !== 0 && Number(prefix) <= (kind === 4 ? 32 : 128))
      networks.addSubnet(network, Number(prefix), kind === 4 ? 'ipv4' : 'ipv6');
  }
  return networks.check(host, family === 4 ? 'ipv4' : 'ipv6');
}

function registersAnswer(reply: ChannelReply, table: Peek['table'], count: number, atMs: number, tookMs: number): EngineeringAnswer {
  const failure = failureOf(reply);
  if (failure !== null) return failure;
  return { kind: 'registers', words: wordsOf(reply, table, count), atMs, tookMs: Math.round(tookMs * 10) / 10 };
}

function wordsOf(reply: ChannelReply, table: Peek['table'], count: number): number[] {
  const bytes = reply.kind === 'data' ? reply.bytes : Buffer.alloc(0);
  const isBits = table === 'coil' || table === 'discrete';
  return Array.from({ length: count }, (_, index) =>
    isBits ? ((bytes[index >> 3] ?? 0) >> (index & 7)) & 1 : ((bytes[index * 2] ?? 0) << 8) | (bytes[index * 2 + 1] ?? 0),
  );
}

const exceptionNames: Readonly<Record<number, string>> = {
  1: '01 illegal function',
  2: '02 illegal data address',
  3: '03 illegal data value',
  4: '04 device failure',
  5: '05 acknowledge',
  6: '06 device busy',
  10: '0A gateway path unavailable',
  11: '0B gateway target does not respond',
};

function failureOf(reply: ChannelReply): Failure | null {
  switch (reply.kind) {
    case 'data':
      return null;
    case 'exception':
      return failed('deviceException', exceptionNames[reply.code] ?? String(reply.code));
    case 'failed':
      return reply.reason === 'securityRejected' || reply.reason === 'signInRejected' || reply.reason === 'configuration'
        ? failed('rejected', reply.reason)
        : failed(reply.reason);
  }
}

/** What a point is now at its source: words, raw number, scaled value; past the scan, past every filter. */
async function readPoint(options: EngineeringOptions, pointId: string): Promise<EngineeringAnswer> {
  const { plant, clock } = options;
  const point = plant.points[plant.pointIndexById.get(pointId) ?? -1];
  const deviceId = plant.devices[point?.deviceIndex ?? -1]?.id;
  if (point === undefined || deviceId === undefined) return failed('unknownDevice', pointId);
  const scaled = (raw: number | null) => (raw === null || !Number.isFinite(raw) ? null : raw * point.factor + point.offset);
  if (point.source.kind === 'opcua') {
    const found = sessionOf(options, deviceId);
    if ('reason' in found) return found;
    const { raw, text, status } = await readNodeValue(found.session, point.source.nodeId);
    return { kind: 'point', pointId, words: null, raw, value: scaled(raw), text, status, atMs: clock.nowMs() };
  }
  if (point.source.kind === 'camera') return failed('wrongProtocol', 'camera');
  const line = lineOf(options, deviceId);
  if ('reason' in line) return line;
  const { register } = point.source;
  const count = registersOf(register);
  const { unitId, timeoutMs, limits } = line.device;
  const reply = await line.channel.read({
    unitId,
    table: register.table,
    address: register.address,
    count,
    timeoutMs,
    pauseMs: limits.pause,
  });
  const failure = failureOf(reply);
  if (failure !== null) return failure;
  const words = wordsOf(reply, register.table, count);
  const isBits = register.table === 'coil' || register.table === 'discrete';
  const bytes = reply.kind === 'data' ? reply.bytes : Buffer.alloc(0);
  const decoded = isBits ? (words[0] ?? 0) : decodeNumber(register, bytes, 0);
  const raw = Number.isFinite(decoded) ? decoded : null;
  const text = register.type === 'string' ? decodeText(register, bytes, 0) : null;
  return { kind: 'point', pointId, words, raw, value: scaled(raw), text, status: 'Good', atMs: clock.nowMs() };
}

function planAnswer(plant: Plant, line: Exclude<ReturnType<typeof lineOf>, Failure>): EngineeringAnswer {
  return {
    kind: 'plan',
    groups: line.groups.map(({ scanMs, requests }) => ({
      scanMs,
      requests: requests.map(({ table, address, count, points }) => ({
        table,
        address,
        count,
        pointIds: points.map(({ pointIndex }) => plant.points[pointIndex]?.id ?? ''),
      })),
    })),
  };
}

function framesAnswer(line: Exclude<ReturnType<typeof lineOf>, Failure>): EngineeringAnswer {
  const { frames } = line.channel;
  return {
    kind: 'frames',
    framing: frames.framing,
    frames: frames.ofUnit(line.device.unitId).map(({ atMs, direction, bytes }) => ({ atMs, direction, hex: bytes.toString('hex') })),
  };
}
