// Bundles over HTTP: asked for, made, fetched, cancelled, removed; seen by those who may see all of it; each step in the journal.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { EvidenceJobView } from '../../domain/api/evidence-api.ts';
import type { HistorianReader } from '../../historian/historian.ts';
import { qualityRunsOf } from '../../historian/quality-runs.ts';
import { evidencePlant, verifyFile } from '../../test/harness/evidence-rig.ts';
import { type SmallServer, startSmallServer } from '../../test/harness/small-server.ts';
import { temporaryFolder } from '../../test/harness/temporary-folder.ts';

const empty = { timeMs: new Float64Array(0), value: new Float64Array(0), quality: new Uint8Array(0), isTruncated: false };
let release: () => void = () => undefined;
let held: Promise<void> | null = null;
/** An engine without an export of its own: what is read is gathered. */
const historian: HistorianReader = {
  async readRaw() {
    await held;
    return empty;
  },
  readRawOfMany: async () => ({ ...empty, point: new Uint16Array(0) }),
  readQualityRuns: async ({ pointIds, silenceMs }) => qualityRunsOf({ ...empty, point: new Uint16Array(0) }, pointIds.length, silenceMs),
  readBuckets: async () => {
    throw new Error('not asked for here');
  },
};

const folder = temporaryFolder();
let server: SmallServer;
beforeAll(async () => {
  server = await startSmallServer(evidencePlant(), { historian });
  await server.addPerson({ username: 'limited', role: 'auditor', stationIds: ['GS-02'] });
});
afterAll(() => server.stop());

const date = (daysAgo: number) => new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Shanghai' }).format(Date.now() - daysAgo * 86_400_000);
const order = (stationIds: string[] | null) => ({ stationIds, fromDate: date(1), toDate: date(0), language: 'zh', reason: '检查' });

async function ask(person: string, stationIds: string[] | null): Promise<EvidenceJobView> {
  const answer = await server.ask(person, 'POST', '/api/evidence', order(stationIds));
  expect(answer).toMatchObject({ status: 200, body: { state: 'queued' } });
  return answer.body as EvidenceJobView;
}

async function until(id: string, state: EvidenceJobView['state']): Promise<EvidenceJobView> {
  let job: EvidenceJobView | null = null;
  await expect
    .poll(
      async () => {
        job = (await server.ask('auditor', 'GET', `/api/evidence/${id}`)).body as EvidenceJobView;
        return job.state;
      },
      { timeout: 20_000 },
    )
    .toBe(state);
  if (job === null) throw new Error('no job');
  return job;
}

const kinds = async () =>
  ((await server.ask('auditor', 'GET', '/api/journal?limit=200')).body as { kind: string }[]).map(({ kind }) => kind);

test('a bundle is made, fetched as it was signed, and removed; the journal tells of each', async () => {
  const { id } = await ask('auditor', ['GS-01']);
  const made = await until(id, 'done');
  expect(made).toMatchObject({ share: 1, isWholeCompany: false, manifestHash: expect.stringMatching(/^[0-9a-f]{64}$/) });
  const bytes = await fetchBundle(id);
  expect(bytes.length).toBe(made.bytes);
  const file = path.join(folder, 'bundle.zip');
  writeFileSync(file, bytes);
  expect(await verifyFile(file)).toMatchObject({
    kind: 'holds',
    manifestHash: made.manifestHash,
    summary: { stations: [{ id: 'GS-01', readings: 0, goodShare: 0 }] },
  });
  expect((await server.ask('auditor', 'DELETE', `/api/evidence/${id}`)).status).toBe(204);
  expect((await server.ask('auditor', 'GET', `/api/evidence/${id}`)).status).toBe(404);
  expect(await kinds()).toEqual(expect.arrayContaining(['evidence.request', 'evidence.made', 'evidence.download', 'evidence.remove']));
});

async function fetchBundle(id: string): Promise<Buffer> {
  const session = await fetch(`${server.server.address}/api/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username: 'auditor', password: 'auditor-demo' }),
  });
  const cookie = (session.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  const answer = await fetch(`${server.server.address}/api/evidence/${id}/bundle`, { headers: { cookie } });
  expect(answer.headers.get('content-disposition')).toMatch(/gatewatch-evidence-GS-01-\d{4}-\d\d-\d\d/);
  return Buffer.from(await answer.arrayBuffer());
}

test('one that is being made is cancelled, and leaves no file', async () => {
  held = new Promise((resolve) => {
    release = resolve;
  });
  const { id } = await ask('auditor', ['GS-01']);
  await until(id, 'running');
  expect((await server.ask('auditor', 'GET', `/api/evidence/${id}/bundle`)).status).toBe(409);
  expect(await server.ask('auditor', 'POST', `/api/evidence/${id}/cancel`)).toMatchObject({ status: 200, body: { state: 'cancelled' } });
  release();
  held = null;
  expect((await server.ask('auditor', 'POST', `/api/evidence/${id}/cancel`)).status).toBe(409);
  const next = await ask('auditor', ['GS-01']);
  await until(next.id, 'done');
  expect(await server.ask('auditor', 'GET', `/api/evidence/${id}`)).toMatchObject({ body: { state: 'cancelled', bytes: null } });
  expect(await kinds()).toContain('evidence.cancel');
});

test('who may see one station asks for that one, and sees no bundle with more', async () => {
  const whole = await ask('auditor', null);
  expect(await until(whole.id, 'done')).toMatchObject({ isWholeCompany: true, stationIds: ['GS-01', 'GS-02'] });
  expect(await server.ask('limited', 'POST', '/api/evidence', order(['GS-01']))).toMatchObject({ status: 400 });
  const own = await server.ask('limited', 'POST', '/api/evidence', order(null));
  expect(own).toMatchObject({ status: 200, body: { stationIds: ['GS-02'], isWholeCompany: false } });
  const seen = (await server.ask('limited', 'GET', '/api/evidence')).body as EvidenceJobView[];
  expect(seen.map(({ id }) => id)).toEqual([(own.body as EvidenceJobView).id]);
  expect((await server.ask('limited', 'GET', `/api/evidence/${whole.id}`)).status).toBe(404);
  await until((own.body as EvidenceJobView).id, 'done');
});

test('a period that has not begun, or ends before it begins, is refused with the place of the mistake', async () => {
  const wrong = (more: object) => server.ask('auditor', 'POST', '/api/evidence', { ...order(null), ...more });
  expect(await wrong({ fromDate: '2999-01-01', toDate: '2999-01-02' })).toMatchObject({
    status: 400,
    body: { errors: [{ path: 'fromDate' }] },
  });
  expect(await wrong({ fromDate: '2026-02-02', toDate: '2026-02-01' })).toMatchObject({
    status: 400,
    body: { errors: [{ path: 'toDate' }] },
  });
  expect(await wrong({ reason: ' ' })).toMatchObject({ status: 400 });
});
