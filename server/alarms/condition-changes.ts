// What the collectors say of conditions, as changes of alarms. Pure: compares messages and statements with the records and decides nothing else.
import type { AlarmDefinition } from '../../domain/alarms/alarm-definition.ts';
import type { JournalActor } from '../../domain/journal/journal-entry.ts';
import type { ActiveCondition, ConditionMessage, ConditionStatement, UnreadableMessage } from '../../domain/messages/condition-message.ts';
import type { Plant } from '../../domain/plant/plant.ts';
import { isLate, judgeLate } from '../holders/late-messages.ts';
import type { StationHolder } from '../holders/station-holders.ts';
import type { NewJournalEntry } from '../journal/journal.ts';
import type { AlarmChange, AlarmCircumstances, KnownAlarm } from './alarm-change.ts';
import type { LifecycleEvent } from './alarm-machine.ts';
import { type AlarmRecord, causeOf } from './alarm-record.ts';

const collectorActor = (collectorId: string): JournalActor => ({ kind: 'system', part: `collector ${collectorId}` });

/** Messages of one outbox in order: what changes, and what is for the journal only. */
export function changesOfMessages(
  messages: readonly ConditionMessage[],
  options: {
    readonly collectorId: string;
    readonly holder: StationHolder | null;
    readonly isTruthOfHolderKnown: boolean;
    readonly definitionOf: (alarmId: string) => AlarmDefinition | undefined;
    readonly recordOf: (alarmId: string) => AlarmRecord | undefined;
    readonly circumstances: AlarmCircumstances;
  },
): { readonly changes: readonly AlarmChange[]; readonly entries: readonly NewJournalEntry[] } {
  const { collectorId, holder, isTruthOfHolderKnown, definitionOf, recordOf, circumstances } = options;
  const changes: AlarmChange[] = [];
  const entries: NewJournalEntry[] = [];
  const isHeldAlready = heldAlready(holder, recordOf);
  const take = (message: ConditionMessage) => {
    const definition = definitionOf(message.alarmId);
    if (isHeldAlready(message)) entries.push(asideEntry('alarm.late', message, collectorId, heldNote));
    else if (definition === undefined) entries.push(asideEntry('alarm.unknownDefinition', message, collectorId, unknownNote));
    else changes.push(changeOfMessage(message, definition, collectorId, circumstances));
  };
  const late = holder === null ? [] : messages.filter((message) => isLate(message, holder));
  if (holder !== null && late.length > 0) {
    const { news, aside } = judgeLate(late, holder, isTruthOfHolderKnown, recordOf);
    for (const message of news) take(message);
    for (const message of aside) entries.push(asideEntry('alarm.late', message, collectorId, lateNote));
  }
  for (const message of messages) if (!isLate(message, holder)) take(message);
  return { changes, entries };
}

/** [HO6] Of messages in order, by a holder who never heard what is held active: whether it is a raise of what is, or the end of such a raise. */
function heldAlready(holder: StationHolder | null, recordOf: (alarmId: string) => AlarmRecord | undefined) {
  const occurrences = new Map<string, string | null>();
  const heldNow = (alarmId: string): string | null => {
    const record = recordOf(alarmId);
    return occurrences.get(alarmId) ?? (!occurrences.has(alarmId) && record?.isConditionTrue === true ? record.occurrenceId : null);
  };
  return ({ kind, alarmId, occurrenceId, isBeforeAdoption }: ConditionMessage): boolean => {
    const held = heldNow(alarmId);
    const isOfAnother = (holder?.node === '' || isBeforeAdoption === true) && held !== occurrenceId;
    if (kind === 'raise') {
      if (isOfAnother && held !== null) return true;
      occurrences.set(alarmId, occurrenceId);
    } else if (kind === 'clear') {
      if (isOfAnother) return true;
      if (held === occurrenceId) occurrences.set(alarmId, null);
    }
    return false;
  };
}

/** What is held active at a collector's stations, for the one who takes them over. */
export function activeConditionsOf(known: readonly KnownAlarm[], plant: Plant, collectorId: string): ActiveCondition[] {
  return known.flatMap(({ definition, record }): ActiveCondition[] => {
    const { occurrenceId, raisedAtMs } = record;
    if (!record.isConditionTrue || occurrenceId === null || plant.stations[definition.stationIndex]?.collectorId !== collectorId) return [];
    const suppressedByAlarmId = causeOf(record, 'alarm')?.alarmId ?? null;
    return [{ alarmId: record.alarmId, occurrenceId, sinceMs: raisedAtMs ?? 0, value: record.valueAtRaise, suppressedByAlarmId }];
  });
}

function changeOfMessage(
  message: ConditionMessage,
  definition: AlarmDefinition,
  collectorId: string,
  circumstances: AlarmCircumstances,
): AlarmChange {
  return {
    definition,
    event: eventOf(message, definition, circumstances),
    actor: collectorActor(collectorId),
    detail: {
      sequence: message.sequence,
      value: message.value,
      quality: message.quality,
      ...(message.kind === 'raise' && message.measured !== null ? { measured: message.measured } : {}),
    },
  };
}

function eventOf(message: ConditionMessage, definition: AlarmDefinition, circumstances: AlarmCircumstances): LifecycleEvent {
  const { atMs } = message;
  switch (message.kind) {
    case 'raise':
      return {
        kind: 'raise',
        atMs,
        occurrenceId: message.occurrenceId,
        value: message.value,
        isTest: circumstances.isTestAt(definition, atMs),
        isLatching: definition.isLatching,
      };
    case 'clear':
      return { kind: 'clear', atMs, occurrenceId: message.occurrenceId };
    case 'suppress':
      return { kind: 'suppress', atMs, cause: { kind: 'alarm', alarmId: message.byAlarmId } };
    case 'unsuppress':
      return { kind: 'unsuppress', atMs, cause: 'alarm' };
  }
}

/** Level: raises what is stated and missing, clears what is held and no longer stated; the same for suppression under a lost device. */
export function changesOfStatement(
  statement: ConditionStatement,
  options: {
    readonly plant: Plant;
    readonly known: readonly KnownAlarm[];
    readonly recordOf: (alarmId: string) => AlarmRecord | undefined;
    readonly circumstances: AlarmCircumstances;
  },
): AlarmChange[] {
  const { plant, known, recordOf, circumstances } = options;
  const actor = collectorActor(statement.collectorId);
  const changes: AlarmChange[] = [];
  const stated = new Set(statement.active.map((condition) => condition.alarmId));
  for (const { alarmId, occurrenceId, sinceMs, value, suppressedByAlarmId } of statement.active) {
    const definition = plant.alarms[plant.alarmIndexById.get(alarmId) ?? -1];
    if (definition === undefined) continue;
    const record = recordOf(alarmId);
    if (record?.isConditionTrue !== true || record.occurrenceId !== occurrenceId) {
      const isTest = circumstances.isTestAt(definition, sinceMs);
      changes.push({
        definition,
        actor,
        detail: { byStatement: true, value },
        event: { kind: 'raise', atMs: sinceMs, occurrenceId, value, isTest, isLatching: definition.isLatching },
      });
    }
    const held = record === undefined ? null : (causeOf(record, 'alarm')?.alarmId ?? null);
    if (suppressedByAlarmId === held) continue;
    changes.push({
      definition,
      actor,
      detail: { byStatement: true },
      event:
        suppressedByAlarmId === null
          ? { kind: 'unsuppress', atMs: statement.atMs, cause: 'alarm' }
          : { kind: 'suppress', atMs: statement.atMs, cause: { kind: 'alarm', alarmId: suppressedByAlarmId } },
    });
  }
  for (const { definition, record } of known) {
    if (stated.has(record.alarmId) || plant.stations[definition.stationIndex]?.collectorId !== statement.collectorId) continue;
    const tell = (event: LifecycleEvent) => changes.push({ definition, actor, detail: { byStatement: true }, event });
    if (record.isConditionTrue && record.occurrenceId !== null)
      tell({ kind: 'clear', atMs: statement.atMs, occurrenceId: record.occurrenceId });
    if (causeOf(record, 'alarm') !== null) tell({ kind: 'unsuppress', atMs: statement.atMs, cause: 'alarm' });
  }
  return changes;
}

const unknownNote = 'the plant file of this server has no such alarm';
const heldNote = 'its process had not heard what was active here';
const lateNote = 'another process had taken the stations over: it says what is true';

/** What could not be read, or not be taken: kept as it came, so that somebody can. */
export function setAsideEntry(
  message: ConditionMessage | UnreadableMessage,
  collectorId: string,
  reason: string,
  nowMs: number,
): NewJournalEntry {
  if (message.kind !== 'unreadable') return asideEntry('alarm.setAside', message, collectorId, reason);
  return {
    occurredAtMs: nowMs,
    kind: 'alarm.setAside',
    stationId: null,
    alarmId: null,
    occurrenceId: null,
    actor: collectorActor(collectorId),
    detail: { message: message.raw, note: reason },
  };
}

function asideEntry(kind: string, message: ConditionMessage, collectorId: string, note: string): NewJournalEntry {
  const { atMs, alarmId, occurrenceId } = message;
  return {
    occurredAtMs: atMs,
    kind,
    stationId: null,
    alarmId,
    occurrenceId,
    actor: collectorActor(collectorId),
    detail: { message, note },
  };
}
