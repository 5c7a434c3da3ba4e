import { mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../../test/harness/temporary-folder.ts';
import { forgetOldRefusals, isTrustedClient, listClientCertificates, moveClientCertificate } from './client-certificates.ts';

test('nobody is known at first, and nothing is found where nothing is', () => {
  const folder = temporaryFolder();
  expect(listClientCertificates(folder)).toEqual([]);
  expect(isTrustedClient(folder, '0'.repeat(40))).toBe(false);
  expect(moveClientCertificate(folder, '0'.repeat(40), 'trusted')).toBeNull();
});

test('files that are no certificates are passed over', () => {
  const folder = temporaryFolder();
  mkdirSync(path.join(folder, 'trusted', 'certs'), { recursive: true });
  writeFileSync(path.join(folder, 'trusted', 'certs', 'note.txt'), 'not a certificate');
  expect(listClientCertificates(folder)).toEqual([]);
});

test('a flood of refused certificates leaves the newest hundred', () => {
  const folder = temporaryFolder();
  const rejected = path.join(folder, 'rejected');
  mkdirSync(rejected);
  for (let index = 0; index < 250; index += 1) {
    const file = path.join(rejected, `${index}.pem`);
    writeFileSync(file, 'x');
    utimesSync(file, 1_000 + index, 1_000 + index);
  }
  forgetOldRefusals(folder);
  const left = readdirSync(rejected).map((name) => Number(path.parse(name).name));
  expect(left.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, index) => 150 + index));
});
