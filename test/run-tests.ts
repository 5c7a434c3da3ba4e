// `npm test`: lint and import rules, types, dead code, then every Vitest project; ends with one plain line of counts. `npm test -- FILTER` runs a part.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const filters = process.argv.slice(2);
let passed = 0;
let failed = 0;
let skipped = 0;

function bin(...parts: string[]): string {
  return path.join(root, 'node_modules', ...parts);
}

function check(name: string, script: string, arguments_: string[]): void {
  console.log(`\n== ${name}`);
  const result = spawnSync(process.execPath, [script, ...arguments_], { cwd: root, stdio: 'inherit' });
  if (result.status === 0) passed += 1;
  else failed += 1;
}

interface VitestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly testResults: readonly { readonly status: string; readonly assertionResults: readonly unknown[] }[];
}

function vitest(project: string): void {
  console.log(`\n== tests: ${project}`);
  const folder = mkdtempSync(path.join(tmpdir(), 'gatewatch-test-'));
  const outputFile = path.join(folder, 'report.json');
  const result = spawnSync(
    process.execPath,
    [
      bin('vitest', 'vitest.mjs'),
      'run',
      '--project',
      project,
      '--passWithNoTests',
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${outputFile}`,
      ...filters,
    ],
    { cwd: root, stdio: 'inherit' },
  );
  try {
    const report = JSON.parse(readFileSync(outputFile, 'utf8')) as VitestReport;
    passed += report.numPassedTests;
    failed += report.numFailedTests;
    skipped += report.numPendingTests;
    // A file that could not even be loaded has no assertion to count, and an unhandled error fails no single test.
    const brokenFiles = report.testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0).length;
    failed += brokenFiles;
    if (result.status !== 0 && report.numFailedTests === 0 && brokenFiles === 0) failed += 1;
  } catch {
    failed += 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (filters.length === 0) {
  check('lint, format and import rules', bin('@biomejs', 'biome', 'bin', 'biome'), ['check', '--error-on-warnings', '.']);
  check('types', bin('typescript', 'bin', 'tsc'), ['-p', 'tsconfig.json']);
  check('dead code', bin('knip', 'bin', 'knip.js'), ['--no-progress']);
}
for (const project of ['unit', 'dashboard', 'services', 'postgres', 'acceptance', 'browser']) vitest(project);
console.log(`\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);
