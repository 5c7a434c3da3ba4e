// How a point is found in a Modbus device, and how a Modbus device is reached. Read-only: tables map to function codes 1 to 4.
// Source: MODBUS Application Protocol Specification V1.1b3, clauses 4.3, 6.1 to 6.4.
import { z } from 'zod';
import { durationSchema } from '../time/duration.ts';

/** coil FC01, discrete FC02, holding FC03, input FC04. */
export const modbusTables = ['coil', 'discrete', 'holding', 'input'] as const;
export type ModbusTable = (typeof modbusTables)[number];

export const modbusDataTypes = [
  'bit',
  'bitField',
  'int16',
  'uint16',
  'int32',
  'uint32',
  'int64',
  'uint64',
  'float32',
  'float64',
  'bcd16',
  'bcd32',
  'bcd48',
  'bcd64',
  'string',
] as const;
export type ModbusDataType = (typeof modbusDataTypes)[number];

/**
 * Order of the bytes of a multi-register value, most significant byte A first:
 * ABCD big-endian (the specification's order), CDAB words swapped, BADC bytes swapped in each word, DCBA both.
 */
export const wordOrders = ['ABCD', 'CDAB', 'BADC', 'DCBA'] as const;
export type WordOrder = (typeof wordOrders)[number];

export const modbusRegisterSchema = z.strictObject({
  table: z.enum(modbusTables).default('holding'),
  /** In the device's own numbering; `addressBase` of the device is subtracted for the wire. */
  address: z.int().min(0).max(65_536),
  type: z.enum(modbusDataTypes),
  wordOrder: z.enum(wordOrders).optional(),
  /** For `bit` in a register table: 0 is the least significant bit. */
  bit: z.int().min(0).max(15).optional(),
  /** For `bitField`: lowest bit and width. */
  bits: z.strictObject({ from: z.int().min(0).max(15), count: z.int().min(1).max(16) }).optional(),
  /** For `string`: length in registers (two characters each). */
  length: z.int().min(1).max(125).optional(),
});
export type ModbusRegister = z.output<typeof modbusRegisterSchema>;

/** Registers (or bits) that a value occupies. */
export function registersOf(register: ModbusRegister): number {
  switch (register.type) {
    case 'bit':
    case 'bitField':
    case 'int16':
    case 'uint16':
    case 'bcd16':
      return 1;
    case 'int32':
    case 'uint32':
    case 'float32':
    case 'bcd32':
      return 2;
    case 'bcd48':
      return 3;
    case 'int64':
    case 'uint64':
    case 'float64':
    case 'bcd64':
      return 4;
    case 'string':
      return register.length ?? 1;
  }
}

export const modbusLimitsSchema = z.strictObject({
  /** Most registers asked for in one request; the specification allows 125. */
  maxRegisters: z.int().min(1).max(125).default(125),
  /** Most coils or discrete inputs asked for in one request; the specification allows 2000. */
  maxBits: z.int().min(1).max(2000).default(2000),
  /** Unneeded registers that may be read along to join two blocks. */
  maxGap: z.int().min(0).max(124).default(8),
  /** Address ranges (device numbering, both ends included) that must never be touched: some devices answer an exception or hang. */
  forbidden: z.array(z.strictObject({ table: z.enum(modbusTables), from: z.int().min(0), to: z.int().min(0) })).default([]),
  /** Pause between two requests to the same device. */
  pause: durationSchema.default(0),
});
export type ModbusLimits = z.output<typeof modbusLimitsSchema>;

export const serialSchema = z.strictObject({
  path: z.string().min(1),
  baudRate: z.int().min(300).max(921_600).default(9600),
  dataBits: z.union([z.literal(7), z.literal(8)]).default(8),
  stopBits: z.union([z.literal(1), z.literal(2)]).default(1),
  parity: z.enum(['none', 'even', 'odd']).default('none'),
});
export type SerialLine = z.output<typeof serialSchema>;
