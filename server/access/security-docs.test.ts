// What docs/security.md points to is there: a defence whose test was moved or removed is noticed.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { parseAccessFile } from '../../domain/access/access-policy.ts';

const root = path.resolve(import.meta.dirname, '..', '..');
const textOf = (name: string) => readFileSync(path.join(root, 'docs', name), 'utf8');

test('every file that the threat model names exists', () => {
  const named = [...textOf('security.md').matchAll(/`((?:server|domain|test|dashboard)\/[\w./-]+)`/g)].map(([, file]) => file ?? '');
  expect(named.length).toBeGreaterThan(20);
  expect(named.filter((file) => !existsSync(path.join(root, file)))).toEqual([]);
});

test('the access file of the documentation is one', () => {
  const yaml = /```yaml\n([\s\S]*?)```/.exec(textOf('access.md'))?.[1] ?? '';
  expect(parseAccessFile(yaml)).toMatchObject({ kind: 'ok', policy: { areAdministratorsSeparate: true } });
});
