import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parsePlantText } from '../../domain/plant/parse-plant-file.ts';
import type { Plant } from '../../domain/plant/plant.ts';
import { ManualClock } from '../../domain/time/manual-clock.ts';
import { AccessControl } from '../access/access-control.ts';
import type { Identity } from '../access/identity.ts';
import { type Database, openDatabase } from '../journal/database.ts';
import { Journal, readJournal } from '../journal/journal.ts';
import { Ledger } from '../journal/ledger.ts';
import { WallLinks } from './wall-links.ts';

const station = (id: string, area: string) => `
  - id: ${id}
    type: gate
    name: { zh: ${id}, en: ${id} }
    area: ${area}`;
const plantOf = (...stations: string[]): Plant => {
  const parsed = parsePlantText(
    `schema: 1
company: { id: t, name: { zh: 测试, en: Test } }
areas: [{ id: north, name: { zh: 北, en: North } }, { id: south, name: { zh: 南, en: South } }]
stations:${stations.join('')}
`,
    { version: 'v1' },
  );
  if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.issues));
  return parsed.plant;
};
const plant = plantOf(station('GS-01', 'north'), station('GS-02', 'south'));

let folder: string;
let database: Database;
let access: AccessControl;
let links: WallLinks;
let ledger: Ledger;
let admin: Identity;
const clock = new ManualClock(1_764_000_000_000);

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'gatewatch-wall-'));
  database = await openDatabase('sqlite:', folder);
  ledger = new Ledger(database, await Journal.open(database), clock);
  access = new AccessControl(ledger, clock);
  await access.prepare('demo');
  const signedIn = await access.signIn({ username: 'admin', password: 'admin-demo' }, 'desk');
  if (signedIn.kind !== 'ok') throw new Error(signedIn.kind);
  admin = signedIn.identity;
  links = await WallLinks.open({ plant, ledger, access, clock });
});
afterEach(async () => {
  await database.destroy();
  rmSync(folder, { recursive: true, force: true });
});

async function made(areaIds?: string[]) {
  const result = await links.make({ label: '大厅左屏', ...(areaIds === undefined ? {} : { areaIds }) }, admin);
  if (result.kind !== 'made') throw new Error(result.kind);
  return result;
}
const kinds = async () => (await readJournal(database, { limit: 100 })).map((entry) => entry.kind);

test('[WL1] [WL3] the key opens a session of a viewer, which ends like any other and can be opened again', async () => {
  const { key, link } = await made();
  const session = await links.enter(key, 'wall');
  expect(session?.identity).toMatchObject({ role: 'viewer', displayName: '大厅左屏', username: link.username, stationIds: null });
  expect((await links.list())[0]?.isOpened).toBe(true);
  clock.advance(12 * 3_600_000 + 1);
  expect(await access.identify(session?.token)).toBeNull();
  expect(await links.enter(key, 'wall')).not.toBeNull();
});

test('[WL1] an account that was made more than a viewer is not opened by its link', async () => {
  const { key, link } = await made();
  await database.updateTable('user_account').set({ role: 'administrator' }).where('username', '=', link.username).execute();
  expect(await links.enter(key, 'wall')).toBeNull();
});

test('[WL2] the key is kept as a hash alone; another key opens nothing', async () => {
  const { key } = await made();
  expect(JSON.stringify(await database.selectFrom('wall_link').selectAll().execute())).not.toContain(key);
  expect(JSON.stringify(await links.list())).not.toContain(key);
  expect(await links.enter(`${key}x`, 'wall')).toBeNull();
});

test('[WL4] revoked: its sessions end at once, and the key stays dead when the account is enabled again', async () => {
  const { key, link } = await made();
  const session = await links.enter(key, 'wall');
  const ended: string[] = [];
  access.sessions.onEnded((hash) => ended.push(hash));
  expect((await links.revoke(link.id, admin)).kind).toBe('revoked');
  expect(ended).toEqual([session?.identity.tokenHash]);
  expect(await access.identify(session?.token)).toBeNull();
  await access.setDisabled(link.username, false, { kind: 'system', part: 'server' });
  expect(await links.enter(key, 'wall')).toBeNull();
  expect(await links.revoke(link.id, admin)).toMatchObject({ kind: 'alreadyRevoked', link: { revokedBy: 'admin' } });
  expect((await links.revoke('nothing', admin)).kind).toBe('unknown');
});

test('[WL5] the journal tells of it all', async () => {
  const { key, link } = await made();
  await links.enter(key, 'wall');
  await links.revoke(link.id, admin);
  const lines = await kinds();
  for (const kind of ['wall.create', 'wall.open', 'wall.revoke']) expect(lines.filter((line) => line === kind)).toHaveLength(1);
});

test('[WL6] by area: only its stations, and also one that the plant file adds later', async () => {
  const { key } = await made(['north']);
  expect([...((await links.enter(key, 'wall'))?.identity.stationIds ?? [])]).toEqual(['GS-01']);
  const grown = plantOf(station('GS-01', 'north'), station('GS-02', 'south'), station('RS-09', 'north'));
  links = await WallLinks.open({ plant: grown, ledger, access, clock });
  expect([...((await links.enter(key, 'wall'))?.identity.stationIds ?? [])]).toEqual(['GS-01', 'RS-09']);
  expect((await kinds()).filter((kind) => kind === 'wall.stations')).toHaveLength(1);
  expect(await links.make({ label: 'x', areaIds: ['nowhere'] }, admin)).toEqual({ kind: 'unknownArea', areaId: 'nowhere' });
});

test('every rule is cited by a test', () => {
  const rules = [...readFileSync(new URL('RULES.md', import.meta.url), 'utf8').matchAll(/^- \*\*(WL\d+)\*\*/gm)].map(([, rule]) => rule);
  const cited = new Set([...readFileSync(new URL(import.meta.url), 'utf8').matchAll(/\[(WL\d+)\]/g)].map(([, rule]) => rule));
  expect(rules).toEqual([...cited].sort());
});
