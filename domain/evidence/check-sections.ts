// Further sections of a bundle (duty, incidents, plant versions …): every table is there with the rows that the summary names, and no file is there that
// nobody accounts for.
import {
  alarmsName,
  headsName,
  intervalsName,
  intervalsParquetName,
  journalCsvName,
  journalName,
  readingsFolder,
  reportName,
  type Summary,
  summaryName,
  testAlarmsName,
} from './bundle.ts';
import { linesOf } from './bundle-source.ts';
import { DoesNotHold } from './does-not-hold.ts';
import type { OpenBundle } from './open-bundle.ts';

const ownFiles: ReadonlySet<string> = new Set([
  reportName,
  summaryName,
  journalName,
  journalCsvName,
  headsName,
  alarmsName,
  testAlarmsName,
  intervalsName,
  intervalsParquetName,
]);

export async function checkSections(bundle: OpenBundle, summary: Summary): Promise<void> {
  const { source, manifest, place } = bundle;
  const named = new Set<string>();
  for (const { files } of Object.values(summary.sections)) {
    for (const [name, rows] of Object.entries(files)) {
      named.add(name);
      const placed = place(name);
      if (!name.endsWith('.csv')) continue;
      let lines = -1;
      for await (const _ of linesOf(source, placed)) lines += 1;
      if (lines !== rows) throw new DoesNotHold(name, `it has ${lines} rows where the summary names ${rows}`);
    }
  }
  for (const { name } of manifest.files)
    if (!ownFiles.has(name) && !name.startsWith(readingsFolder) && !named.has(name))
      throw new DoesNotHold(name, 'nothing in the summary accounts for this file');
}
