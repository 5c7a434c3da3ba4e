// Secrets of the server's own: made once, for its user alone, never overwritten; each keeps the form on disk that data folders have.
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../test/harness/temporary-folder.ts';
import { openAccessKey } from '../access/access-key.ts';
import { SigningKeys } from '../evidence/signing-keys.ts';
import { AcknowledgeTokens } from '../notification/acknowledge-token.ts';
import { keptSecret } from './kept-secret.ts';

const folder = temporaryFolder();
let count = 0;
function ownFolder(): string {
  count += 1;
  const own = path.join(folder, String(count));
  mkdirSync(own);
  return own;
}

test('of many who start at once one makes it, and all hold the same', async () => {
  const file = path.join(ownFolder(), 'a.key');
  const held = await Promise.all(Array.from({ length: 20 }, (_, index) => keptSecret(file, () => `secret ${index}`)));
  expect(new Set(held).size).toBe(1);
  expect(readFileSync(file, 'utf8')).toBe(held[0]);
  expect(readdirSync(path.dirname(file))).toEqual(['a.key']);
});

test('it is for the server’s user alone, also where a backup was put back open to others', async () => {
  const file = path.join(ownFolder(), 'a.key');
  await keptSecret(file, () => 'secret');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  chmodSync(file, 0o644);
  expect(await keptSecret(file, () => 'other')).toBe('secret');
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test('the access key: 32 bytes in base64url with a line end; a damaged one stops the start and stays as it is', async () => {
  const own = ownFolder();
  const sealed = (await openAccessKey(own)).seal('x', 'p');
  expect(readFileSync(path.join(own, 'access.key'), 'utf8')).toMatch(/^[\w-]{43}\n$/);
  expect((await openAccessKey(own)).open(sealed, 'p')).toBe('x');
  writeFileSync(path.join(own, 'access.key'), 'half');
  await expect(openAccessKey(own)).rejects.toThrow('does not hold a key of Gatewatch');
  expect(readFileSync(path.join(own, 'access.key'), 'utf8')).toBe('half');
});

test('many servers that start at once on one folder verify each other’s links', async () => {
  const own = ownFolder();
  const all = await Promise.all(Array.from({ length: 8 }, () => AcknowledgeTokens.open(own)));
  const token = all[0]?.issue('018f0000-0000-7000-8000-000000000001', 'duty', 2_000) ?? '';
  expect(all.map((tokens) => tokens.verify(token, 1_000).kind)).toEqual(all.map(() => 'valid'));
  expect(statSync(path.join(own, 'acknowledge-link.key')).size).toBe(32);
});

test('the signing key: readable by the server’s user alone, the same over a restart, closed again where a restore left it open', async () => {
  const own = ownFolder();
  const first = await SigningKeys.open(own, 5);
  const keyId = (await first.publicKeys()).at(-1)?.keyId;
  const keys = path.join(own, 'evidence', 'keys');
  expect(readdirSync(keys).sort()).toEqual(['public-keys.json', 'signing-key.json']);
  const file = path.join(keys, 'signing-key.json');
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({
    schema: 1,
    keyId,
    privateKey: expect.stringMatching(/^-----BEGIN PRIVATE KEY-----/),
  });
  expect(await first.publicKeys()).toMatchObject([{ keyId, madeAtMs: 5, previous: null }]);
  chmodSync(file, 0o644);
  expect((await (await SigningKeys.open(own, 9)).sign('head', { a: 1 })).keyId).toBe(keyId);
  expect(statSync(file).mode & 0o777).toBe(0o600);
});
