// A thread of its own for one look at a plant file: a large one takes seconds to read, and no alarm may wait for it. Ends with its one answer.
import { parentPort, workerData } from 'node:worker_threads';
import { findingsOf } from '../../domain/alarm-settings/rationalisation.ts';
import type { AddDevice, CopyStation, PlantCheckRequest, PlantCheckResult } from '../../domain/api/engineering-api.ts';
import { type BlockResult, checkText, copyStation, deviceFromProfile } from '../../domain/plant/plant-blocks.ts';
import { formatPath } from '../../domain/plant/plant-issues.ts';

export type PlantTask =
  | { readonly kind: 'check'; readonly plantText: string; readonly ask: PlantCheckRequest }
  | { readonly kind: 'copyStation'; readonly plantText: string; readonly ask: CopyStation }
  | { readonly kind: 'addDevice'; readonly plantText: string; readonly ask: AddDevice };
export type PlantAnswer =
  | { readonly kind: 'checked'; readonly check: PlantCheckResult }
  | { readonly kind: 'block'; readonly text: string; readonly check: PlantCheckResult }
  | { readonly kind: 'refused'; readonly reason: string };

const mostIssues = 300;

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

function answer(task: PlantTask): PlantAnswer {
  switch (task.kind) {
    case 'check':
      return { kind: 'checked', check: check(task.plantText, task.ask) };
    case 'copyStation':
      return block(task.plantText, copyStation(task.plantText, task.ask), { kind: 'station' });
    case 'addDevice':
      return block(task.plantText, deviceFromProfile(task.ask), { kind: 'device', stationId: task.ask.stationId });
  }
}

parentPort?.postMessage(answer(workerData as PlantTask));
