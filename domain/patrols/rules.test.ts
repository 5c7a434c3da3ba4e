// Every rule in RULES.md is cited by a test here or in the server's folder, and no test cites a rule that is not there.
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

test('every rule is cited by a test', () => {
  const folders = [new URL('.', import.meta.url), new URL('../../server/patrols/', import.meta.url)];
  const rules = [...readFileSync(new URL('RULES.md', import.meta.url), 'utf8').matchAll(/^- \*\*(PT\d+)\*\*/gm)].map(([, rule]) => rule);
  const cited = new Set(
    folders.flatMap((folder) =>
      readdirSync(folder)
        .filter((file) => file.endsWith('.test.ts') && file !== 'rules.test.ts')
        .flatMap((file) => [...readFileSync(new URL(file, folder), 'utf8').matchAll(/\[(PT\d+)\]/g)].map(([, rule]) => rule)),
    ),
  );
  expect(rules.length).toBeGreaterThan(10);
  expect(rules.filter((rule) => !cited.has(rule))).toEqual([]);
  expect([...cited].filter((rule) => !rules.includes(rule))).toEqual([]);
});
