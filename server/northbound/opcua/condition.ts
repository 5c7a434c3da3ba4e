// One alarm as a Part 9 condition: what the server's table says, in the words of OPC UA. It holds no state of its own beyond what it was told.
import { type NodeId, resolveNodeId, type StatusCode, StatusCodes, type UAObject } from 'node-opcua';
import type { AlarmDefinition } from '../../../domain/alarms/alarm-definition.ts';
import { type AlarmRecord, newAlarmRecord, stateOf } from '../../alarms/alarm-record.ts';
import { type ConditionTypeName, type LimitName, limitOf, severityOfPriority } from './condition-type.ts';
import { encodeEventId } from './event-id.ts';
import type { AlarmNote } from './opcua-messages.ts';

export class Condition {
  readonly index: number;
  readonly typeName: ConditionTypeName;
  readonly typeId: NodeId;
  readonly stationIndex: number;
  readonly node: UAObject;
  readonly source: { readonly nodeId: NodeId; readonly name: string };
  readonly inputNodeId: NodeId;
  readonly setpointNodeId: NodeId;
  definition: AlarmDefinition;
  record: AlarmRecord;
  isFirstOut = false;
  isOneShot = false;
  quality: StatusCode = StatusCodes.Good;
  qualityAtMs = 0;
  severity: number;
  lastSeverity: number;
  severityAtMs = 0;
  receivedAtMs = 0;
  #serial = 0;

  constructor(options: {
    readonly definition: AlarmDefinition;
    readonly typeName: ConditionTypeName;
    readonly typeId: NodeId;
    readonly node: UAObject;
    readonly source: { readonly nodeId: NodeId; readonly name: string };
    readonly inputNodeId: NodeId | null;
    readonly setpointNodeId: NodeId | null;
  }) {
    const { definition } = options;
    this.index = definition.index;
    this.definition = definition;
    this.stationIndex = definition.stationIndex;
    this.typeName = options.typeName;
    this.typeId = options.typeId;
    this.node = options.node;
    this.source = options.source;
    this.inputNodeId = options.inputNodeId ?? nullNodeId;
    this.setpointNodeId = options.setpointNodeId ?? nullNodeId;
    this.record = newAlarmRecord(definition.id);
    this.severity = severityOfPriority[definition.priority];
    this.lastSeverity = this.severity;
  }

  note({ record, isFirstOut, isOneShot }: AlarmNote, nowMs: number): void {
    this.record = record;
    this.isFirstOut = isFirstOut;
    this.isOneShot = isOneShot;
    this.receivedAtMs = nowMs;
    this.#serial = 0;
  }

  /** Approved settings came into force. True where clients must be told: the severity moved. */
  redefine(definition: AlarmDefinition, nowMs: number): boolean {
    this.definition = definition;
    const severity = severityOfPriority[definition.priority];
    if (severity === this.severity) return false;
    this.lastSeverity = this.severity;
    this.severity = severity;
    this.severityAtMs = nowMs;
    this.receivedAtMs = nowMs;
    this.#serial += 1;
    return true;
  }

  /** True where the quality of what it watches moved. */
  qualify(quality: StatusCode, nowMs: number): boolean {
    if (quality.equals(this.quality)) return false;
    this.quality = quality;
    this.qualityAtMs = nowMs;
    this.receivedAtMs = nowMs;
    this.#serial += 1;
    return true;
  }

  get eventId(): Buffer {
    return encodeEventId({ occurrenceId: this.record.occurrenceId, version: this.record.version }, this.#serial);
  }

  /** When what the event tells happened. */
  get timeMs(): number {
    return Math.max(this.record.changedAtMs ?? 0, this.#serial === 0 ? 0 : this.receivedAtMs);
  }

  /** Whether a client that has just come must hear of it. */
  get isRetained(): boolean {
    return stateOf(this.record) !== 'normal';
  }

  get isSuppressedOrShelved(): boolean {
    return this.record.shelved !== null || this.record.suppressedBy.length > 0 || this.record.outOfService !== null;
  }

  /** The limit that is passed; null while it is not, and for alarms without one. */
  get limitState(): LimitName | null {
    return this.record.isConditionTrue ? (limitOf(this.definition)?.name ?? null) : null;
  }
}

export const nullNodeId = resolveNodeId('i=0');
