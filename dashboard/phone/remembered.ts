// What the app last read from the server, kept on the phone so that a team without network still has its incidents and alarms, each with its age.
// Nothing here is ever shown as live. It belongs to the person who read it, and signing out erases it.
import type { QueryClient } from '@tanstack/react-query';
import { z } from 'zod';
import { alarmViewSchema } from '../../domain/api/alarm-api.ts';
import { hazardViewSchema } from '../../domain/api/hazard-api.ts';
import { incidentSummarySchema, incidentViewSchema } from '../../domain/api/incident-api.ts';
import { walkablePatrolSchema } from '../../domain/api/patrol-api.ts';
import { plantViewSchema, pointViewSchema, stationSummarySchema, stationViewSchema } from '../../domain/api/plant-api.ts';
import { readSessionSchema } from '../../domain/api/session-api.ts';
import { openPhoneDatabase, type RememberedRow } from './phone-database.ts';
import { alarmDetailSchema } from './phone-requests.ts';

/** By the first part of the query key. What is not named here is not kept. */
const keptQueries: Readonly<Record<string, z.ZodType>> = {
  session: readSessionSchema,
  plant: plantViewSchema,
  stations: z.array(stationSummarySchema),
  station: stationViewSchema,
  points: z.array(pointViewSchema),
  alarms: z.array(alarmViewSchema),
  alarm: alarmDetailSchema,
  incidentList: z.array(incidentSummarySchema),
  incidents: incidentViewSchema,
  patrols: z.array(walkablePatrolSchema),
  hazards: z.array(hazardViewSchema),
};

const sessionKey = JSON.stringify(['session']);
const writeDelayMs = 1_000;
/** A watch and the next: what is older helps nobody and may mislead. */
const keptForMs = 48 * 3_600_000;

/** Fills the query client with what was kept. The phone works without it, so a disk that cannot be read only means less to show. */
export async function recall(queries: QueryClient, nowMs: number): Promise<void> {
  try {
    const database = await openPhoneDatabase();
    const session = await database.get('remembered', sessionKey);
    if (session === undefined) return;
    const [keys, rows] = await Promise.all([database.getAllKeys('remembered'), database.getAll('remembered')]);
    for (const [index, key] of keys.entries()) {
      const row = rows[index];
      if (row === undefined) continue;
      const queryKey: unknown = JSON.parse(key);
      const schema = Array.isArray(queryKey) ? keptQueries[String(queryKey[0])] : undefined;
      const parsed = schema?.safeParse(row.value);
      if (row.person !== session.person || row.atMs < nowMs - keptForMs || parsed?.success !== true) {
        await database.delete('remembered', key);
        continue;
      }
      queries.setQueryData(queryKey as readonly unknown[], parsed.data, { updatedAt: row.atMs });
    }
    // However young: it is from before, and the server is asked first thing, above all who is signed in.
    await queries.invalidateQueries({ refetchType: 'none' });
  } catch {
    // Said above.
  }
}

/** Keeps every answer that comes from now on. Returns how to stop. */
export function rememberFrom(queries: QueryClient): () => void {
  const changed = new Map<string, RememberedRow>();
  let timer: ReturnType<typeof setTimeout> | null = null;
  const write = async (): Promise<void> => {
    timer = null;
    const rows = [...changed];
    changed.clear();
    try {
      const database = await openPhoneDatabase();
      const transaction = database.transaction('remembered', 'readwrite');
      const session = rows.find(([key]) => key === sessionKey)?.[1];
      if (session !== undefined && (await transaction.store.get(sessionKey))?.person !== session.person) await transaction.store.clear();
      for (const [key, row] of rows) await transaction.store.put(row, key);
      await transaction.done;
    } catch {
      // The next change tries again.
    }
  };
  const stop = queries.getQueryCache().subscribe(({ type, query }) => {
    if (type !== 'updated' || query.state.status !== 'success' || query.state.data == null || !(String(query.queryKey[0]) in keptQueries))
      return;
    const session = z.object({ username: z.string() }).safeParse(queries.getQueryData(['session']));
    if (!session.success) return;
    const key = JSON.stringify(query.queryKey);
    changed.set(key, { person: session.data.username, value: query.state.data, atMs: query.state.dataUpdatedAt });
    // Whose phone this is now must be known at once: everything else belongs to that person.
    if (key === sessionKey) void write();
    else timer ??= setTimeout(() => void write(), writeDelayMs);
  });
  return () => {
    stop();
    if (timer !== null) clearTimeout(timer);
  };
}

export async function forget(): Promise<void> {
  const database = await openPhoneDatabase();
  await database.clear('remembered');
}
