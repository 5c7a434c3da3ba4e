// The fields of a condition: one table for the events that tell of it and for the nodes that show it, so the two can never say different things.
// Paths, types and names: OPC UA Part 9 v1.05, 5.5 to 5.8; Part 5, 6.4.2.
import { coerceLocalizedText, DataType, type NodeId, type LocalizedText as OpcuaText, resolveNodeId, Variant } from 'node-opcua';
import type { AlarmPriority } from '../../../domain/alarms/priority.ts';
import type { NorthboundLanguage } from '../../../domain/plant/northbound-schema.ts';
import type { LocalizedText } from '../../../domain/text/localized-text.ts';
import { longestShelvingMs } from '../../alarms/alarm-machine.ts';
import { type Condition, nullNodeId } from './condition.ts';
import { conditionClassOf, limitOf } from './condition-type.ts';
import { engineeringUnit } from './engineering-unit.ts';
import { bothLanguages } from './plant-nodes.ts';

export interface FieldContext {
  readonly language: NorthboundLanguage;
  readonly unitOf: (condition: Condition) => string;
  readonly conditionClassId: (name: string) => string;
  readonly reannounceAfterMs: Readonly<Record<AlarmPriority, number | null>>;
  readonly nowMs: () => number;
}

export interface ConditionField {
  /** `['ActiveState', 'Id']` */
  readonly path: readonly string[];
  /** Type of the node that shows it; a property where absent. */
  readonly type?: 'TwoStateVariableType' | 'ConditionVariableType' | 'FiniteStateVariableType';
  readonly dataType: string;
  /** Whether this alarm has it; all have it where absent. */
  readonly has?: (condition: Condition) => boolean;
  readonly read: (condition: Condition, context: FieldContext) => Variant;
}

const shelvedStates = {
  Unshelved: 'i=2930',
  TimedShelved: 'i=2932',
  OneShotShelved: 'i=2933',
} as const;

const limitStates = { HighHigh: 'i=9329', High: 'i=9331', Low: 'i=9333', LowLow: 'i=9335' } as const;

const boolean = (value: boolean) => new Variant({ dataType: DataType.Boolean, value });
const string = (value: string) => new Variant({ dataType: DataType.String, value });
const nodeId = (value: string | NodeId) => new Variant({ dataType: DataType.NodeId, value: resolveNodeId(value) });
const double = (value: number) => new Variant({ dataType: DataType.Double, value });
const uint16 = (value: number) => new Variant({ dataType: DataType.UInt16, value });
const time = (ms: number | null) => new Variant({ dataType: DataType.DateTime, value: ms === null ? null : new Date(ms) });
const text = (value: OpcuaText | null) => new Variant({ dataType: DataType.LocalizedText, value });
const word = (value: string) => text(coerceLocalizedText({ locale: 'en', text: value }));
const said = (name: LocalizedText | null, language: NorthboundLanguage) => {
  if (name === null) return text(null);
  if (language === 'both') return text(coerceLocalizedText({ locale: 'zh-CN', text: bothLanguages(name) }));
  return text(coerceLocalizedText({ locale: language === 'zh' ? 'zh-CN' : 'en', text: name[language] }));
};

function twoState(
  name: string,
  words: { readonly on: string; readonly off: string },
  isOn: (condition: Condition) => boolean,
  sinceMs: (condition: Condition) => number | null,
  has?: (condition: Condition) => boolean,
): readonly ConditionField[] {
  const optional = has === undefined ? {} : { has };
  return [
    {
      path: [name],
      type: 'TwoStateVariableType',
      dataType: 'LocalizedText',
      read: (condition) => word(isOn(condition) ? words.on : words.off),
      ...optional,
    },
    { path: [name, 'Id'], dataType: 'Boolean', read: (condition) => boolean(isOn(condition)), ...optional },
    { path: [name, 'TransitionTime'], dataType: 'UtcTime', read: (condition) => time(sinceMs(condition)), ...optional },
  ];
}

function stamped(
  name: string,
  dataType: string,
  read: ConditionField['read'],
  atMs: (condition: Condition) => number | null,
): readonly ConditionField[] {
  return [
    { path: [name], type: 'ConditionVariableType', dataType, read },
    { path: [name, 'SourceTimestamp'], dataType: 'UtcTime', read: (condition) => time(atMs(condition)) },
  ];
}

const isLatching = ({ definition, record }: Condition) => definition.isLatching || record.needsReset;
const limitField = (name: 'HighHigh' | 'High' | 'Low' | 'LowLow'): readonly ConditionField[] => [
  {
    path: [`${name}Limit`],
    dataType: 'Double',
    has: ({ definition }) => limitOf(definition)?.name === name,
    read: ({ definition }) => double(limitOf(definition)?.value ?? Number.NaN),
  },
  {
    path: [`${name}Deadband`],
    dataType: 'Double',
    has: ({ definition }) => limitOf(definition)?.name === name,
    read: ({ definition }) => double(limitOf(definition)?.deadband ?? Number.NaN),
  },
];
const hasLimit = ({ definition }: Condition) => limitOf(definition) !== null;

function shelvingName({ record, isOneShot }: Condition): keyof typeof shelvedStates {
  if (record.shelved === null) return 'Unshelved';
  return isOneShot ? 'OneShotShelved' : 'TimedShelved';
}

export const conditionFields: readonly ConditionField[] = [
  // BaseEventType
  { path: ['EventId'], dataType: 'ByteString', read: ({ eventId }) => new Variant({ dataType: DataType.ByteString, value: eventId }) },
  { path: ['EventType'], dataType: 'NodeId', read: ({ typeId }) => nodeId(typeId) },
  { path: ['SourceNode'], dataType: 'NodeId', read: ({ source }) => nodeId(source.nodeId) },
  { path: ['SourceName'], dataType: 'String', read: ({ source }) => string(source.name) },
  { path: ['Time'], dataType: 'UtcTime', read: ({ timeMs }) => time(timeMs === 0 ? null : timeMs) },
  { path: ['ReceiveTime'], dataType: 'UtcTime', read: ({ receivedAtMs }) => time(receivedAtMs === 0 ? null : receivedAtMs) },
  { path: ['Message'], dataType: 'LocalizedText', read: ({ definition }, { language }) => said(definition.message, language) },
  { path: ['Severity'], dataType: 'UInt16', read: ({ severity }) => uint16(severity) },
  // ConditionType
  {
    path: ['ConditionClassId'],
    dataType: 'NodeId',
    read: ({ definition }, { conditionClassId }) => nodeId(conditionClassId(conditionClassOf[definition.class])),
  },
  {
    path: ['ConditionClassName'],
    dataType: 'LocalizedText',
    read: ({ definition }) => word(conditionClassOf[definition.class].replace(/Type$/, '')),
  },
  {
    path: ['ConditionName'],
    dataType: 'String',
    read: ({ definition }) => string(definition.id.slice(definition.id.lastIndexOf('.') + 1)),
  },
  { path: ['BranchId'], dataType: 'NodeId', read: () => nodeId(nullNodeId) },
  { path: ['Retain'], dataType: 'Boolean', read: ({ isRetained }) => boolean(isRetained) },
  { path: ['SupportsFilteredRetain'], dataType: 'Boolean', read: () => boolean(false) },
  ...twoState(
    'EnabledState',
    { on: 'Enabled', off: 'Disabled' },
    () => true,
    () => null,
  ),
  ...stamped(
    'Quality',
    'StatusCode',
    ({ quality }) => new Variant({ dataType: DataType.StatusCode, value: quality }),
    ({ qualityAtMs }) => (qualityAtMs === 0 ? null : qualityAtMs),
  ),
  ...stamped(
    'LastSeverity',
    'UInt16',
    ({ lastSeverity }) => uint16(lastSeverity),
    ({ severityAtMs }) => (severityAtMs === 0 ? null : severityAtMs),
  ),
  ...stamped(
    'Comment',
    'LocalizedText',
    ({ record }) => text(record.comment === null ? null : coerceLocalizedText(record.comment)),
    ({ record }) => record.changedAtMs,
  ),
  { path: ['ClientUserId'], dataType: 'String', read: ({ record }) => string(record.changedBy ?? '') },
  // AcknowledgeableConditionType
  ...twoState(
    'AckedState',
    { on: 'Acknowledged', off: 'Unacknowledged' },
    ({ record }) => record.isAcknowledged,
    ({ record }) => (record.isAcknowledged ? record.acknowledgedAtMs : record.raisedAtMs),
  ),
  // AlarmConditionType
  ...twoState(
    'ActiveState',
    { on: 'Active', off: 'Inactive' },
    ({ record }) => record.isConditionTrue,
    ({ record }) => (record.isConditionTrue ? record.raisedAtMs : record.clearedAtMs),
  ),
  {
    path: ['ActiveState', 'EffectiveDisplayName'],
    dataType: 'LocalizedText',
    read: ({ record, limitState }) =>
      word(record.isConditionTrue ? ['Active', ...(limitState === null ? [] : [limitState])].join('/') : 'Inactive'),
  },
  { path: ['InputNode'], dataType: 'NodeId', read: ({ inputNodeId }) => nodeId(inputNodeId) },
  ...twoState(
    'SuppressedState',
    { on: 'Suppressed', off: 'Unsuppressed' },
    ({ record }) => record.suppressedBy.length > 0,
    () => null,
  ),
  ...twoState(
    'OutOfServiceState',
    { on: 'Out of Service', off: 'In Service' },
    ({ record }) => record.outOfService !== null,
    ({ record }) => record.outOfService?.atMs ?? null,
  ),
  {
    path: ['ShelvingState', 'CurrentState'],
    type: 'FiniteStateVariableType',
    dataType: 'LocalizedText',
    read: (condition) => word(shelvingName(condition)),
  },
  {
    path: ['ShelvingState', 'CurrentState', 'Id'],
    dataType: 'NodeId',
    read: (condition) => nodeId(shelvedStates[shelvingName(condition)]),
  },
  {
    path: ['ShelvingState', 'UnshelveTime'],
    dataType: 'Duration',
    read: ({ record }, { nowMs }) => double(record.shelved === null ? 0 : Math.max(0, record.shelved.untilMs - nowMs())),
  },
  { path: ['SuppressedOrShelved'], dataType: 'Boolean', read: ({ isSuppressedOrShelved }) => boolean(isSuppressedOrShelved) },
  { path: ['MaxTimeShelved'], dataType: 'Duration', read: ({ definition }) => double(longestShelvingMs[definition.priority]) },
  { path: ['OnDelay'], dataType: 'Duration', read: ({ definition }) => double(definition.onDelayMs) },
  { path: ['OffDelay'], dataType: 'Duration', read: ({ definition }) => double(definition.offDelayMs) },
  { path: ['FirstInGroupFlag'], dataType: 'Boolean', read: ({ isFirstOut }) => boolean(isFirstOut) },
  ...twoState(
    'LatchedState',
    { on: 'Latched', off: 'Unlatched' },
    ({ record }) => record.needsReset,
    ({ record }) => record.raisedAtMs,
    isLatching,
  ),
  {
    path: ['ReAlarmTime'],
    dataType: 'Duration',
    // 0: it is not announced again (Part 9, 5.8.2).
    read: ({ definition }, { reannounceAfterMs }) => double(reannounceAfterMs[definition.priority] ?? 0),
  },
  // LimitAlarmType and its subtypes
  ...(['HighHigh', 'High', 'Low', 'LowLow'] as const).flatMap(limitField),
  {
    path: ['LimitState', 'CurrentState'],
    type: 'FiniteStateVariableType',
    dataType: 'LocalizedText',
    has: hasLimit,
    read: ({ limitState }) => (limitState === null ? text(null) : word(limitState)),
  },
  {
    path: ['LimitState', 'CurrentState', 'Id'],
    dataType: 'NodeId',
    has: hasLimit,
    read: ({ limitState }) => nodeId(limitState === null ? nullNodeId : limitStates[limitState]),
  },
  {
    path: ['EngineeringUnits'],
    dataType: 'EUInformation',
    has: ({ definition }) => definition.kind === 'rateOfChange',
    read: (condition, { unitOf }) =>
      new Variant({ dataType: DataType.ExtensionObject, value: engineeringUnit(`${unitOf(condition)}/min`) }),
  },
  {
    path: ['SetpointNode'],
    dataType: 'NodeId',
    has: ({ definition }) => definition.kind === 'deviation',
    read: ({ setpointNodeId }) => nodeId(setpointNodeId),
  },
  // OffNormalAlarmType and its subtypes. Part 9, 5.8.23: null where the normal state is not a variable of the address space.
  {
    path: ['NormalState'],
    dataType: 'NodeId',
    has: ({ typeName }) => !typeName.startsWith('Exclusive'),
    read: () => nodeId(nullNodeId),
  },
];

/** Gatewatch's own properties of a condition's node: what an operator needs to act. They are not part of events. */
export const guidanceFields: readonly ConditionField[] = [
  {
    path: ['Cause'],
    dataType: 'LocalizedText',
    has: ({ definition }) => definition.cause !== null,
    read: ({ definition }, { language }) => said(definition.cause, language),
  },
  {
    path: ['Consequence'],
    dataType: 'LocalizedText',
    has: ({ definition }) => definition.consequence !== null,
    read: ({ definition }, { language }) => said(definition.consequence, language),
  },
  {
    path: ['Response'],
    dataType: 'LocalizedText',
    has: ({ definition }) => definition.response !== null,
    read: ({ definition }, { language }) => said(definition.response, language),
  },
  {
    path: ['ResponseTime'],
    dataType: 'Duration',
    has: ({ definition }) => definition.responseTimeMs !== null,
    read: ({ definition }) => double(definition.responseTimeMs ?? 0),
  },
  {
    path: ['ValueAtRaise'],
    dataType: 'Double',
    has: ({ definition }) => definition.pointIndex !== null,
    read: ({ record }) => (record.valueAtRaise === null ? new Variant({ dataType: DataType.Null }) : double(record.valueAtRaise)),
  },
];
