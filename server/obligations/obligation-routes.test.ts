// Obligations and certificates as their clients meet them: who sees which station, what is refused and how, and a pack that another province brings.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  certificateListSchema,
  inspectionSchema,
  obligationDetailSchema,
  obligationMatrixSchema,
} from '../../domain/api/obligations-api.ts';
import type { JournalEntry } from '../../domain/journal/journal-entry.ts';
import { twoGateStations } from '../../test/harness/plant-of.ts';
import { type SmallServer, startSmallServer } from '../../test/harness/small-server.ts';
import { temporaryFolder } from '../../test/harness/temporary-folder.ts';
import { lastNight } from './inspection.ts';
import { parseRulePack, readRulePack } from './read-rule-pack.ts';

const plant = twoGateStations([
  "{ tag: GD-1, name: { zh: 探测器, en: Detector }, unit: '%LEL', range: { min: 0, max: 100 }, role: gasDetector, register: { address: 2, type: float32 }, defaultAlarms: false, alarms: [{ kind: highHigh, setpoint: 50, priority: critical, class: safety, response: r }] }",
]);
let small: SmallServer;

beforeAll(async () => {
  small = await startSmallServer(plant);
  await small.addPerson({ username: 'one', role: 'auditor', stationIds: ['GS-01'] });
});
afterAll(() => small.stop());

const certificate = {
  username: 'duty',
  title: '燃气值班资格',
  number: 'ZS-1',
  issuer: '住建厅',
  validFrom: '2026-01-01',
  validTo: '2026-12-31',
};

describe('the matrix', () => {
  test('has the company and every station that one may see, each obligation with its clause, and a day for each day of the month', async () => {
    const { status, body } = await small.ask('auditor', 'GET', '/api/obligations');
    expect(status).toBe(200);
    const matrix = obligationMatrixSchema.parse(body);
    expect(matrix.rows.map(({ stationId }) => stationId)).toEqual([null, 'GS-01', 'GS-02']);
    expect(matrix.pack.obligations.every(({ clauses }) => clauses.length > 0)).toBe(true);
    for (const row of matrix.rows) for (const cell of row.cells) expect(cell.days).toHaveLength(matrix.period.dayStartsMs.length);
    expect(matrix.rows[1]?.cells.find(({ obligationId }) => obligationId === 'videoSurveillance')?.state).toBe('notMeasured');
    const own = obligationMatrixSchema.parse((await small.ask('one', 'GET', '/api/obligations')).body);
    expect(own.rows.map(({ stationId }) => stationId)).toEqual([null, 'GS-01']);
  });

  test('a period that makes no sense is refused with its place', async () => {
    const day = 86_400_000;
    for (const [query, word] of [
      [`from=${Date.now()}&to=${Date.now() - day}`, 'after'],
      [`from=${Date.now() + day}&to=${Date.now() + 2 * day}`, 'not begun'],
      [`from=${Date.now() - 500 * day}`, '400 days'],
      ['month=2026-13', 'month'],
    ] as const) {
      const { status, body } = await small.ask('auditor', 'GET', `/api/obligations?${query}`);
      expect(status).toBe(400);
      expect(JSON.stringify(body)).toContain(word);
    }
  });

  test('one obligation is of a station, or of the company; of a station out of sight it does not exist', async () => {
    const { body } = await small.ask('auditor', 'GET', '/api/obligations/detectorCalibration?station=GS-02');
    expect(obligationDetailSchema.parse(body).findings.map(({ cause }) => cause)).toEqual(['notCalibrated', 'neverTested']);
    expect((await small.ask('auditor', 'GET', '/api/obligations/dutyWatch')).status).toBe(200);
    expect((await small.ask('auditor', 'GET', '/api/obligations/dutyWatch?station=GS-01')).status).toBe(404);
    expect((await small.ask('one', 'GET', '/api/obligations/gasDetection?station=GS-02')).status).toBe(404);
    expect((await small.ask('one', 'GET', '/api/stations/GS-02/inspection')).status).toBe(404);
    expect(inspectionSchema.parse((await small.ask('one', 'GET', '/api/stations/GS-01/inspection')).body).detectors).toMatchObject([
      { pointId: 'GS-01.GD-1', certificate: null, lastLoopTestMs: null },
    ]);
  });
});

describe('certificates', () => {
  test('are entered once, revoked once, and journaled', async () => {
    expect((await small.ask('duty', 'POST', '/api/certificates', certificate)).status).toBe(403);
    expect((await small.ask('supervisor', 'POST', '/api/certificates', { ...certificate, validTo: '2025-01-01' })).status).toBe(400);
    expect((await small.ask('supervisor', 'POST', '/api/certificates', { ...certificate, username: 'nobody' })).status).toBe(400);
    const added = await small.ask('supervisor', 'POST', '/api/certificates', certificate);
    expect(added.status).toBe(200);
    const { id } = added.body as { id: string };
    expect((await small.ask('admin', 'POST', '/api/certificates', certificate)).status).toBe(409);
    const list = certificateListSchema.parse((await small.ask('auditor', 'GET', '/api/certificates')).body);
    expect(list.certificates).toMatchObject([{ number: 'ZS-1', displayName: '值班员 王敏', revoked: null }]);
    expect(list.people.map(({ username }) => username)).toContain('duty');
    expect((await small.ask('admin', 'POST', `/api/certificates/${id}/revoke`, { reason: '送检' })).status).toBe(200);
    expect((await small.ask('supervisor', 'POST', `/api/certificates/${id}/revoke`, { reason: 'x' })).status).toBe(409);
    const { body } = await small.ask('auditor', 'GET', '/api/journal?limit=50');
    expect((body as JournalEntry[]).map(({ kind }) => kind).filter((kind) => kind.startsWith('certificate.'))).toEqual([
      'certificate.revoke',
      'certificate.add',
    ]);
  });
});

test('last night is the newest of which half is over, up to now while it lasts', () => {
  const at = (text: string) => Date.parse(`${text}+08:00`);
  const night = (text: string) => {
    const { fromMs, toMs } = lastNight(at(text), 'Asia/Shanghai');
    return [fromMs, toMs];
  };
  expect(night('2026-07-15T10:00')).toEqual([at('2026-07-14T20:00'), at('2026-07-15T08:00')]);
  expect(night('2026-07-15T05:00')).toEqual([at('2026-07-14T20:00'), at('2026-07-15T05:00')]);
  expect(night('2026-07-15T01:00')).toEqual([at('2026-07-13T20:00'), at('2026-07-14T08:00')]);
  expect(night('2026-07-15T22:00')).toEqual([at('2026-07-14T20:00'), at('2026-07-15T08:00')]);
});

describe('rule packs', () => {
  const text = (rule: string) => `schema: 1
id: other
version: '1'
name: 另一省
sources: [x]
obligations:
  - { id: watch, name: 值守, shortName: 值守, scope: company, clauses: [{ reference: 一, text: 值守 }], responsible: [supervisor], rule: ${rule} }
`;

  test('another province brings its own file and nothing else', async () => {
    const dataDir = temporaryFolder();
    writeFileSync(path.join(dataDir, 'obligation-pack.yaml'), text('{ evaluator: dutyWatch, emptyFor: 1min }'));
    expect(readRulePack(dataDir)).toMatchObject({ id: 'other', obligations: [{ id: 'watch', rule: { emptyFor: 60_000 } }] });
    const other = await startSmallServer(plant, { dataDir });
    try {
      const matrix = obligationMatrixSchema.parse((await other.ask('auditor', 'GET', '/api/obligations')).body);
      expect(matrix.pack.name.zh).toBe('另一省');
      expect(matrix.rows.flatMap(({ cells }) => cells)).toHaveLength(1);
    } finally {
      await other.stop();
    }
  });

  test('a fault names its place', () => {
    expect(() => parseRulePack(text('{ evaluator: dutyWatch, emptyFor: soon }'), 'my.yaml')).toThrow(
      /my\.yaml.*obligations\.0\.rule\.emptyFor/,
    );
    expect(() => parseRulePack(text('{ evaluator: gasDetection }'), 'my.yaml')).toThrow(/judged for the station/);
    expect(() => parseRulePack('a: [', 'my.yaml')).toThrow(/not YAML/);
  });
});
