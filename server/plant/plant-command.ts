// `gatewatch plant check` and `plant schema`: what they say. Nothing is started.
import { z } from 'zod';
import type { Finding } from '../../domain/alarm-settings/finding.ts';
import { findingsOf } from '../../domain/alarm-settings/rationalisation.ts';
import { plantFileSchema } from '../../domain/plant/plant-file.ts';
import { loadPlantFile } from './load-plant-file.ts';

/** Throws where there is an error. */
export function checkPlantFile(file: string): readonly string[] {
  const { plant, plantSource } = loadPlantFile(file);
  return [
    ...plantSource.warnings,
    ...findingLines(findingsOf(plant)),
    `${file}: ${plant.stations.length} stations, ${plant.devices.length} devices, ${plant.points.length} points, ${plant.alarms.length} alarms: no errors`,
  ];
}

/** What rationalisation finds, a line an alarm. Never stops a start: errors have been refused before. */
function findingLines(findings: readonly Finding[]): readonly string[] {
  const byAlarm = Map.groupBy(findings, ({ alarmId }) => alarmId ?? 'plant');
  return [...byAlarm].map(([alarmId, found]) => `${alarmId}: warning: ${found.map(({ message }) => message.en).join('; ')}`);
}

/** For editors. */
export function plantSchemaText(): string {
  return JSON.stringify(z.toJSONSchema(plantFileSchema, { io: 'input', unrepresentable: 'any' }), null, 2);
}
