// A real server on a real port over a real database, link and historian, as its clients meet it: two stations alike, and the demo's people signed in.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll } from 'vitest';
import { openHistorian } from '../../historian/open-historian.ts';
import { twoGateStations } from './plant-of.ts';
import { realClock, startSmallServer } from './small-server.ts';
import { temporaryFolder } from './temporary-folder.ts';

const plant = twoGateStations([
  '{ tag: PT-101, name: { zh: 压力, en: Pressure }, unit: MPa, range: { min: 0, max: 1 }, digits: 3, role: inletPressure, register: { table: holding, address: 0, type: float32 }, defaultAlarms: false, alarms: [{ kind: high, setpoint: 0.5, priority: medium, response: r }, { kind: highHigh, setpoint: 0.6, priority: critical, response: r }] }',
  "{ tag: GD-501, name: { zh: 探测器, en: Detector }, unit: '%LEL', range: { min: 0, max: 100 }, role: gasDetector, register: { table: holding, address: 2, type: float32 }, defaultAlarms: false, alarms: [{ kind: highHigh, setpoint: 50, priority: critical, class: safety, latching: true, response: r }] }",
]);

export const people = ['duty', 'supervisor', 'team', 'engineer', 'auditor', 'admin'] as const;
export type Person = (typeof people)[number];

export interface Answer {
  readonly status: number;
  readonly type: string;
  // biome-ignore lint/suspicious/noExplicitAny: what a server answers is looked at, not trusted
  readonly body: any;
  readonly headers: Headers;
}

/** Call at the top of a test file: it is stopped after the last of its tests. */
export async function startHttpRig() {
  const folder = temporaryFolder();
  const dashboardDir = path.join(folder, 'dashboard');
  mkdirSync(dashboardDir, { recursive: true });
  writeFileSync(path.join(dashboardDir, 'index.html'), '<!doctype html><title>Gatewatch</title>');
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const historian = await openHistorian({ url: 'duckdb:', plant, dataDir: folder, clock: realClock, log });
  const small = await startSmallServer(plant, { dataDir: folder, historian, dashboardDir });
  afterAll(async () => {
    await small.stop();
    await historian.close();
  });
  const cookies = new Map<Person, string>();
  for (const person of people) cookies.set(person, await small.cookie(person));
  const { address } = small.server;

  async function ask(
    person: Person | null,
    method: string,
    url: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const response = await fetch(`${address}${url}`, {
      method,
      headers: {
        ...(person === null ? {} : { cookie: cookies.get(person) ?? '' }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const type = response.headers.get('content-type') ?? '';
    return { status: response.status, type, headers: response.headers, body: type.includes('json') ? JSON.parse(text) : text };
  }

  const { raise, beat, publish, logLines } = small;
  return { plant, folder, address, historian, cookies, logLines, ask, raise, beat, publish };
}

/** The `name=value` of a session that an answer has begun. */
export function cookieOf(answer: Answer): string {
  return (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
}
