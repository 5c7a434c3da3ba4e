// Every rule in RULES.md is cited by a test, and no test cites a rule that is not there.
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

test('every rule is cited by a test', () => {
  const folder = new URL('.', import.meta.url);
  const rules = [...readFileSync(new URL('RULES.md', folder), 'utf8').matchAll(/^- \*\*(DU\d+)\*\*/gm)].map(([, rule]) => rule);
  const cited = new Set(
    readdirSync(folder)
      .filter((file) => file.endsWith('.test.ts'))
      .flatMap((file) => [...readFileSync(new URL(file, folder), 'utf8').matchAll(/\[(DU\d+)\]/g)].map(([, rule]) => rule)),
  );
  expect(rules.filter((rule) => !cited.has(rule))).toEqual([]);
  expect([...cited].filter((rule) => !rules.includes(rule))).toEqual([]);
});
