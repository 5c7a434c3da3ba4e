// The records of cameras as obligations and evidence need them: stretches of looks, recorded days, and the findings that follow.

import type { RecordedDayView } from '../../domain/api/video-api.ts';
import type { CameraAspect, CameraRecords, CameraRun, RecordedDay } from '../../domain/cameras/video-findings.ts';
import { cameraAspects, videoFindings } from '../../domain/cameras/video-findings.ts';
import type { Finding } from '../../domain/obligations/obligation.ts';
import { findingIn } from '../../domain/obligations/obligation.ts';
import type { Span } from '../../domain/obligations/spans.ts';
import { isCamera } from '../../domain/plant/device-kinds.ts';
import type { CameraDevice, Plant } from '../../domain/plant/plant.ts';
import { momentOf } from '../../domain/time/zoned-time.ts';
import type { Database } from '../journal/database.ts';
import type { ObligationSource } from '../obligations/obligation-book.ts';
import { type CameraLog, lookedEveryMs } from './camera-log.ts';
import type { RecordingCalendar } from './recording-calendar.ts';

const hourMs = 3_600_000;

export interface VideoRecordsOptions {
  readonly plant: Plant;
  readonly cameras: CameraLog;
  readonly calendar: RecordingCalendar;
  readonly database: Database;
}

/** [CA10] to [CA14], and [CA21]; a station without cameras is in neither: what nobody keeps is not measured. */
export function videoSources(options: VideoRecordsOptions): ObligationSource[] {
  return [
    { name: 'video', findings: (span) => surveillance(options, span) },
    { name: 'videoRetrieval', findings: (span) => retrieval(options, span) },
  ];
}

async function surveillance(options: VideoRecordsOptions, span: Span): Promise<ReadonlyMap<string, readonly Finding[]>> {
  const { plant, cameras, calendar } = options;
  const known = plant.devices.filter(isCamera);
  // A stretch that began before the period is judged as a whole.
  const runs = await cameras.runs(
    known.map(({ id }) => id),
    span,
  );
  const runsOf = Map.groupBy(runs, (row) => row.camera_id);
  const found = new Map<string, Finding[]>();
  for (const camera of known) {
    const records: CameraRecords = {
      id: camera.id,
      darkAfterMs: camera.darkAfterMs,
      lookedEveryMs: lookedEveryMs(camera),
      hasRecorder: camera.recorder !== null,
      runs: (runsOf.get(camera.id) ?? []).map(
        (row): CameraRun => ({
          aspect: cameraAspects.find((aspect) => aspect === row.aspect) ?? ('picture' satisfies CameraAspect),
          state: row.state,
          fromMs: row.from_ms,
          toMs: row.to_ms,
        }),
      ),
      days: camera.recorder === null ? [] : recordedDays(await calendar.days(camera.id, span), plant.company.timeZone),
    };
    const stationId = stationOf(plant, camera);
    found.set(stationId, [...(found.get(stationId) ?? []), ...videoFindings(records, span)]);
  }
  return found;
}

/** A look has its reason before it begins; one without would be a fault of this system, and is told. */
async function retrieval({ plant, database }: VideoRecordsOptions, span: Span): Promise<ReadonlyMap<string, readonly Finding[]>> {
  const found = new Map<string, Finding[]>(plant.devices.filter(isCamera).map((camera) => [stationOf(plant, camera), []]));
  const rows = await database
    .selectFrom('video_look')
    .selectAll()
    .where('begun_at_ms', '>=', span.fromMs)
    .where('begun_at_ms', '<', span.toMs)
    .where('reason', '=', '')
    .execute();
  const window = { ...span, plannedToMs: span.toMs, nowMs: span.toMs };
  for (const row of rows)
    for (const stationId of JSON.parse(row.station_ids) as string[])
      found.get(stationId)?.push(
        ...findingIn(window, {
          state: 'breached',
          cause: 'lookWithoutReason',
          subject: row.username,
          fromMs: row.begun_at_ms,
          toMs: row.begun_at_ms,
        }),
      );
  return found;
}

export function recordedDays(days: readonly RecordedDayView[], zone: string): RecordedDay[] {
  return days.flatMap(({ day, hours }): RecordedDay[] => {
    const startMs = momentOf(day, '00:00', zone);
    const first = hours.findIndex((minutes) => minutes !== null);
    const last = hours.findLastIndex((minutes) => minutes !== null);
    if (first < 0) return [];
    const known = hours.slice(first, last + 1).flatMap((minutes) => minutes ?? []);
    // Recorders cut their files between two seconds: a tenth of a minute is no gap.
    const share = known.reduce((sum, minutes) => sum + Math.min(60, minutes), 0) / (60 * known.length);
    return [{ fromMs: startMs + first * hourMs, toMs: startMs + (last + 1) * hourMs, share }];
  });
}

function stationOf(plant: Plant, camera: CameraDevice): string {
  return plant.stations[camera.stationIndex]?.id ?? '';
}
