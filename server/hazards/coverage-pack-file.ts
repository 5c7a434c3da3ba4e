// Reads the coverage pack that comes with the product. A pack that does not hold its shape stops the start with the place of the fault.
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { type CoveragePack, coveragePackSchema } from '../../domain/hazards/coverage-pack.ts';

const packFile = new URL('../../domain/hazards/coverage-pack.yaml', import.meta.url);

export function readCoveragePack(file: URL = packFile): CoveragePack {
  const parsed = coveragePackSchema.safeParse(parse(readFileSync(file, 'utf8')));
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
  throw new Error(`the coverage pack ${file.pathname} is not right: ${issues}`);
}
