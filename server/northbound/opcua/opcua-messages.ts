// What the server and its OPC UA thread tell each other. The thread knows the plant and what it is told; every decision about people and alarms is the server's.
import type { AlarmDefinition } from '../../../domain/alarms/alarm-definition.ts';
import type { OpcuaServerSettings } from '../../../domain/plant/compile-northbound.ts';
import type { Area, Device, Plant, Point, Station } from '../../../domain/plant/plant.ts';
import type { AlarmRecord } from '../../alarms/alarm-record.ts';

/** The part of the plant that other systems see. Registers, hosts and secrets stay behind. */
export interface OpcuaModel {
  readonly company: Plant['company'];
  readonly areas: readonly Area[];
  readonly stations: readonly Pick<Station, 'index' | 'id' | 'type' | 'name' | 'areaId' | 'address' | 'deviceIndexes' | 'pointIndexes'>[];
  readonly devices: readonly Pick<Device, 'index' | 'id' | 'stationIndex' | 'name' | 'pointIndexes'>[];
  readonly points: readonly ModelPoint[];
  readonly alarms: readonly AlarmDefinition[];
  /** Index into `stations`. */
  readonly stationIndexes: readonly number[];
  readonly reannounceAfterMs: Readonly<Record<AlarmDefinition['priority'], number | null>>;
}

export type ModelPoint = Pick<
  Point,
  | 'index'
  | 'id'
  | 'tag'
  | 'stationIndex'
  | 'deviceIndex'
  | 'name'
  | 'kind'
  | 'role'
  | 'unitOf'
  | 'unit'
  | 'range'
  | 'states'
  | 'normal'
  | 'setpoint'
>;

export interface OpcuaWorkerData {
  /** Alarms follow in slices. */
  readonly model: Omit<OpcuaModel, 'alarms'>;
  readonly settings: OpcuaServerSettings;
  readonly pkiDir: string;
  readonly version: string;
}

/** An alarm as the server's table has it, with what only the whole list can tell. */
export interface AlarmNote {
  readonly index: number;
  readonly record: AlarmRecord;
  readonly isFirstOut: boolean;
  /** Its shelving ends when the condition has gone once. */
  readonly isOneShot: boolean;
}

/** Columns of equal length; `text` by row. */
export interface ValueColumns {
  readonly point: Uint32Array;
  readonly timeMs: Float64Array;
  readonly value: Float64Array;
  readonly quality: Uint8Array;
  readonly text: ReadonlyMap<number, string>;
}

/** What a client asked to be done to an alarm. `shelveForMs` null: as long as the rules allow, and until the condition has gone. */
export type OpcuaAction =
  | { readonly kind: 'acknowledge' | 'comment'; readonly eventId: Uint8Array; readonly comment: string | null }
  | { readonly kind: 'timedShelve'; readonly forMs: number; readonly comment: string | null }
  | { readonly kind: 'oneShotShelve' | 'unshelve' | 'reset'; readonly comment: string | null };

export type ToOpcuaWorker =
  /** Part of the model's alarms, in order. */
  | { readonly kind: 'model'; readonly alarms: readonly AlarmDefinition[]; readonly isLast: boolean }
  | { readonly kind: 'values'; readonly columns: ValueColumns }
  | { readonly kind: 'alarms'; readonly notes: readonly AlarmNote[]; readonly isSnapshot: boolean }
  | { readonly kind: 'definitions'; readonly changed: readonly AlarmDefinition[] }
  | { readonly kind: 'signedIn'; readonly request: number; readonly grant: OpcuaGrant | null }
  | { readonly kind: 'acted'; readonly request: number; readonly answer: OpcuaAnswer }
  /** The identity behind a grant has ended: its OPC UA sessions are closed. */
  | { readonly kind: 'revoked'; readonly grantId: string }
  | { readonly kind: 'stop' };

/** Who a session belongs to. The token stays with the server. */
export interface OpcuaGrant {
  readonly grantId: string;
  readonly username: string;
  /** Null for all. */
  readonly stationIds: readonly string[] | null;
}

/** Name of the OPC UA status code and, for a refusal, why in words. */
export interface OpcuaAnswer {
  readonly status: string;
  readonly text: string | null;
  /** Which input argument is at fault, counted from 0. */
  readonly badArgument: number | null;
}

export type FromOpcuaWorker =
  | { readonly kind: 'listening'; readonly endpoint: string; readonly certificateThumbprint: string }
  | { readonly kind: 'signIn'; readonly request: number; readonly username: string; readonly password: string; readonly from: string }
  | { readonly kind: 'signOut'; readonly grantId: string }
  | {
      readonly kind: 'act';
      readonly request: number;
      /** Null for an anonymous session. */
      readonly grantId: string | null;
      readonly alarmIndex: number;
      readonly action: OpcuaAction;
      /** Name that the client application gives itself. */
      readonly client: string;
    }
  /** Somebody tried what is not allowed. */
  | { readonly kind: 'refused'; readonly grantId: string | null; readonly what: string }
  | {
      readonly kind: 'certificateRefused';
      readonly thumbprint: string;
      readonly subject: string;
      readonly status: string;
    }
  | {
      readonly kind: 'status';
      readonly sessions: number;
      readonly subscriptions: number;
      readonly events: number;
      readonly heapBytes: number;
    }
  | {
      readonly kind: 'log';
      readonly level: 'debug' | 'info' | 'warn' | 'error';
      readonly message: string;
      readonly fields: Readonly<Record<string, unknown>>;
    };
