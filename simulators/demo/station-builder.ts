// Words for writing the demo plant: points as short lines, registers handed out in order. Produces the plain objects of a plant file.

export interface PointInput {
  [key: string]: unknown;
  readonly tag: string;
}
export interface DeviceInput {
  [key: string]: unknown;
  readonly id: string;
  readonly points: PointInput[];
}

type Name = readonly [zh: string, en: string];

export function named([zh, en]: Name): { zh: string; en: string } {
  return { zh, en };
}

type NumberType = 'float32' | 'float64' | 'int16' | 'uint16' | 'int32' | 'uint32' | 'bcd32' | 'uint64';
const words: Readonly<Record<NumberType, number>> = {
  float32: 2,
  float64: 4,
  int16: 1,
  uint16: 1,
  int32: 2,
  uint32: 2,
  bcd32: 2,
  uint64: 4,
};

/** Hands out registers one after another, as a PLC programmer would. */
export class RegisterMap {
  #holding: number;
  #input: number;
  #discrete = 0;
  #statusWord = -1;
  #statusBit = 16;

  constructor(first = 0) {
    this.#holding = first;
    this.#input = first;
  }

  number(type: NumberType, table: 'holding' | 'input' = 'holding'): object {
    const address = table === 'holding' ? this.#holding : this.#input;
    if (table === 'holding') this.#holding += words[type];
    else this.#input += words[type];
    return { table, address, type };
  }

  discrete(): object {
    this.#discrete += 1;
    return { table: 'discrete', address: this.#discrete - 1, type: 'bit' };
  }

  /** Bits of status words in the holding table. */
  bit(): object {
    if (this.#statusBit === 16) {
      this.#statusWord = this.#holding;
      this.#holding += 1;
      this.#statusBit = 0;
    }
    this.#statusBit += 1;
    return { table: 'holding', address: this.#statusWord, type: 'bit', bit: this.#statusBit - 1 };
  }
}

export interface Place {
  /** The address of a point in its device: a register or a node. */
  analog(tag: string): object;
  bit(tag: string): object;
}

export function modbusPlace(
  map: RegisterMap,
  type: NumberType = 'float32',
  bits: 'discrete' | 'status' = 'discrete',
  table: 'holding' | 'input' = 'holding',
): Place {
  return {
    analog: () => ({ register: map.number(type, table) }),
    bit: () => ({ register: bits === 'discrete' ? map.discrete() : map.bit() }),
  };
}

export function opcuaPlace(stationId: string): Place {
  const node = (tag: string) => ({ node: `nsu=urn:gatewatch:demo;s=${stationId}.${tag}` });
  return { analog: node, bit: node };
}

export function analog(
  place: Place,
  tag: string,
  name: Name,
  role: string,
  unit: string,
  range: readonly [number, number],
  more: Record<string, unknown> = {},
): PointInput {
  return { tag, name: named(name), role, unit, range: { min: range[0], max: range[1] }, ...place.analog(tag), ...more };
}

export function discrete(
  place: Place,
  tag: string,
  name: Name,
  role: string,
  states: readonly [zero: Name, one: Name],
  more: Record<string, unknown> = {},
): PointInput {
  const abnormal = more.abnormal === undefined ? 1 : more.abnormal;
  const { abnormal: _, ...rest } = more;
  return {
    tag,
    name: named(name),
    kind: 'discrete',
    role,
    ...place.bit(tag),
    states: states.map((state, value) => ({ value, name: named(state), isNormal: value !== abnormal })),
    ...rest,
  };
}

interface Guidance {
  readonly cause?: Name;
  readonly consequence?: Name;
  readonly response?: Name;
  readonly responseTime?: string;
}

export function limit(
  kind: 'highHigh' | 'high' | 'low' | 'lowLow',
  setpoint: number,
  priority: string,
  more: Record<string, unknown> & Guidance = {},
): object {
  return { kind, setpoint, priority, ...guided(more) };
}

export function guided(more: Record<string, unknown> & Guidance): Record<string, unknown> {
  const { cause, consequence, response, message, ...rest } = more as Record<string, unknown> & Guidance & { message?: Name };
  return {
    ...rest,
    ...(message === undefined ? {} : { message: named(message) }),
    ...(cause === undefined ? {} : { cause: named(cause) }),
    ...(consequence === undefined ? {} : { consequence: named(consequence) }),
    ...(response === undefined ? {} : { response: named(response) }),
  };
}
