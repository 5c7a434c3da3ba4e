// From the answer of a device to the alarm in the page: a register crosses its limit while 10,000 other points are polled, and Chromium shows the row.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pass } from 'node:timers/promises';
import { createUnitImage, startModbusServer } from '../../simulators/modbus/modbus-server.ts';
import { createRandom } from '../../simulators/process/random.ts';
import { launchChromium, openPage, signIn } from '../harness/chromium.ts';
import { GatewatchClient } from '../harness/gatewatch-client.ts';
import { startGatewatch } from '../harness/gatewatch-process.ts';
import { type Bench, mustHold, percentile } from './bench.ts';
import { loadStations } from './load-plant.ts';
import { startLoadProcess } from './load-process.ts';

const scanMs = 100;
const alarmId = 'GS-01.PT-101.high';
const load = { devices: 100, pointsEach: 100 } as const;
const rounds = (isQuick: boolean) => (isQuick ? 20 : 200);

export const latencyBench: Bench = {
  name: 'latency',
  load: ({ isQuick }) =>
    `${rounds(isQuick)} alarms of one point polled every ${scanMs} ms, with ${load.devices * load.pointsEach} other points at 1 Hz and one page open in Chromium`,
  async run({ isQuick }) {
    const browser = await launchChromium();
    mustHold(browser !== null, 'a Chromium is there');
    if (browser === null) return [];
    const folder = mkdtempSync(path.join(tmpdir(), 'gatewatch-bench-'));
    const devices = await startLoadProcess(load);
    const image = createUnitImage();
    image.holding[0] = 20;
    let shownAt = Number.NaN;
    const device = await startModbusServer({
      host: '127.0.0.1',
      port: 0,
      framing: 'tcp',
      imageOf: () => {
        // The first answer that carries the new value: what comes before is the poll wait.
        if (image.holding[0] === 80 && Number.isNaN(shownAt)) shownAt = Date.now();
        return image;
      },
      behaviourOf: () => ({ kind: 'normal' }),
    });
    try {
      const plant = {
        schema: 1,
        company: { id: 'latency', name: { zh: '延迟', en: 'Latency' } },
        areas: [{ id: 'all', name: { zh: '全部', en: 'All' } }],
        stations: [
          {
            id: 'GS-01',
            type: 'gate',
            name: { zh: '门站', en: 'Gate' },
            area: 'all',
            devices: [
              {
                id: 'PLC-1',
                protocol: 'modbusTcp',
                host: '127.0.0.1',
                port: device.port,
                scan: `${scanMs}ms`,
                points: [
                  {
                    tag: 'PT-101',
                    name: { zh: '压力', en: 'Pressure' },
                    unit: 'kPa',
                    range: { min: 0, max: 100 },
                    register: { table: 'holding', address: 0, type: 'uint16' },
                    alarms: [{ kind: 'high', setpoint: 50, deadband: 5, priority: 'medium', response: { zh: '查看', en: 'Look' } }],
                  },
                ],
              },
            ],
          },
          ...loadStations({ ...load, ports: devices.ports }),
        ],
      };
      const plantFile = path.join(folder, 'plant.json');
      writeFileSync(plantFile, JSON.stringify(plant));
      const gatewatch = await startGatewatch({ dataDir: path.join(folder, 'data'), arguments: ['--plant', plantFile, '--no-simulators'] });
      try {
        const administrator = await GatewatchClient.signIn(gatewatch.address, 'admin', gatewatch.firstPassword ?? '');
        const password = 'a-long-enough-password';
        await administrator.ask('POST', '/api/users', { username: 'duty', displayName: '值班员', role: 'operator', password });
        const client = await GatewatchClient.signIn(gatewatch.address, 'duty', password);
        const { page } = await openPage(browser);
        await signIn(page, gatewatch.address, 'duty', password);
        await page.goto(`${gatewatch.address}/alarms`);
        await page.getByTestId('alarm-list').or(page.locator('.empty')).first().waitFor();
        // The page itself notes when the row is in its document; both clocks are this machine's.
        await page.evaluate((id) => {
          const seen = globalThis as unknown as { alarmSeenAt: number };
          seen.alarmSeenAt = 0;
          new MutationObserver(() => {
            if (seen.alarmSeenAt === 0 && document.querySelector(`[data-alarm-id="${id}"]`) !== null) seen.alarmSeenAt = Date.now();
          }).observe(document.body, { childList: true, subtree: true, attributes: true, attributeFilter: ['data-alarm-id'] });
        }, alarmId);
        const random = createRandom(5);
        const delays: number[] = [];
        for (let round = 0; round < rounds(isQuick); round += 1) {
          await page.waitForFunction((id) => document.querySelector(`[data-alarm-id="${id}"]`) === null, alarmId);
          await page.evaluate(() => {
            (globalThis as unknown as { alarmSeenAt: number }).alarmSeenAt = 0;
          });
          await pass(300 + random() * scanMs);
          shownAt = Number.NaN;
          image.holding[0] = 80;
          await page.waitForFunction(() => (globalThis as unknown as { alarmSeenAt: number }).alarmSeenAt > 0, undefined, {
            polling: 20,
            timeout: 10_000,
          });
          delays.push((await page.evaluate(() => (globalThis as unknown as { alarmSeenAt: number }).alarmSeenAt)) - shownAt);
          image.holding[0] = 20;
          const [alarm] = (await client.alarms('?station=GS-01')).filter((candidate) => candidate.alarmId === alarmId);
          mustHold(alarm !== undefined, 'the alarm of the page is the alarm of the server');
          if (alarm === undefined) break;
          // Acknowledged and returned, the row leaves the page for the next round.
          for (;;) {
            const current = await client.get<{ version: number; state: string }>(`/api/alarms/${alarmId}`);
            if (current.state === 'normal') break;
            await pass(50);
            await client.ask('POST', `/api/alarms/${alarmId}/acknowledge`, { version: current.version });
          }
        }
        mustHold(
          delays.every((delay) => Number.isFinite(delay) && delay >= 0),
          'no alarm was on the page before its value was read',
        );
        delays.sort((a, b) => a - b);
        const row = (figure: string, share: number, goal: string) => ({
          figure,
          value: percentile(delays, share),
          unit: 'ms',
          goal,
          peer: null,
        });
        return [
          row('answer of the device → row in the page, p50', 0.5, '≤ 20'),
          row('answer of the device → row in the page, p99', 0.99, '≤ 100'),
        ];
      } finally {
        await gatewatch.stop();
      }
    } finally {
      await browser.close();
      await device.stop();
      await devices.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  },
};
