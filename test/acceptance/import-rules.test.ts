// The check of the import table can fail: a forbidden import in each folder is found, an allowed one is not.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..');

function lint(folder: string, imported: string): { readonly code: number | null; readonly output: string } {
  const place = mkdtempSync(path.join(root, folder, 'import-rule-'));
  onTestFinished(() => rmSync(place, { recursive: true, force: true }));
  const file = path.join(place, 'probe.ts');
  writeFileSync(file, `import { probe } from '${imported}';\n\nprobe();\n`);
  const biome = path.join(root, 'node_modules', '@biomejs', 'biome', 'bin', 'biome');
  const { status, stdout, stderr } = spawnSync(process.execPath, [biome, 'lint', path.relative(root, file)], {
    cwd: root,
    encoding: 'utf8',
  });
  return { code: status, output: stdout + stderr };
}

test.each([
  ['domain', '../../historian/historian.ts'],
  ['domain', 'node:fs'],
  ['historian', '../../link/link.ts'],
  ['link', '../../collector/collector.ts'],
  ['collector', '../../server/create-server.ts'],
  ['server', '../../collector/collector.ts'],
  ['dashboard', '../../server/create-server.ts'],
  ['simulators', '../../collector/collector.ts'],
])('%s may not import %s', (folder, imported) => {
  const { code, output } = lint(folder, imported);
  expect(output).toMatch(/noRestrictedImports|noNodejsModules/);
  expect(code).not.toBe(0);
});

test.each([
  ['historian', '../../domain/exhaustive.ts'],
  ['collector', '../../link/link.ts'],
  ['server', '../../historian/historian.ts'],
])('%s may import %s', (folder, imported) => {
  expect(lint(folder, imported).output).not.toMatch(/noRestrictedImports/);
});
