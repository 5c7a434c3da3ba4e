// Video in an evidence bundle: the log of looks at cameras, what recorders held hour by hour, who looked at pictures and why, pictures of alarms by their hash.

import { isCamera } from '../../domain/plant/device-kinds.ts';
import type { Plant } from '../../domain/plant/plant.ts';
import type { Cell, EvidenceSection } from '../evidence/evidence-section.ts';
import type { Database } from '../journal/database.ts';
import type { CameraLog } from './camera-log.ts';
import type { RecordingCalendar } from './recording-calendar.ts';

export function videoEvidence(options: {
  readonly plant: Plant;
  readonly cameras: CameraLog;
  readonly calendar: RecordingCalendar;
  readonly database: Database;
}): EvidenceSection {
  const { plant, cameras, calendar, database } = options;
  return {
    name: 'video',
    title: { zh: '视频：摄像机检查、录像、调阅登记', en: 'Video: looks at cameras, recordings, retrieval log' },
    async write(scope, output) {
      const known = plant.devices
        .filter(isCamera)
        .filter(({ stationIndex }) => scope.stationIds.includes(plant.stations[stationIndex]?.id ?? ''));
      const runs = await cameras.runs(
        known.map(({ id }) => id),
        scope,
      );
      await output.table(
        'video/camera-looks.csv',
        ['camera', 'aspect', 'state', 'fromAtMs', 'lastLookAtMs', 'looks'],
        runs.map((row): Cell[] => [row.camera_id, row.aspect, row.state, row.from_ms, row.to_ms, row.looks]),
      );
      const days: Cell[][] = [];
      for (const { id } of known) {
        scope.signal.throwIfAborted();
        for (const { day, hours, askedAtMs } of await calendar.days(id, scope))
          days.push([id, day, askedAtMs, ...Array.from({ length: 25 }, (_, hour) => hours[hour] ?? null)]);
      }
      await output.table(
        'video/recorded-hours.csv',
        ['camera', 'day', 'askedAtMs', ...Array.from({ length: 25 }, (_, hour) => `minutes${hour}`)],
        days,
      );
      const looks = await database
        .selectFrom('video_look')
        .selectAll()
        .where('begun_at_ms', '>=', scope.fromMs)
        .where('begun_at_ms', '<', scope.toMs)
        .orderBy('begun_at_ms')
        .execute();
      await output.table(
        'video/retrieval-log.csv',
        [
          'look',
          'kind',
          'username',
          'name',
          'cameras',
          'purpose',
          'reason',
          'alarm',
          'recordedFromAtMs',
          'recordedToAtMs',
          'begunAtMs',
          'endedAtMs',
          'pictures',
        ],
        looks
          .filter(({ station_ids }) => (JSON.parse(station_ids) as string[]).some((id) => scope.stationIds.includes(id)))
          .map((row): Cell[] => [
            row.look_id,
            row.kind,
            row.username,
            row.display_name,
            (JSON.parse(row.camera_ids) as string[]).join(' '),
            row.purpose,
            row.reason,
            row.alarm_id,
            row.recorded_from_ms,
            row.recorded_to_ms,
            row.begun_at_ms,
            row.ended_at_ms,
            row.pictures,
          ]),
      );
      const pictures = await database
        .selectFrom('alarm_picture')
        .selectAll()
        .where('taken_at_ms', '>=', scope.fromMs)
        .where('taken_at_ms', '<', scope.toMs)
        .orderBy('taken_at_ms')
        .execute();
      await output.table(
        'video/alarm-pictures.csv',
        ['alarm', 'occurrence', 'camera', 'takenAtMs', 'sha256', 'bytes', 'removedAtMs'],
        pictures
          .filter(({ station_id }) => scope.stationIds.includes(station_id))
          .map((row): Cell[] => [row.alarm_id, row.occurrence_id, row.camera_id, row.taken_at_ms, row.hash, row.bytes, row.removed_at_ms]),
      );
    },
  };
}
