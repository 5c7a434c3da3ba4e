// The plant in a bundle: which plant files were in force in the period, and points and alarms as they were set then, each change with its time.
// The files themselves are not in it (they tell the network of the plant); their SHA-256 is, so that one that is shown can be checked.
import { withSettings } from '../../../domain/alarm-settings/alarm-settings.ts';
import type { AlarmDefinition } from '../../../domain/alarms/alarm-definition.ts';
import type { Plant, Point } from '../../../domain/plant/plant.ts';
import type { VersionLog } from '../../alarm-settings/version-log.ts';
import type { PlantVersion, PlantVersions } from '../../plant/plant-versions.ts';
import type { Cell, EvidenceScope, EvidenceSection } from '../evidence-section.ts';

/** Alarm settings that a plant file brought with it are filed moments after it: they belong to it. */
const sameStartMs = 60_000;

interface PlantSectionOptions {
  /** The one in force now. */
  readonly plant: Plant;
  readonly versions: Pick<PlantVersions, 'versions' | 'inForce' | 'textOf'>;
  readonly settings: Pick<VersionLog, 'versions' | 'settingsOf'>;
  readonly readPlant: (text: string) => Promise<Plant | null>;
}

/** From `sinceMs` on (null: since nobody knows when) this plant was in force with these alarms. */
interface Stretch {
  readonly sinceMs: number | null;
  readonly plantNumber: number | null;
  readonly settingsNumber: number | null;
  readonly plant: Plant;
  readonly alarms: readonly AlarmDefinition[];
}

export function plantSection(options: PlantSectionOptions): EvidenceSection {
  const { versions, settings } = options;
  return {
    name: 'plant',
    title: { zh: '期间有效的场站文件、测点和报警设置', en: 'Plant files, points and alarm settings that were in force' },
    async write(scope, output) {
      const unreadable: number[] = [];
      const stretches: Stretch[] = [];
      for await (const stretch of stretchesOf(options, scope, unreadable)) stretches.push(stretch);
      await output.table(
        'plant/plant-versions.csv',
        ['version', 'sinceAtMs', 'untilAtMs', 'file', 'sha256', 'loadedBy', 'stations', 'devices', 'points', 'alarms', 'isListed'],
        versions
          .inForce(scope.fromMs, scope.toMs)
          .map(({ number, sinceMs, untilMs, file, sha256, loadedBy, counts }) => [
            number,
            sinceMs,
            untilMs,
            file,
            sha256,
            loadedBy,
            counts.stations,
            counts.devices,
            counts.points,
            counts.alarms,
            !unreadable.includes(number),
          ]),
      );
      await output.table(
        'plant/points.csv',
        [...changeColumns, 'point', 'station', 'name', 'nameEnglish', 'unit', 'rangeMin', 'rangeMax', 'role', 'scanSeconds'],
        changesOf(stretches, ({ plant }) =>
          plant.points.filter((point) => isInScope(scope, plant, point)).map((point) => [point.id, pointCells(plant, point)]),
        ),
      );
      await output.table(
        'plant/alarms.csv',
        [...changeColumns, 'alarm', 'station', 'kind', 'setpoint', 'priority', 'class', 'onDelaySeconds', 'message', 'messageEnglish'],
        changesOf(stretches, ({ plant, alarms }) =>
          alarms.filter((alarm) => isInScope(scope, plant, alarm)).map((alarm) => [alarm.id, alarmCells(plant, alarm)]),
        ),
      );
      const made = settings.versions.filter(({ appliedAtMs }) => appliedAtMs < scope.toMs);
      const before = made.findLastIndex(({ appliedAtMs }) => appliedAtMs <= scope.fromMs);
      const person = (who: unknown) => (who === null ? null : JSON.stringify(who));
      await output.table(
        'plant/alarm-settings-versions.csv',
        ['version', 'appliedAtMs', 'origin', 'plantVersion', 'digest', 'proposedBy', 'approvedBy', 'reason'],
        made
          .slice(Math.max(0, before))
          .map(({ number, appliedAtMs, origin, plantVersion, digest, proposedBy, approvedBy, reason }) => [
            number,
            appliedAtMs,
            origin,
            plantVersion,
            digest,
            person(proposedBy),
            person(approvedBy),
            reason,
          ]),
      );
    },
  };
}

/** Every plant that was in force, under every version of the alarm settings that it had in the period. */
async function* stretchesOf(
  { plant: plantNow, versions, settings, readPlant }: PlantSectionOptions,
  scope: EvidenceScope,
  unreadable: number[],
): AsyncGenerator<Stretch> {
  const newest = versions.versions.at(-1)?.number ?? null;
  const kept = versions.inForce(scope.fromMs, scope.toMs);
  if (kept.length === 0) {
    // No plant file was ever kept: what is in force now is all that is known.
    yield {
      sinceMs: null,
      plantNumber: null,
      settingsNumber: settings.versions.at(-1)?.number ?? null,
      plant: plantNow,
      alarms: plantNow.alarms,
    };
    return;
  }
  for (const version of kept) {
    scope.signal.throwIfAborted();
    const plant = version.number === newest ? plantNow : await readPlant(await versions.textOf(version));
    if (plant === null) {
      unreadable.push(version.number);
      continue;
    }
    const fromMs = Math.max(version.sinceMs, scope.fromMs);
    const untilMs = Math.min(version.untilMs ?? scope.toMs, scope.toMs);
    const first = settingsAt(settings.versions, version, fromMs);
    yield await stretch(version.sinceMs, version.number, plant, first, settings);
    for (const later of settings.versions)
      if (later.number > (first ?? 0) && later.appliedAtMs > fromMs && later.appliedAtMs < untilMs)
        yield await stretch(later.appliedAtMs, version.number, plant, later.number, settings);
  }
}

function settingsAt(made: VersionLog['versions'], version: PlantVersion, fromMs: number): number | null {
  const own = made.find(
    ({ appliedAtMs, plantVersion }) =>
      plantVersion === version.version && appliedAtMs >= fromMs && appliedAtMs <= version.sinceMs + sameStartMs,
  );
  return (own ?? made.findLast(({ appliedAtMs }) => appliedAtMs <= fromMs))?.number ?? null;
}

async function stretch(
  sinceMs: number,
  plantNumber: number,
  plant: Plant,
  settingsNumber: number | null,
  settings: PlantSectionOptions['settings'],
): Promise<Stretch> {
  const table = settingsNumber === null ? null : await settings.settingsOf(settingsNumber);
  const alarms = plant.alarms.map((alarm) => {
    const set = table?.get(alarm.id);
    return set === undefined ? alarm : withSettings(alarm, set, plant.alarmManagement);
  });
  return { sinceMs, plantNumber, settingsNumber, plant, alarms };
}

const changeColumns = ['sinceAtMs', 'change', 'plantVersion', 'settingsVersion'] as const;

/** All rows of the first stretch, then of each later one what is another than before. */
function* changesOf(
  stretches: readonly Stretch[],
  rowsOf: (stretch: Stretch) => readonly (readonly [id: string, cells: readonly Cell[]])[],
): Generator<readonly Cell[]> {
  const before = new Map<string, string>();
  let width = 0;
  for (const [index, stretch] of stretches.entries()) {
    const filed = [stretch.plantNumber, stretch.settingsNumber];
    const gone = new Set(before.keys());
    for (const [id, cells] of rowsOf(stretch)) {
      gone.delete(id);
      width = cells.length;
      const told = JSON.stringify(cells);
      const was = before.get(id);
      before.set(id, told);
      if (was !== told) yield [stretch.sinceMs, index === 0 ? 'inForce' : was === undefined ? 'added' : 'changed', ...filed, id, ...cells];
    }
    for (const id of gone) {
      before.delete(id);
      yield [stretch.sinceMs, 'removed', ...filed, id, ...Array.from({ length: width }, () => null)];
    }
  }
}

function isInScope(scope: EvidenceScope, plant: Plant, { stationIndex }: { readonly stationIndex: number }): boolean {
  return scope.stationIds.includes(plant.stations[stationIndex]?.id ?? '');
}

function pointCells(plant: Plant, point: Point): readonly Cell[] {
  return [
    plant.stations[point.stationIndex]?.id ?? '',
    point.name.zh,
    point.name.en,
    point.unit,
    point.range?.min ?? null,
    point.range?.max ?? null,
    point.role,
    point.scanMs / 1_000,
  ];
}

function alarmCells(plant: Plant, alarm: AlarmDefinition): readonly Cell[] {
  return [
    plant.stations[alarm.stationIndex]?.id ?? '',
    alarm.kind,
    'setpoint' in alarm ? alarm.setpoint : null,
    alarm.priority,
    alarm.class,
    alarm.onDelayMs / 1_000,
    alarm.message.zh,
    alarm.message.en,
  ];
}
