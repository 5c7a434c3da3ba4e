// A plant file from the disk, for a start or a check. One with an error stops what was started with it: every error is told with its line and path.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { parsePlantText } from '../../domain/plant/parse-plant-file.ts';
import type { Plant } from '../../domain/plant/plant.ts';
import { formatIssue } from '../../domain/plant/plant-issues.ts';
import { StartError } from '../../domain/start/start-error.ts';
import { commandPerson } from '../access/command-person.ts';
import type { PlantFileSource } from './plant-versions.ts';

export function loadPlantFile(file: string): { readonly plant: Plant; readonly plantSource: PlantFileSource } {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new StartError(`cannot read the plant file ${file}: ${(error as Error).message}`);
  }
  const parsed = parsePlantText(text, { version: createHash('sha256').update(text).digest('hex').slice(0, 16) });
  if (parsed.kind === 'invalid') {
    const lines = parsed.issues.map((issue) => formatIssue(issue, file));
    throw new StartError([...lines, `${lines.length} error(s): the plant was not started`].join('\n'));
  }
  const warnings = parsed.warnings.map((issue) => formatIssue(issue, file));
  return { plant: parsed.plant, plantSource: { file, text, loadedBy: commandPerson(), warnings } };
}
