// What must hold of a journal after a schedule of the simulation, whatever happened in it. Reads what is left, changes nothing.
import type { ConditionOutbox } from '../../../collector/outbox/condition-outbox.ts';
import type { JournalEntry } from '../../../domain/journal/journal-entry.ts';
import type { ConditionMessage } from '../../../domain/messages/condition-message.ts';
import type { Plant } from '../../../domain/plant/plant.ts';
import type { KnownAlarm } from '../../../server/alarms/alarm-change.ts';
import type { ChainVerdict } from '../../../server/journal/journal.ts';

/** A message that was on a collector's disk. Its occurrence is that of the server where its term went on with one. */
export interface Durable {
  readonly collectorId: string;
  readonly kind: ConditionMessage['kind'];
  readonly alarmId: string;
  occurrenceId: string;
  readonly atMs: number;
  readonly term: number;
}

export interface Evidence {
  readonly plant: Plant;
  readonly journal: readonly JournalEntry[];
  readonly verdict: ChainVerdict | null;
  /** Of the server in charge; null where it is not one. */
  readonly records: readonly KnownAlarm[] | null;
  /** Of those who hold its stations at the end. */
  readonly holders: readonly { readonly collectorId: string; readonly outboxes: readonly ConditionOutbox[] }[];
  readonly isHigh: (pointIndex: number) => boolean;
  readonly durable: readonly Durable[];
  readonly toldRaises: ReadonlySet<string>;
  /** Occurrence of each acknowledgement, by its comment. */
  readonly asked: ReadonlyMap<string, string>;
  readonly acknowledged: ReadonlySet<string>;
  readonly wasPutBack: boolean;
}

export function judge(evidence: Evidence): readonly string[] {
  const violations: string[] = [];
  const tell = (text: string) => violations.push(text);
  if (evidence.verdict?.kind !== 'intact') tell(`the chain does not hold: ${JSON.stringify(evidence.verdict)}`);
  const truth = judgeOrder(evidence, tell);
  judgeLosses(evidence, tell);
  judgeAcknowledgements(evidence, tell);
  judgeEnd(evidence, truth, tell);
  return violations;
}

/** Line by line: each alarm rises and ends in turn, nothing twice, and only by who holds its stations. Returns what is true at the end. */
function judgeOrder({ journal, durable, wasPutBack }: Evidence, tell: (text: string) => void): ReadonlyMap<string, string | null> {
  const known = new Map<string, Durable[]>();
  for (const message of durable) known.set(message.occurrenceId, [...(known.get(message.occurrenceId) ?? []), message]);
  const counted = new Set<string>();
  const current = new Map<string, string | null>();
  const terms = new Map<string, { readonly term: number; readonly isAsked: boolean }>();
  /** Raises of an earlier term, news by HO4: ended in the same transaction. */
  const mustEnd = new Map<string, { readonly occurrenceId: string; readonly atMs: number }>();
  for (const { kind, alarmId: id, occurrenceId, sequence, detail, recordedAtMs } of journal) {
    if (kind === 'collector.takeover') terms.set(String(detail.collectorId), { term: Number(detail.term), isAsked: detail.node !== '' });
    if (kind !== 'alarm.raise' && kind !== 'alarm.clear') continue;
    const alarmId = id ?? '';
    const line = `line ${sequence}: ${kind} of ${alarmId} (${occurrenceId?.slice(-4)})`;
    const key = `${kind} ${occurrenceId}`;
    const messages = known.get(occurrenceId ?? '') ?? [];
    // In a database that was put back twice: an earlier term saw it end, a later one had gone on with it between the two.
    const isStatedAgain =
      wasPutBack &&
      kind === 'alarm.raise' &&
      detail.byStatement === true &&
      messages.some((message) => message.kind === 'clear' && message.term < (terms.get(message.collectorId)?.term ?? 0));
    if (counted.has(key) && !isStatedAgain) tell(`${line} is there twice`);
    if (isStatedAgain) counted.delete(`alarm.clear ${occurrenceId}`);
    counted.add(key);
    if (messages.length === 0) tell(`${line} is of an occurrence that no collector ever had`);
    if (messages.some((message) => message.alarmId !== alarmId)) tell(`${line} is of another alarm`);
    const was = current.get(alarmId) ?? null;
    const news = mustEnd.get(alarmId);
    if (kind === 'alarm.raise') {
      // A database that was put back holds an occurrence of then; the next one of the same alarm takes its place.
      if (was !== null && !wasPutBack) tell(`${line} while ${was.slice(-4)} was true`);
      // Of one that a later term went on with, either may have brought it.
      const raises = messages.filter((message) => message.kind === 'raise');
      const [raise] = raises.toSorted((one, other) => other.term - one.term);
      const believed = terms.get(raise?.collectorId ?? '');
      if (raise !== undefined && believed !== undefined && raise.term < believed.term && detail.byStatement !== true) {
        if (was !== null) tell(`${line} was late and took the place of ${was.slice(-4)}`);
        // Where the holder has not told this database what it holds active, that waits for its statement (HO9).
        if (believed.isAsked) mustEnd.set(alarmId, { occurrenceId: occurrenceId ?? '', atMs: recordedAtMs });
      }
    } else {
      if (was !== occurrenceId) tell(`${line} while ${was?.slice(-4) ?? 'nothing'} was true`);
      if (news !== undefined && (news.occurrenceId !== occurrenceId || news.atMs !== recordedAtMs))
        tell(`${line} did not end what came late`);
      mustEnd.delete(alarmId);
    }
    current.set(alarmId, kind === 'alarm.raise' ? occurrenceId : null);
  }
  for (const [alarmId, { occurrenceId }] of mustEnd) tell(`${alarmId} (${occurrenceId.slice(-4)}) came late and was never ended`);
  return current;
}

/** What was on a collector's disk is in the journal: as an alarm, or, where another had taken the stations over, as a line that it came late. */
function judgeLosses({ journal, durable, toldRaises, wasPutBack }: Evidence, tell: (text: string) => void): void {
  if (wasPutBack) return;
  const written = new Set<string>();
  for (const { kind, occurrenceId, detail } of journal) {
    const late = kind === 'alarm.late' ? (detail.message as { kind: string }).kind : null;
    written.add(`${late ?? kind.replace('alarm.', '')} ${occurrenceId}`);
  }
  for (const { kind, alarmId, occurrenceId } of durable)
    if ((kind === 'raise' || kind === 'clear') && !written.has(`${kind} ${occurrenceId}`))
      tell(`${kind} of ${alarmId} (${occurrenceId.slice(-4)}) was lost`);
  for (const occurrenceId of toldRaises)
    if (!written.has(`raise ${occurrenceId}`)) tell(`told of ${occurrenceId.slice(-4)}, which the journal does not have`);
  for (const { kind, alarmId } of journal) if (kind === 'alarm.setAside') tell(`a message of ${alarmId} was set aside`);
}

function judgeAcknowledgements({ journal, asked, acknowledged, wasPutBack }: Evidence, tell: (text: string) => void): void {
  const found = new Map<string, (string | null)[]>();
  for (const { kind, occurrenceId, detail } of journal) {
    if (kind !== 'alarm.acknowledge') continue;
    const { comment } = detail.event as { comment: string };
    found.set(comment, [...(found.get(comment) ?? []), occurrenceId]);
  }
  for (const [comment, occurrences] of found) {
    if (occurrences.length > 1) tell(`${comment} is there ${occurrences.length} times`);
    if (occurrences[0] !== asked.get(comment)) tell(`${comment} went to another occurrence`);
  }
  if (wasPutBack) return;
  for (const comment of acknowledged) if (!found.has(comment)) tell(`${comment} was confirmed and is lost`);
}

/** Field, the one holder of each collector, the one server in charge and the journal agree; nothing waits anywhere. */
function judgeEnd(
  { plant, records, holders, isHigh, journal }: Evidence,
  truth: ReadonlyMap<string, string | null>,
  tell: (text: string) => void,
): void {
  if (journal.length === 0) tell('the journal is empty');
  if (records === null) return void tell('not one server is in charge');
  const active = new Map<string, string>();
  for (const { collectorId, outboxes } of holders) {
    const [outbox] = outboxes;
    if (outbox === undefined || outboxes.length > 1) return void tell(`${outboxes.length} processes hold ${collectorId}`);
    if (outbox.pendingCount > 0) tell(`${outbox.pendingCount} messages of ${collectorId} still wait`);
    if (outbox.needsAdoption) tell(`${collectorId} never heard what the server holds`);
    for (const condition of outbox.activeConditions()) active.set(condition.alarmId, condition.occurrenceId);
  }
  const held = new Map<string, string | null>();
  for (const { definition, record } of records) held.set(definition.id, record.isConditionTrue ? record.occurrenceId : null);
  for (const { id } of plant.alarms) {
    const [inField, atServer, inJournal] = [active.get(id) ?? null, held.get(id) ?? null, truth.get(id) ?? null];
    if (inField !== atServer) tell(`${id}: the server holds ${atServer?.slice(-4)}, the collector ${inField?.slice(-4)}`);
    if (inJournal !== atServer) tell(`${id}: the server holds ${atServer?.slice(-4)}, the journal ${inJournal?.slice(-4)}`);
  }
  for (const point of plant.points) {
    const isTold = (truth.get(`${point.id}.high`) ?? null) !== null;
    if (isHigh(point.index) !== isTold) tell(`${point.id} is ${isHigh(point.index) ? 'high' : 'normal'}, the journal says otherwise`);
  }
}
