// A thread of its own for one look at a plant file: a large one takes seconds to read, and no alarm may wait for it. Ends with its one answer.
import { parentPort, workerData } from 'node:worker_threads';
import { structuredPatch } from 'diff';
import { parseDocument } from 'yaml';
import { findingsOf } from '../../domain/alarm-settings/rationalisation.ts';
import type { AddDevice, CopyStation, PlantCheckRequest, PlantCheckResult } from '../../domain/api/engineering-api.ts';
import type { PlantDifference } from '../../domain/api/plant-versions-api.ts';
import { comparePlants } from '../../domain/plant/compare-plants.ts';
import { parsePlantText } from '../../domain/plant/parse-plant-file.ts';
import type { Plant } from '../../domain/plant/plant.ts';
import { type BlockResult, checkText, copyStation, deviceFromProfile } from '../../domain/plant/plant-blocks.ts';
import { formatPath } from '../../domain/plant/plant-issues.ts';
import { type PlantItem, plantItems } from '../../domain/plant/plant-items.ts';

export type PlantTask =
  | { readonly kind: 'check'; readonly plantText: string; readonly ask: PlantCheckRequest }
  | { readonly kind: 'copyStation'; readonly plantText: string; readonly ask: CopyStation }
  | { readonly kind: 'addDevice'; readonly plantText: string; readonly ask: AddDevice }
  | { readonly kind: 'compare'; readonly before: string; readonly after: string }
  | { readonly kind: 'read'; readonly text: string };
export type PlantAnswer =
  | { readonly kind: 'checked'; readonly check: PlantCheckResult }
  | { readonly kind: 'block'; readonly text: string; readonly check: PlantCheckResult }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'compared'; readonly difference: Omit<PlantDifference, 'from' | 'to'> }
  /** Null where this version of the program cannot read it. */
  | { readonly kind: 'read'; readonly plant: Plant | null };

const mostIssues = 300;
const mostChanges = 2_000;
const mostTextLines = 4_000;
/** Texts that have less in common than this are not laid side by side: it would take minutes and tell nobody anything. */
const textSearchMs = 8_000;

function check(plantText: string, ask: PlantCheckRequest): PlantCheckResult {
  const parsed = checkText(plantText, ask);
  const issues = (parsed.kind === 'ok' ? parsed.warnings : parsed.issues).slice(0, mostIssues);
  const plant = parsed.kind === 'ok' ? parsed.plant : null;
  return {
    isValid: plant !== null,
    issues: issues.map(({ severity, path, message, line, column }) => ({ severity, path: formatPath(path), message, line, column })),
    counts:
      plant === null
        ? null
        : { stations: plant.stations.length, devices: plant.devices.length, points: plant.points.length, alarms: plant.alarms.length },
    findings:
      plant === null
        ? []
        : findingsOf(plant)
            .slice(0, mostIssues)
            .map(({ alarmId, message }) => ({ alarmId, message })),
  };
}

function block(plantText: string, result: BlockResult, place: PlantCheckRequest['place']): PlantAnswer {
  if (result.kind === 'refused') return result;
  const checked = check(plantText, { text: result.text, place });
  // Of a block, what the alarms of the whole plant lack is not the question.
  return { kind: 'block', text: result.text, check: { ...checked, findings: [] } };
}

function readPlant(text: string): Plant | null {
  const parsed = parsePlantText(text, { version: '' });
  return parsed.kind === 'ok' ? parsed.plant : null;
}

function itemsOf(text: string): readonly PlantItem[] | null {
  const plant = readPlant(text);
  return plant === null ? null : plantItems(plant, parseDocument(text).toJS({ maxAliasCount: 1_000 }));
}

function compare(before: string, after: string): Omit<PlantDifference, 'from' | 'to'> {
  const [old, young] = [itemsOf(before), itemsOf(after)];
  const changes = old === null || young === null ? null : comparePlants(old, young);
  const hunks = structuredPatch('', '', before, after, '', '', { context: 3, timeout: textSearchMs })?.hunks ?? null;
  let lines = 0;
  const shown = hunks?.filter((hunk) => {
    lines += hunk.lines.length;
    return lines <= mostTextLines;
  });
  return {
    changes: changes?.slice(0, mostChanges).map((change) => ({ ...change, fields: [...change.fields] })) ?? null,
    changeCount: changes?.length ?? 0,
    text: shown?.map((hunk) => ({ oldStart: hunk.oldStart, newStart: hunk.newStart, lines: hunk.lines })) ?? null,
    isTextCut: lines > mostTextLines,
  };
}

function answer(task: PlantTask): PlantAnswer {
  switch (task.kind) {
    case 'check':
      return { kind: 'checked', check: check(task.plantText, task.ask) };
    case 'copyStation':
      return block(task.plantText, copyStation(task.plantText, task.ask), { kind: 'station' });
    case 'addDevice':
      return block(task.plantText, deviceFromProfile(task.ask), { kind: 'device', stationId: task.ask.stationId });
    case 'compare':
      return { kind: 'compared', difference: compare(task.before, task.after) };
    case 'read':
      return { kind: 'read', plant: readPlant(task.text) };
  }
}

parentPort?.postMessage(answer(workerData as PlantTask));
