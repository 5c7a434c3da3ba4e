// One point of the plant file, compiled: profile entry merged in, address brought to the wire, signal turned into factor and offset.
import { Quality } from '../readings/quality.ts';
import { type CameraDeviceFile, cameraSignalOf } from './camera-devices.ts';
import type { DeviceProfile, ProfilePoint } from './device-profile.ts';
import { pointId } from './identifiers.ts';
import { type ModbusRegister, registersOf, type WordOrder } from './modbus-schema.ts';
import type { Point, PointSource, PointValidity } from './plant.ts';
import type { DeviceFile, PointFile } from './plant-file.ts';
import type { PathPart, PlantIssues } from './plant-issues.ts';

interface PointContext {
  readonly file: PointFile;
  readonly index: number;
  readonly stationId: string;
  readonly stationIndex: number;
  readonly deviceIndex: number;
  readonly deviceFile: DeviceFile | CameraDeviceFile;
  readonly profile: DeviceProfile | null;
  /** Point indexes of all tags of the same device, also those not compiled yet. */
  readonly tagIndexes: ReadonlyMap<string, number>;
  readonly path: readonly PathPart[];
  readonly issues: PlantIssues;
}

const validityQuality = {
  maintenance: Quality.badMaintenance,
  instrumentFault: Quality.badInstrumentFault,
  outOfService: Quality.badOutOfService,
  stale: Quality.badStale,
} as const;

export function compilePoint(context: PointContext): Point {
  const { file, path, issues } = context;
  const entry = profileEntry(context);
  const range = file.range ?? entry?.range ?? null;
  const kind = file.kind !== 'analog' ? file.kind : (entry?.kind ?? file.kind);
  if (range !== null && range.max <= range.min)
    issues.error([...path, 'range'], `range ends (${range.max}) at or before it begins (${range.min})`);
  if (kind === 'analog' && range === null) issues.error([...path, 'range'], `analogue point ${file.tag} needs its physical range`);
  const { factor, offset, milliamp } = signalOf(context, entry, range);
  return {
    index: context.index,
    id: pointId(context.stationId, file.tag),
    tag: file.tag,
    stationIndex: context.stationIndex,
    deviceIndex: context.deviceIndex,
    name: file.name,
    kind,
    role: file.role === 'other' ? (entry?.role ?? 'other') : file.role,
    unitOf: file.unitOf ?? null,
    plan:
      file.plan === undefined
        ? null
        : {
            zone: file.plan.zone ?? null,
            at: file.plan.x === undefined || file.plan.y === undefined ? null : { x: file.plan.x, y: file.plan.y },
          },
    unit: file.unit === '' ? (entry?.unit ?? '') : file.unit,
    range,
    factor,
    offset,
    milliamp,
    invalidRaw: file.invalidRaw.length > 0 ? file.invalidRaw : (entry?.invalidRaw ?? []),
    validity: validityOf(context),
    heartbeat: heartbeatOf(context),
    digits: file.digits,
    scanMs: file.scan ?? context.deviceFile.scan,
    exceptionDeviation: file.exceptionDeviation,
    states: file.states ?? entry?.states ?? null,
    normal: file.normal ?? null,
    setpoint: file.setpoint ?? null,
    source: sourceOf(context, entry),
    alarmIndexes: [],
  };
}

function profileEntry({ file, profile, path, issues }: PointContext): ProfilePoint | null {
  if (file.from === undefined) {
    if (file.channel !== undefined) issues.error([...path, 'channel'], 'channel needs from: it counts entries of a profile');
    return null;
  }
  if (profile === null) {
    issues.error([...path, 'from'], `from: ${file.from} needs a profile at the device`);
    return null;
  }
  const entry = profile.points[file.from];
  if (entry === undefined) {
    issues.error([...path, 'from'], `profile ${profile.id} has no point ${file.from}: it has ${Object.keys(profile.points).join(', ')}`);
    return null;
  }
  if (file.channel !== undefined && entry.channelStep === undefined)
    issues.error([...path, 'channel'], `${file.from} of profile ${profile.id} does not repeat`);
  return entry;
}

function sourceOf(context: PointContext, entry: ProfilePoint | null): PointSource {
  const { file, deviceFile, path, issues } = context;
  if (deviceFile.protocol === 'camera') return { kind: 'camera', signal: cameraSignalOf(file.tag) };
  if (deviceFile.protocol === 'opcua') {
    if (file.node === undefined) issues.error([...path, 'node'], `point ${file.tag} of an OPC UA device needs its node id`);
    if (file.register !== undefined) issues.error([...path, 'register'], 'a point of an OPC UA device has a node, not a register');
    return { kind: 'opcua', nodeId: file.node ?? '', deadband: file.deadband };
  }
  if (file.deadband > 0)
    issues.error([...path, 'deadband'], 'a deadband at the source is for OPC UA; for history there is exceptionDeviation');
  if (file.node !== undefined) issues.error([...path, 'node'], 'a point of a Modbus device has a register, not a node');
  const register: ModbusRegister | undefined = file.register ?? entry?.register;
  if (register === undefined) {
    issues.error([...path, 'register'], `point ${file.tag} of a Modbus device needs its register`);
    return { kind: 'modbus', register: { table: 'holding', address: 0, type: 'uint16', wordOrder: 'ABCD' } };
  }
  const fromProfile = file.register === undefined;
  const base = fromProfile ? (context.profile?.addressBase ?? deviceFile.addressBase) : deviceFile.addressBase;
  const wordOrder: WordOrder = file.register?.wordOrder ?? (fromProfile ? context.profile?.wordOrder : undefined) ?? deviceFile.wordOrder;
  const address = register.address + ((file.channel ?? 1) - 1) * (entry?.channelStep ?? 0) - base;
  checkRegister(context, deviceFile, register, address);
  return { kind: 'modbus', register: { ...register, address, wordOrder } };
}

function checkRegister({ path, issues }: PointContext, deviceFile: DeviceFile, register: ModbusRegister, wireAddress: number): void {
  const at: PathPart[] = [...path, 'register'];
  const isBitTable = register.table === 'coil' || register.table === 'discrete';
  if (wireAddress < 0) issues.error([...at, 'address'], `address ${register.address} lies before the first one (addressBase is 1)`);
  if (wireAddress + registersOf(register) > 65_536)
    issues.error([...at, 'address'], `address ${register.address} lies beyond the last register 65535`);
  if (isBitTable && register.type !== 'bit') issues.error([...at, 'type'], `table ${register.table} holds single bits: type must be bit`);
  if (!isBitTable && register.type === 'bit' && register.bit === undefined)
    issues.error([...at, 'bit'], 'a bit of a register needs bit: 0 to 15');
  if (isBitTable && register.bit !== undefined) issues.error([...at, 'bit'], `table ${register.table} holds single bits: leave bit out`);
  if (register.type === 'bitField' && register.bits === undefined) issues.error([...at, 'bits'], 'a bit field needs bits: { from, count }');
  if (register.bits !== undefined && register.bits.from + register.bits.count > 16)
    issues.error([...at, 'bits'], 'bits reach beyond the register (from + count must be ≤ 16)');
  if (register.type === 'string' && register.length === undefined)
    issues.error([...at, 'length'], 'a string needs its length in registers');
  if (deviceFile.protocol !== 'opcua' && registersOf(register) > deviceFile.limits.maxRegisters) {
    issues.error(
      at,
      `the value takes ${registersOf(register)} registers, more than the device allows in one request (${deviceFile.limits.maxRegisters})`,
    );
  }
}

function signalOf(
  { file, path, issues }: PointContext,
  entry: ProfilePoint | null,
  range: Point['range'],
): Pick<Point, 'factor' | 'offset' | 'milliamp'> {
  const signal = file.signal ?? entry?.signal;
  const scale = file.scale ?? entry?.scale;
  if (file.signal !== undefined && file.scale !== undefined) issues.error([...path, 'scale'], 'give signal or scale, not both');
  if (signal === undefined || (file.scale !== undefined && file.signal === undefined)) {
    if (scale?.factor === 0) issues.error([...path, 'scale', 'factor'], 'factor 0 would make every value the same');
    return { factor: scale?.factor ?? 1, offset: scale?.offset ?? 0, milliamp: null };
  }
  if (range === null) {
    issues.error([...path, 'signal'], 'signal needs range: its ends are mapped to the ends of range');
    return { factor: 1, offset: 0, milliamp: null };
  }
  if (signal.high === signal.low) {
    issues.error([...path, 'signal'], 'signal low and high are equal');
    return { factor: 1, offset: 0, milliamp: null };
  }
  const factor = (range.max - range.min) / (signal.high - signal.low);
  const perMilliamp = 16 / (signal.high - signal.low);
  return {
    factor,
    offset: range.min - signal.low * factor,
    milliamp: signal.currentLoop ? { factor: perMilliamp, offset: 4 - signal.low * perMilliamp } : null,
  };
}

function validityOf({ file, tagIndexes, path, issues }: PointContext): readonly PointValidity[] {
  return file.validity.flatMap((validity, index): PointValidity[] => {
    const at: PathPart[] = [...path, 'validity', index];
    const pointIndex = tagIndexes.get(validity.tag);
    if (pointIndex === undefined) {
      issues.error([...at, 'tag'], `${validity.tag} is not a point of the same device`);
      return [];
    }
    if ((validity.equals === undefined) === (validity.bit === undefined)) {
      issues.error(at, 'give exactly one of equals and bit');
      return [];
    }
    const test =
      validity.equals === undefined
        ? ({ kind: 'bit', bit: validity.bit ?? 0 } as const)
        : ({ kind: 'equals', value: validity.equals } as const);
    return [{ pointIndex, test, quality: validityQuality[validity.reason] }];
  });
}

function heartbeatOf({ file, tagIndexes, path, issues }: PointContext): Point['heartbeat'] {
  if (file.heartbeat === undefined) return null;
  const pointIndex = tagIndexes.get(file.heartbeat.tag);
  if (pointIndex === undefined) {
    issues.error([...path, 'heartbeat', 'tag'], `${file.heartbeat.tag} is not a point of the same device`);
    return null;
  }
  return { pointIndex, afterMs: file.heartbeat.after };
}
