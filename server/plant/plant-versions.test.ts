// Versions of the plant file across starts of a server: what is kept, who may look, what the journal says, what one has that another has not.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PlantDifference, PlantVersionView } from '../../domain/api/plant-versions-api.ts';
import type { JournalEntry } from '../../domain/journal/journal-entry.ts';
import { parsePlantText } from '../../domain/plant/parse-plant-file.ts';
import { type SmallServer, startSmallServer } from '../../test/harness/small-server.ts';
import { temporaryFolder } from '../../test/harness/temporary-folder.ts';

const textOf = (setpoint: number) => `schema: 1
company: { id: t, name: 测试 }
areas: [{ id: a, name: 区 }]
stations:
  - id: GS-01
    type: gate
    name: 门站
    area: a
    devices:
      - id: PLC-1
        protocol: modbusTcp
        host: 192.168.10.20
        points:
          - tag: PT-101
            name: 压力
            unit: MPa
            range: { min: 0, max: 10 }
            register: { address: 4, type: float32 }
            alarms: [{ kind: high, setpoint: ${setpoint}, priority: high, response: r }]
`;

const dataDir = temporaryFolder();
let server: SmallServer;

async function start(setpoint: number): Promise<SmallServer> {
  const text = textOf(setpoint);
  const parsed = parsePlantText(text, { version: `v${setpoint}` });
  if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.issues));
  const plantSource = { file: '/etc/gatewatch/plant.yaml', text, loadedBy: 'gatewatch@station', warnings: [`warning of ${setpoint}`] };
  return startSmallServer(parsed.plant, { dataDir, plantSource });
}

async function restart(setpoint: number): Promise<void> {
  await server.stop();
  server = await start(setpoint);
}
const get = <T>(person: string, url: string) => server.ask(person, 'GET', url) as Promise<{ status: number; body: T }>;
const versions = async () => (await get<PlantVersionView[]>('engineer', '/api/engineering/plant-versions')).body;

beforeAll(async () => {
  server = await start(6);
  await restart(6);
  await restart(5.5);
  await restart(6);
});
afterAll(() => server.stop());

describe('versions of the plant file', () => {
  test('a file loaded again unchanged is no version; one that comes back is a new one', async () => {
    const kept = await versions();
    expect(kept.map(({ number, version }) => [number, version])).toEqual([
      [3, 'v6'],
      [2, 'v5.5'],
      [1, 'v6'],
    ]);
    expect(kept[2]?.sha256).toBe(kept[0]?.sha256);
    expect(kept[0]).toMatchObject({
      untilMs: null,
      loadedBy: 'gatewatch@station',
      file: '/etc/gatewatch/plant.yaml',
      counts: { stations: 1, devices: 1, points: 1, alarms: 4 },
      warnings: ['warning of 6'],
    });
    expect(kept[1]?.untilMs).toBe(kept[0]?.sinceMs);
    expect(kept[0]?.findings).toBeGreaterThan(0);
  });

  test('the journal has a line for each, and none for a start with the same file', async () => {
    const lines = (await get<JournalEntry[]>('auditor', '/api/journal?limit=500')).body.filter(({ kind }) => kind === 'plant.inForce');
    expect(lines.map(({ detail }) => [detail.plantNumber, detail.plantVersion, detail.before])).toEqual([
      [3, 'v6', 'v5.5'],
      [2, 'v5.5', 'v6'],
      [1, 'v6', null],
    ]);
    expect(lines[0]?.detail).toMatchObject({ loadedBy: 'gatewatch@station', sha256: (await versions())[0]?.sha256 });
  });

  test('the difference in the terms of the plant and as text', async () => {
    const { status, body } = await get<PlantDifference>('engineer', '/api/engineering/plant-difference?from=1&to=2');
    expect(status).toBe(200);
    expect(body.changes).toEqual([
      {
        change: 'changed',
        kind: 'alarm',
        id: 'GS-01.PT-101.high',
        stationId: 'GS-01',
        fields: [{ field: 'setpoint', before: 6, after: 5.5 }],
      },
    ]);
    const lines = body.text?.flatMap((hunk) => hunk.lines) ?? [];
    expect(lines.filter((line) => !line.startsWith(' '))).toEqual([
      expect.stringMatching(/^-.*setpoint: 6,/),
      expect.stringMatching(/^\+.*setpoint: 5\.5,/),
    ]);
    const back = await get<PlantDifference>('engineer', '/api/engineering/plant-difference?from=1&to=3');
    expect(back.body).toMatchObject({ changes: [], changeCount: 0, text: [] });
  });

  test('the text of any version; none that is not there; nothing for who is limited to some stations', async () => {
    expect((await get('engineer', '/api/engineering/plant-versions/2/file')).body).toBe(textOf(5.5));
    expect((await get('engineer', '/api/engineering/plant-versions/9/file')).status).toBe(404);
    expect((await get('engineer', '/api/engineering/plant-difference?from=1&to=9')).status).toBe(404);
    await server.addPerson({ username: 'south', role: 'engineer', stationIds: ['GS-01'] });
    for (const url of ['plant-versions', 'plant-versions/1/file', 'plant-difference?from=1&to=2'])
      expect((await get('south', `/api/engineering/${url}`)).status).toBe(403);
  });
});
