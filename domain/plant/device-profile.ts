// A device profile: the register map of a real instrument, used by name in plant files. Data with its source and how sure it is.
import type { ModbusLimits, ModbusRegister, WordOrder } from './modbus-schema.ts';
import type { PointFile } from './plant-file.ts';
import type { PointKind, PointRole } from './plant-kinds.ts';

/** V read in a maker's manual · V2 second-hand copy or library · G general knowledge · U unverified template. */
export type ProfileCertainty = 'V' | 'V2' | 'G' | 'U';

export interface ProfilePoint {
  readonly register: Omit<ModbusRegister, 'wordOrder'>;
  /** Registers between channel n and n + 1, where the entry repeats. */
  readonly channelStep?: number;
  readonly kind?: PointKind;
  readonly role?: PointRole;
  readonly unit?: string;
  readonly range?: { readonly min: number; readonly max: number };
  readonly scale?: { readonly factor: number; readonly offset: number };
  readonly signal?: { readonly low: number; readonly high: number; readonly currentLoop: boolean };
  readonly digits?: number;
  readonly invalidRaw?: readonly number[];
  readonly states?: PointFile['states'];
  readonly note?: string;
}

export interface DeviceProfile {
  readonly id: string;
  readonly maker: string;
  readonly model: string;
  readonly certainty: ProfileCertainty;
  readonly source: string;
  readonly addressBase: 0 | 1;
  readonly wordOrder: WordOrder;
  readonly limits?: Partial<ModbusLimits>;
  readonly points: Readonly<Record<string, ProfilePoint>>;
}
