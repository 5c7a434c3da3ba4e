// The plant as the program sees it: compiled from the plant file, everything resolved, indexed and checked. Nobody changes one;
// the server holds one whose alarm definitions are replaced as a whole when approved alarm settings come into force (`server/plant/current-plant.ts`).
import type { AlarmManagement } from '../alarm-settings/priority-matrix.ts';
import type { AlarmDefinition } from '../alarms/alarm-definition.ts';
import type { CameraSignal } from '../cameras/camera.ts';
import type { LiveViewKind } from '../cameras/camera-file.ts';
import type { PictureLimits } from '../cameras/judge-picture.ts';
import type { DutyPlan } from '../duty/duty-plan.ts';
import type { IncidentSettings } from '../incidents/incident-settings.ts';
import type { ResponsePlan } from '../incidents/response-plan.ts';
import type { NotificationSettings } from '../notification/notification-settings.ts';
import type { PatrolPlan } from '../patrols/patrol-plan.ts';
import type { QualityCode } from '../readings/quality.ts';
import type { PointTable } from '../readings/reading-batch.ts';
import type { LocalizedText } from '../text/localized-text.ts';
import type { Northbound } from './compile-northbound.ts';
import type { ModbusLimits, ModbusRegister, SerialLine, WordOrder } from './modbus-schema.ts';
import type { PointKind, PointRole, StationType } from './plant-kinds.ts';

export interface Plant {
  /** Hash of the plant file's text: changes when anything changes. */
  readonly version: string;
  readonly company: { readonly id: string; readonly name: LocalizedText; readonly timeZone: string };
  readonly alarmManagement: AlarmManagement;
  readonly areas: readonly Area[];
  readonly stations: readonly Station[];
  readonly devices: readonly Device[];
  readonly points: readonly Point[];
  readonly alarms: readonly AlarmDefinition[];
  readonly pipelines: readonly Pipeline[];
  readonly duty: DutyPlan;
  readonly incidents: IncidentSettings;
  readonly responsePlans: readonly ResponsePlan[];
  readonly patrols: PatrolPlan;
  readonly notifications: NotificationSettings;
  readonly northbound: Northbound;
  /** Tiles of the map by name, the first that lies there where null; and whom their makers want named. */
  readonly map: { readonly tiles: string | null; readonly attribution: LocalizedText | null };
  /** Hosts and networks where an engineer may look at registers, beside those of the devices. */
  readonly peekHosts: readonly string[];
  /** `points[i].id` in order, for reading batches. */
  readonly pointTable: PointTable;
  readonly stationIndexById: ReadonlyMap<string, number>;
  readonly deviceIndexById: ReadonlyMap<string, number>;
  readonly pointIndexById: ReadonlyMap<string, number>;
  readonly alarmIndexById: ReadonlyMap<string, number>;
}

export interface Area {
  readonly id: string;
  readonly name: LocalizedText;
}

export interface Station {
  readonly index: number;
  readonly id: string;
  readonly type: StationType;
  readonly name: LocalizedText;
  readonly areaId: string;
  readonly address: LocalizedText | null;
  readonly position: { readonly latitude: number; readonly longitude: number } | null;
  readonly collectorId: string;
  readonly deviceIndexes: readonly number[];
  readonly pointIndexes: readonly number[];
}

export interface DeviceCommon {
  readonly index: number;
  /** `GS-01.PLC-1` */
  readonly id: string;
  readonly stationIndex: number;
  readonly name: LocalizedText;
  readonly profileId: string | null;
  readonly timeoutMs: number;
  readonly pointIndexes: readonly number[];
}

export interface ModbusDevice extends DeviceCommon {
  readonly protocol: 'modbusTcp' | 'modbusRtuOverTcp' | 'modbusRtu';
  readonly line:
    | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
    | { readonly kind: 'serial'; readonly serial: SerialLine };
  readonly unitId: number;
  readonly limits: ModbusLimits;
}

export interface OpcuaDevice extends DeviceCommon {
  readonly protocol: 'opcua';
  readonly endpoint: string;
  readonly securityMode: 'SignAndEncrypt' | 'Sign' | 'None';
  readonly securityPolicy: 'Basic256Sha256' | 'Aes128_Sha256_RsaOaep' | 'Aes256_Sha256_RsaPss' | 'None';
  readonly user: { readonly name: string; readonly passwordEnv: string | null; readonly passwordFile: string | null } | null;
  readonly serverThumbprint: string | null;
  readonly publishingIntervalMs: number;
}

/** Name and where the password is; never the password. */
export interface SignIn {
  readonly name: string;
  readonly passwordEnv: string | null;
  readonly passwordFile: string | null;
}

export interface CameraDevice extends DeviceCommon {
  readonly protocol: 'camera';
  readonly zone: LocalizedText | null;
  readonly rtsp: string;
  readonly onvif: string | null;
  readonly user: SignIn | null;
  readonly recorder: {
    readonly id: string;
    readonly name: LocalizedText;
    readonly onvif: string;
    readonly user: SignIn | null;
    readonly recording: string | null;
  } | null;
  readonly probeEveryMs: number;
  readonly darkAfterMs: number;
  readonly retentionMs: number;
  readonly clockToleranceMs: number;
  readonly picture: PictureLimits;
  readonly live: { readonly kind: LiveViewKind; readonly url: string } | null;
}

export type Device = ModbusDevice | OpcuaDevice | CameraDevice;

export type PointSource =
  | { readonly kind: 'camera'; readonly signal: CameraSignal }
  /** Wire address (base already subtracted) and word order resolved. `limits.forbidden` of the device is in wire addresses too. */
  | { readonly kind: 'modbus'; readonly register: ModbusRegister & { readonly wordOrder: WordOrder } }
  | {
      readonly kind: 'opcua';
      readonly nodeId: string /** Absolute deadband that the server applies; 0: every change. */;
      readonly deadband: number;
    };

export interface PointValidity {
  readonly pointIndex: number;
  readonly test: { readonly kind: 'equals'; readonly value: number } | { readonly kind: 'bit'; readonly bit: number };
  readonly quality: QualityCode;
}

export interface Point {
  readonly index: number;
  /** `GS-01.PT-101` */
  readonly id: string;
  readonly tag: string;
  readonly stationIndex: number;
  readonly deviceIndex: number;
  readonly name: LocalizedText;
  readonly kind: PointKind;
  readonly role: PointRole;
  readonly unitOf: string | null;
  /** Place in the plan of the station; null where the plant file gives none. */
  readonly plan: { readonly zone: LocalizedText | null; readonly at: { readonly x: number; readonly y: number } | null } | null;
  readonly unit: string;
  readonly range: { readonly min: number; readonly max: number } | null;
  /** value = raw × factor + offset */
  readonly factor: number;
  readonly offset: number;
  /** mA = raw × factor + offset, where the signal is a 4–20 mA loop (NAMUR NE 43); else null. */
  readonly milliamp: { readonly factor: number; readonly offset: number } | null;
  readonly invalidRaw: readonly number[];
  readonly validity: readonly PointValidity[];
  readonly heartbeat: { readonly pointIndex: number; readonly afterMs: number } | null;
  readonly digits: number;
  readonly scanMs: number;
  readonly exceptionDeviation: number;
  readonly states: readonly PointState[] | null;
  readonly normal: { readonly min: number; readonly max: number } | null;
  readonly setpoint: number | null;
  readonly source: PointSource;
  readonly alarmIndexes: readonly number[];
}

export interface PointState {
  readonly value: number;
  readonly name: LocalizedText;
  readonly isNormal: boolean;
}

export interface Pipeline {
  readonly fromStationIndex: number;
  readonly toStationIndex: number;
  readonly name: LocalizedText | null;
  /** Pressures at its ends; null where none is measured. */
  readonly fromPointIndex: number | null;
  readonly toPointIndex: number | null;
}
