// What changed in a stretch of the past, in frames that a page plays by its own clock: alarms, incidents, surroundings, and the journal's lines.
import { setImmediate } from 'node:timers/promises';
import type { AlarmView } from '../../domain/api/alarm-api.ts';
import type { ReplayEvents } from '../../domain/api/replay-api.ts';
import type { JournalEntry } from '../../domain/journal/journal-entry.ts';
import { incidentSummary } from '../incidents/incident-views.ts';
import type { PastAlarms } from './past-alarms.ts';
import type { PastIncidents } from './past-incidents.ts';
import type { PastMoments } from './past-moments.ts';
import { isWatchKind, surroundingKinds } from './past-surroundings.ts';

/** Lines of one answer: a flood is played in shorter stretches. */
const linesMax = 4_000;
/** As the live channel: what comes within this is one frame. */
const frameMs = 250;
/** Marks that come and go with time alone are looked at this often. */
const lookEveryMs = 10_000;
const looksAtOnce = 10;

export interface EventsAsk {
  readonly fromMs: number;
  readonly toMs: number;
  /** The line that the page has come to; what was written late, for a moment already played, still comes after it. */
  readonly afterSequence: number | null;
  readonly maySee: (stationId: string) => boolean;
  readonly surroundingsAt: (atMs: number) => Promise<Omit<ReplayEvents['surroundings'][number], 'atMs'>>;
  readonly takesLine: (entry: JournalEntry) => boolean;
}

type Frame = ReplayEvents['alarms'][number];

export async function pastEvents(moments: PastMoments, incidents: PastIncidents, ask: EventsAsk): Promise<ReplayEvents> {
  const past = await moments.at(ask.fromMs, ask.afterSequence);
  const throughSequence = Math.max(past.sequence, await moments.sequenceAt(ask.toMs - 1));
  past.viewsAfter(new Set(), ask.maySee);
  const { entries, toMs } = await linesOf(moments, past.sequence, throughSequence, ask.toMs);
  const frames = await playedAlarms(moments, past, entries, { ...ask, toMs });
  const sequence = past.sequence;
  moments.keep(past);
  return {
    fromMs: ask.fromMs,
    toMs,
    sequence,
    alarms: frames,
    incidents: await playedIncidents(incidents, entries, ask),
    surroundings: await playedSurroundings(entries, ask),
    lines: entries.filter(ask.takesLine),
  };
}

/** Whole moments only: all lines that were written at the same time, or none of them. */
async function linesOf(moments: PastMoments, sequence: number, throughSequence: number, toMs: number) {
  const entries: JournalEntry[] = [];
  for await (const page of moments.lines(sequence, throughSequence)) {
    entries.push(...page);
    if (entries.length <= linesMax) continue;
    const lastMs = entries.at(-1)?.recordedAtMs ?? toMs;
    const firstOfLast = entries.findIndex((entry) => entry.recordedAtMs === lastMs);
    // All in one moment: then all of it has to come, whatever it weighs.
    if (firstOfLast > 0) return { entries: entries.slice(0, firstOfLast), toMs: lastMs };
  }
  return { entries, toMs };
}

async function playedAlarms(
  moments: PastMoments,
  past: PastAlarms,
  entries: readonly JournalEntry[],
  ask: Pick<EventsAsk, 'fromMs' | 'toMs' | 'maySee'>,
): Promise<Frame[]> {
  const frames: Frame[] = [];
  let changed = new Set<string>();
  let frameStartMs = ask.fromMs;
  let lastMs = ask.fromMs;
  let looks = 0;
  const close = async (atMs: number) => {
    // The server does its other work between frames.
    looks += 1;
    if (looks % looksAtOnce === 0) await setImmediate();
    past.moveTo(atMs);
    const alarms: AlarmView[] = past.viewsAfter(changed, ask.maySee);
    if (alarms.length > 0) frames.push({ atMs, alarms });
    changed = new Set();
  };
  const passTime = async (untilMs: number) => {
    for (let atMs = lastMs + lookEveryMs; atMs < untilMs; atMs += lookEveryMs) await close(atMs);
  };
  for (const entry of entries) {
    // A clock that was set back does not turn the replay back.
    const atMs = Math.max(lastMs, entry.recordedAtMs);
    if (changed.size > 0 && atMs - frameStartMs > frameMs) await close(lastMs);
    if (changed.size === 0) {
      await passTime(atMs);
      frameStartMs = atMs;
    }
    lastMs = atMs;
    if (entry.kind.startsWith('alarmSettings.') && (await moments.putSettings(past, atMs)))
      for (const { record } of past.all()) changed.add(record.alarmId);
    const alarmId = past.apply(entry);
    if (alarmId !== null) changed.add(alarmId);
  }
  if (changed.size > 0) await close(lastMs);
  await passTime(ask.toMs);
  past.moveTo(ask.toMs);
  return frames;
}

async function playedIncidents(
  incidents: PastIncidents,
  entries: readonly JournalEntry[],
  ask: EventsAsk,
): Promise<ReplayEvents['incidents']> {
  const frames: ReplayEvents['incidents'] = [];
  for (const { kind, detail, recordedAtMs } of entries) {
    if (!kind.startsWith('incident.') || typeof detail.incidentId !== 'string') continue;
    const record = await incidents.recordAt(detail.incidentId, recordedAtMs);
    if (record?.stationIds.some(ask.maySee) === true)
      frames.push({ atMs: recordedAtMs, incidents: [incidentSummary(record, recordedAtMs)] });
  }
  return frames;
}

async function playedSurroundings(entries: readonly JournalEntry[], ask: EventsAsk): Promise<ReplayEvents['surroundings']> {
  const changes = entries.filter(({ kind }) => surroundingKinds.includes(kind) || isWatchKind(kind));
  const moments = [...new Set(changes.map(({ recordedAtMs }) => recordedAtMs))];
  return Promise.all(moments.map(async (atMs) => ({ atMs, ...(await ask.surroundingsAt(atMs)) })));
}
