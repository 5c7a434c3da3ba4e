// The server as its clients meet it: a real server on a real port over a real database, link and historian.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { pino } from 'pino';
import { io, type Socket } from 'socket.io-client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mayDo, type Permission } from '../../domain/access/roles.ts';
import type { AlarmView } from '../../domain/api/alarm-api.ts';
import type { CollectorStatus } from '../../domain/messages/collector-status.ts';
import type { ConditionMessage } from '../../domain/messages/condition-message.ts';
import {
  type ClientToServerEvents,
  type LiveAlarm,
  type LiveReadings,
  type LiveRefusal,
  type LiveSnapshot,
  liveRefusalSchema,
  type ServerToClientEvents,
} from '../../domain/messages/live-channel.ts';
import { parsePlantText } from '../../domain/plant/parse-plant-file.ts';
import { Quality } from '../../domain/readings/quality.ts';
import { createReadingBatch, pushReading } from '../../domain/readings/reading-batch.ts';
import type { Clock } from '../../domain/time/clock.ts';
import type { Historian } from '../../historian/historian.ts';
import { openHistorian } from '../../historian/open-historian.ts';
import { createInProcessLink } from '../../link/in-process/in-process-link.ts';
import type { CollectorLink } from '../../link/link.ts';
import { createServer, type Server } from '../create-server.ts';

const clock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  after(delayMs, callback) {
    const timer = setTimeout(callback, delayMs);
    return { cancel: () => clearTimeout(timer) };
  },
};

const station = (id: string) => `
  - id: ${id}
    type: gate
    name: { zh: 站 ${id}, en: Station ${id} }
    area: a
    devices:
      - id: PLC-1
        protocol: modbusTcp
        host: h
        points:
          - { tag: PT-101, name: { zh: 压力, en: Pressure }, unit: MPa, range: { min: 0, max: 1 }, digits: 3, role: inletPressure, register: { table: holding, address: 0, type: float32 }, defaultAlarms: false, alarms: [{ kind: high, setpoint: 0.5, priority: medium, response: r }, { kind: highHigh, setpoint: 0.6, priority: critical, response: r }] }
          - { tag: GD-501, name: { zh: 探测器, en: Detector }, unit: '%LEL', range: { min: 0, max: 100 }, role: gasDetector, register: { table: holding, address: 2, type: float32 }, defaultAlarms: false, alarms: [{ kind: highHigh, setpoint: 50, priority: critical, class: safety, latching: true, response: r }] }`;
const parsed = parsePlantText(
  `schema: 1
company: { id: t, name: { zh: 测试, en: Test } }
areas: [{ id: a, name: { zh: 区, en: Area } }]
stations:${station('GS-01')}${station('GS-02')}
`,
  { version: 'v1' },
);
if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.issues));
const { plant } = parsed;

const folder = mkdtempSync(path.join(tmpdir(), 'gatewatch-http-'));
const logLines: string[] = [];
let server: Server;
let collector: CollectorLink;
let historian: Historian;
const cookies = new Map<string, string>();
const people = ['duty', 'supervisor', 'team', 'engineer', 'auditor', 'admin'] as const;
type Person = (typeof people)[number];

interface Answer {
  readonly status: number;
  readonly type: string;
  // biome-ignore lint/suspicious/noExplicitAny: what a server answers is looked at, not trusted
  readonly body: any;
  readonly headers: Headers;
}

async function ask(
  person: Person | null,
  method: string,
  url: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await fetch(`${server.address}${url}`, {
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

let sequence = 0;
const outboxId = '018f0000-0000-7000-8000-000000000001';
const occurrence = (number: number) => `018f0000-0000-7000-8000-${String(number).padStart(12, '0')}`;
async function raise(alarmId: string): Promise<string> {
  sequence += 1;
  const message: ConditionMessage = {
    kind: 'raise',
    sequence,
    alarmId,
    occurrenceId: occurrence(sequence),
    atMs: Date.now(),
    value: 0.7,
    quality: 0,
    measured: null,
  };
  const result = await collector.deliverConditions({ schema: 1, collectorId: 'default', outboxId, messages: [message] });
  expect(result).toEqual({ kind: 'committed', throughSequence: sequence });
  return message.occurrenceId;
}

const status = (): CollectorStatus => ({
  schema: 1,
  collectorId: 'default',
  plantVersion: 'v1',
  atMs: Date.now(),
  startedAtMs: Date.now(),
  devices: [],
  outboxPending: 0,
  readingsTotal: 0,
  readingsPerSecond: 0,
  historian: historian.status(),
});

function publish(pointId: string, value: number, timeMs = Date.now()): void {
  const batch = createReadingBatch(plant.pointTable, 1);
  pushReading(batch, plant.pointTable.ids.indexOf(pointId), timeMs, value, Quality.good);
  collector.publishReadings(batch);
}

beforeAll(async () => {
  const log = pino({ level: 'trace' }, { write: (line: string) => void logLines.push(line) });
  historian = await openHistorian({ url: 'duckdb:', plant, dataDir: folder, clock, log });
  const link = createInProcessLink({ collectorId: 'default', table: plant.pointTable });
  collector = link.collector;
  const dashboardDir = path.join(folder, 'dashboard');
  rmSync(dashboardDir, { recursive: true, force: true });
  const { mkdirSync } = await import('node:fs');
  mkdirSync(dashboardDir);
  writeFileSync(path.join(dashboardDir, 'index.html'), '<!doctype html><title>Gatewatch</title>');
  server = await createServer({
    plant,
    isDemo: true,
    link: link.server,
    historian,
    journalUrl: 'sqlite:',
    dataDir: folder,
    http: { host: '127.0.0.1', port: 0 },
    dashboardDir,
    clock,
    log,
  });
  collector.publishStatus(status());
  for (const person of people) {
    const answer = await ask(null, 'POST', '/api/session', { username: person, password: `${person}-demo` });
    expect(answer.status).toBe(200);
    cookies.set(person, (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '');
  }
});
afterAll(async () => {
  await server.stop();
  await historian.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Every operation of the interface and what it asks for; null: anybody. */
const operations: Readonly<Record<string, { readonly permission: Permission | null; readonly url?: string; readonly body?: object }>> = {
  'GET /api/demo': { permission: null },
  'GET /healthz': { permission: null },
  'GET /readyz': { permission: null },
  'GET /metrics': { permission: null },
  'POST /api/session': { permission: null, body: { username: 'nobody', password: 'wrong' } },
  'GET /api/sign-in': { permission: null },
  'GET /api/directory/start': { permission: null },
  'GET /api/directory/callback': { permission: null },
  'GET /api/directory/sign-out': { permission: null },
  'POST /api/directory/logout': { permission: null },
  'GET /api/account': { permission: 'session.own' },
  'POST /api/account/sessions/{id}/end': { permission: 'session.own', url: '/api/account/sessions/nothing/end' },
  'POST /api/account/second-factor': { permission: 'session.own', body: { password: 'wrong' } },
  'POST /api/account/second-factor/confirm': { permission: 'session.own', body: { code: '000000' } },
  'POST /api/account/second-factor/recovery-codes': { permission: 'session.own', body: { password: 'wrong', code: '000000' } },
  'POST /api/account/second-factor/remove': { permission: 'session.own', body: { password: 'wrong', code: '000000' } },
  'POST /api/sessions/{id}/end': { permission: 'users.manage', url: '/api/sessions/nothing/end' },
  'DELETE /api/users/{username}/second-factor': { permission: 'users.manage', url: '/api/users/nobody/second-factor' },
  'GET /api/api-tokens': { permission: 'users.manage' },
  'POST /api/api-tokens': { permission: 'users.manage', body: { name: 'x', permissions: ['plant.read'], expiresAtMs: 1 } },
  'POST /api/api-tokens/{id}/revoke': { permission: 'users.manage', url: '/api/api-tokens/nothing/revoke' },
  'GET /api/session': { permission: 'session.own' },
  'DELETE /api/session': { permission: null },
  'POST /api/session/password': { permission: 'session.own', body: { current: 'wrong', password: 'long-enough-password' } },
  'GET /api/push/key': { permission: 'session.own' },
  'POST /api/push/subscriptions': {
    permission: 'session.own',
    body: {
      subscription: { endpoint: 'https://10.0.0.1/x', keys: { p256dh: 'B'.repeat(87), auth: 'a'.repeat(22) } },
      language: 'zh',
    },
  },
  'DELETE /api/push/subscriptions': { permission: 'session.own', body: { endpoint: 'https://push.example/x' } },
  'POST /api/push/test': { permission: 'session.own', body: { endpoint: 'https://push.example/x' } },
  'GET /api/engineering/devices': { permission: 'engineering.read' },
  'GET /api/engineering/devices/{id}/scans': { permission: 'engineering.read', url: '/api/engineering/devices/GS-01.PLC-1/scans' },
  'GET /api/engineering/devices/{id}/plan': { permission: 'engineering.peek', url: '/api/engineering/devices/GS-01.PLC-1/plan' },
  'GET /api/engineering/devices/{id}/frames': { permission: 'engineering.peek', url: '/api/engineering/devices/GS-01.PLC-1/frames' },
  'POST /api/engineering/devices/{id}/reconnect': {
    permission: 'engineering.peek',
    url: '/api/engineering/devices/GS-01.PLC-1/reconnect',
  },
  'POST /api/engineering/peek': {
    permission: 'engineering.peek',
    body: { target: { kind: 'device', deviceId: 'GS-01.PLC-1' }, table: 'holding', address: 0, count: 2 },
  },
  'POST /api/engineering/browse': { permission: 'engineering.peek', body: { deviceId: 'GS-01.PLC-1', nodeId: null } },
  'POST /api/engineering/node': { permission: 'engineering.peek', body: { deviceId: 'GS-01.PLC-1', nodeId: 'i=85' } },
  'GET /api/engineering/profiles': { permission: 'engineering.read' },
  'GET /api/engineering/plant-versions': { permission: 'engineering.read' },
  'GET /api/engineering/plant-versions/{number}/file': { permission: 'engineering.read', url: '/api/engineering/plant-versions/1/file' },
  'GET /api/engineering/plant-difference': { permission: 'engineering.read', url: '/api/engineering/plant-difference?from=1&to=1' },
  'GET /api/engineering/plant': { permission: 'engineering.read' },
  'POST /api/plant/check': { permission: 'engineering.peek', body: { text: 'schema: 2' } },
  'POST /api/engineering/copy-station': {
    permission: 'engineering.peek',
    body: { from: 'GS-01', id: 'GS-09', name: { zh: '新', en: '' }, hosts: {} },
  },
  'POST /api/engineering/add-device': {
    permission: 'engineering.peek',
    body: {
      stationId: 'GS-01',
      profileId: 'honeywell-xnx',
      deviceId: 'X-1',
      protocol: 'modbusTcp',
      host: 'h',
      port: 502,
      unitId: 1,
      firstLoop: 1,
      channels: 1,
    },
  },
  'GET /api/loop-tests': { permission: 'engineering.read' },
  'GET /api/loop-tests/{id}': { permission: 'engineering.read', url: '/api/loop-tests/none' },
  'GET /api/points/{id}/source': { permission: 'points.test', url: '/api/points/GS-01.PT-101/source' },
  'POST /api/points/{id}/loop-tests': { permission: 'points.test', url: '/api/points/GS-01.PT-101/loop-tests', body: {} },
  'POST /api/loop-tests/{id}/measure': {
    permission: 'points.test',
    url: '/api/loop-tests/none/measure',
    body: { version: 1, phase: 'asFound', percent: 0 },
  },
  'POST /api/loop-tests/{id}/finish': { permission: 'points.test', url: '/api/loop-tests/none/finish', body: { version: 1 } },
  'POST /api/loop-tests/{id}/abandon': { permission: 'points.test', url: '/api/loop-tests/none/abandon', body: { version: 1 } },
  'GET /api/sessions': { permission: 'users.manage' },
  'PUT /api/users/{username}': {
    permission: 'users.manage',
    url: '/api/users/nobody',
    body: {
      displayName: 'x',
      role: 'viewer',
      stationIds: null,
      expected: { displayName: 'x', role: 'viewer', stationIds: null },
    },
  },
  'DELETE /api/users/{username}/sessions': { permission: 'users.manage', url: '/api/users/nobody/sessions' },
  'POST /api/health/journal-check': { permission: 'journal.verify' },
  'GET /api/maps': { permission: 'plant.read' },
  'GET /api/maps/{name}': { permission: 'plant.read', url: '/api/maps/nowhere' },
  'GET /api/wall-links': { permission: 'users.manage' },
  'POST /api/wall-links': { permission: 'users.manage', body: { label: 'x', areaIds: ['nowhere'] } },
  'POST /api/wall-links/{id}/revoke': { permission: 'users.manage' },
  'POST /api/wall/session': { permission: null, body: { key: 'not-a-key-of-any-wall-link' } },
  'GET /api/plant': { permission: 'plant.read' },
  'GET /api/stations': { permission: 'plant.read' },
  'GET /api/stations/{id}': { permission: 'plant.read', url: '/api/stations/GS-01' },
  'GET /api/points': { permission: 'plant.read' },
  'GET /api/readings': { permission: 'readings.read', url: '/api/readings?point=GS-01.PT-101' },
  'GET /api/replay/state': { permission: 'alarms.read', url: '/api/replay/state?at=1000' },
  'GET /api/replay/events': { permission: 'alarms.read', url: '/api/replay/events?from=1000&to=2000' },
  'GET /api/replay/readings': { permission: 'readings.read', url: '/api/replay/readings?from=1000&to=2000' },
  'GET /api/replay/density': { permission: 'alarms.read', url: '/api/replay/density?from=1000&to=2000' },
  'GET /api/replay/next': { permission: 'alarms.read', url: '/api/replay/next?at=1000' },
  'GET /api/replay/alarms/{id}': { permission: 'alarms.read', url: '/api/replay/alarms/GS-01.PT-101.high?at=1000' },
  'GET /api/replay/alarms/{id}/related': { permission: 'alarms.read', url: '/api/replay/alarms/GS-01.PT-101.high/related?at=1000' },
  'GET /api/replay/alarms/{id}/occurrences': { permission: 'alarms.read', url: '/api/replay/alarms/GS-01.PT-101.high/occurrences?at=1000' },
  'GET /api/replay/duty': { permission: 'duty.read', url: '/api/replay/duty?at=1000' },
  'GET /api/replay/coverage': { permission: 'readings.read', url: '/api/replay/coverage?at=1000' },
  'GET /api/replay/incidents/{id}': { permission: 'incidents.read', url: '/api/replay/incidents/nothing?at=1000' },
  'GET /api/trends/marks': { permission: 'alarms.read', url: '/api/trends/marks?points=GS-01.PT-101&from=0&to=1' },
  'GET /api/trends/limits': { permission: 'readings.read', url: '/api/trends/limits?points=GS-01.PT-101' },
  'GET /api/trends/quality': { permission: 'readings.read', url: '/api/trends/quality?point=GS-01.PT-101&from=0&to=1' },
  'GET /api/trends/export': {
    permission: 'readings.read',
    url: '/api/trends/export?points=GS-01.PT-101&from=1&to=2&format=csv',
  },
  'GET /api/trend-views': { permission: 'readings.read' },
  'POST /api/trend-views': {
    permission: 'readings.read',
    body: { name: 'x', isShared: false, content: { panes: [['GS-77.PT-1']], window: { kind: 'live', minutes: 60 } } },
  },
  'PUT /api/trend-views/{id}': {
    permission: 'readings.read',
    url: '/api/trend-views/nothing',
    body: { name: 'x', isShared: false, version: 1, content: { panes: [['GS-01.PT-101']], window: { kind: 'live', minutes: 60 } } },
  },
  'DELETE /api/trend-views/{id}': { permission: 'readings.read', url: '/api/trend-views/nothing', body: { version: 1 } },
  'GET /api/alarms': { permission: 'alarms.read' },
  'GET /api/alarm-definitions': { permission: 'plant.read' },
  'GET /api/alarms/{id}': { permission: 'alarms.read', url: '/api/alarms/GS-01.PT-101.high' },
  'POST /api/alarms/acknowledge': { permission: 'alarms.acknowledge', body: { items: [{ id: 'GS-01.PT-101.high', version: 999 }] } },
  'GET /api/alarms/{id}/related': { permission: 'alarms.read' },
  'GET /api/alarms/{id}/occurrences': { permission: 'alarms.read' },
  'POST /api/alarms/{id}/acknowledge': { permission: 'alarms.acknowledge', body: { version: 999 } },
  'POST /api/alarms/{id}/reset': { permission: 'alarms.reset', body: { version: 999 } },
  'POST /api/alarms/{id}/comment': { permission: 'alarms.comment', body: { version: 999, comment: 'x' } },
  'POST /api/alarms/{id}/shelve': { permission: 'alarms.shelve', body: { version: 999, reason: 'x', untilMs: 1 } },
  'POST /api/alarms/{id}/unshelve': { permission: 'alarms.shelve', body: { version: 999 } },
  'POST /api/alarms/{id}/remove-from-service': {
    permission: 'alarms.removeFromService',
    body: {
      version: 999,
      permit: 'W',
      compensatingMeasure: 'x',
      untilMs: 1,
      approver: { username: 'supervisor', password: 'supervisor-demo' },
    },
  },
  'POST /api/alarms/{id}/return-to-service': { permission: 'alarms.removeFromService', body: { version: 999 } },
  'GET /api/incidents': { permission: 'incidents.read' },
  'GET /api/incidents/{id}': { permission: 'incidents.read', url: '/api/incidents/nothing' },
  'POST /api/incidents': {
    permission: 'incidents.open',
    body: { actionId: crypto.randomUUID(), stationId: 'GS-77', incidentKind: 'leak' },
  },
  'POST /api/incidents/{id}/actions': {
    permission: 'incidents.act',
    url: '/api/incidents/nothing/actions',
    body: { actionId: crypto.randomUUID(), kind: 'acknowledge' },
  },
  'POST /api/incidents/{id}/closing': {
    permission: 'incidents.close',
    url: '/api/incidents/nothing/closing',
    body: { actionId: crypto.randomUUID(), version: 1, kind: 'cancel', outcome: 'falseAlarm', reason: 'x' },
  },
  'POST /api/incidents/{id}/photos': { permission: 'incidents.act', url: '/api/incidents/nothing/photos' },
  'GET /api/incidents/{id}/photos/{hash}': { permission: 'incidents.read', url: '/api/incidents/nothing/photos/0' },
  'GET /api/incidents/{id}/report-draft': { permission: 'incidents.read', url: '/api/incidents/nothing/report-draft' },
  'GET /api/stations/{id}/response-plan': { permission: 'incidents.read', url: '/api/stations/GS-01/response-plan' },
  'GET /api/hazards': { permission: 'hazards.read' },
  'GET /api/hazards/mine': { permission: 'hazards.read' },
  'GET /api/stations/{id}/emergency-contacts': { permission: 'obligations.read', url: '/api/stations/GS-01/emergency-contacts' },
  'POST /api/stations/{id}/emergency-contacts': {
    permission: 'contacts.call',
    url: '/api/stations/GS-01/emergency-contacts',
    body: { digest: 'x', unreachable: [] },
  },
  'GET /api/hazards/statistics': { permission: 'hazards.read' },
  'GET /api/hazards/audit': { permission: 'hazards.read' },
  'POST /api/hazards/audit': { permission: 'hazards.manage' },
  'GET /api/hazards/export': { permission: 'hazards.read', url: '/api/hazards/export?format=csv' },
  'POST /api/hazards/import': { permission: 'hazards.manage', body: {} },
  'GET /api/patrols': { permission: 'patrols.read' },
  'GET /api/patrols/rounds': { permission: 'patrols.read' },
  'GET /api/patrols/walkable': { permission: 'patrols.walk' },
  'GET /api/patrols/labels': { permission: 'patrols.manage', url: '/api/patrols/labels?station=GS-01' },
  'POST /api/patrols/labels': { permission: 'patrols.manage', body: { stationId: 'GS-01', placeId: 'nothing' } },
  'GET /api/patrols/{id}': { permission: 'patrols.read', url: '/api/patrols/nothing' },
  'POST /api/patrols/{id}/visits': {
    permission: 'patrols.walk',
    url: '/api/patrols/nothing/visits',
    body: { actionId: '018f0000-0000-7000-8000-00000000f001', placeId: 'gate', proof: 'hand', handReason: 'x' },
  },
  'POST /api/patrols/{id}/photos': { permission: 'patrols.walk', url: '/api/patrols/nothing/photos' },
  'GET /api/patrols/{id}/photos/{hash}': { permission: 'patrols.read', url: '/api/patrols/nothing/photos/0' },
  'POST /api/patrols/{id}/explanations': {
    permission: 'patrols.manage',
    url: '/api/patrols/nothing/explanations',
    body: { reason: 'x' },
  },
  'GET /api/calibrations': { permission: 'hazards.read' },
  'GET /api/calibrations/export': { permission: 'hazards.read', url: '/api/calibrations/export?format=csv' },
  'POST /api/calibrations/import': { permission: 'hazards.manage', body: {} },
  'POST /api/calibrations/{id}': {
    permission: 'hazards.manage',
    url: '/api/calibrations/nothing',
    body: { calibratedOn: '2026-01-01', dueOn: '2027-01-01' },
  },
  'GET /api/hazards/{id}': { permission: 'hazards.read', url: '/api/hazards/nothing' },
  'POST /api/hazards': {
    permission: 'hazards.report',
    body: { stationId: 'GS-77', description: 'x', source: 'inspection' },
  },
  'POST /api/hazards/{id}/work': {
    permission: 'hazards.report',
    url: '/api/hazards/nothing/work',
    body: { kind: 'start', version: 1 },
  },
  'POST /api/hazards/{id}/decisions': {
    permission: 'hazards.manage',
    url: '/api/hazards/nothing/decisions',
    body: { kind: 'reject', version: 1, reason: 'x' },
  },
  'POST /api/hazards/{id}/acceptance': {
    permission: 'hazards.accept',
    url: '/api/hazards/nothing/acceptance',
    body: { kind: 'accept', version: 1, comment: 'x' },
  },
  'POST /api/hazards/{id}/photos': { permission: 'hazards.report', url: '/api/hazards/nothing/photos' },
  'GET /api/hazards/{id}/photos/{hash}': { permission: 'hazards.read', url: '/api/hazards/nothing/photos/0' },
  'GET /api/video/cameras': { permission: 'cameras.read' },
  'GET /api/video/cameras/{id}': { permission: 'cameras.read', url: '/api/video/cameras/nothing' },
  'POST /api/video/looks': {
    permission: 'video.look',
    body: { kind: 'live', cameraIds: ['nothing'], purpose: 'patrol', reason: 'xx' },
  },
  'POST /api/video/looks/{id}/end': { permission: 'video.look', url: '/api/video/looks/nothing/end' },
  'GET /api/video/looks/{id}/picture': { permission: 'video.look', url: '/api/video/looks/nothing/picture?camera=nothing' },
  'GET /api/video/log': { permission: 'video.log' },
  'GET /api/alarms/{id}/pictures': { permission: 'cameras.read', url: '/api/alarms/nothing/pictures' },
  'GET /api/alarms/{id}/pictures/{hash}': { permission: 'video.look', url: '/api/alarms/nothing/pictures/0?look=nothing' },
  'GET /api/maintenance': { permission: 'plant.read' },
  'POST /api/stations/{id}/maintenance': {
    permission: 'stations.maintain',
    url: '/api/stations/GS-01/maintenance',
    body: { reason: 'x', permit: 'W', untilMs: 1 },
  },
  'POST /api/stations/{id}/maintenance/extend': {
    permission: 'stations.maintain',
    url: '/api/stations/GS-01/maintenance/extend',
    body: { version: 1, reason: 'x', untilMs: 1 },
  },
  'POST /api/stations/{id}/maintenance/end': {
    permission: 'stations.maintain',
    url: '/api/stations/GS-01/maintenance/end',
    body: { version: 1 },
  },
  'POST /api/points/{id}/test-mode': {
    permission: 'points.test',
    url: '/api/points/GS-01.PT-101/test-mode',
    body: { reason: 'x', untilMs: 1 },
  },
  'POST /api/points/{id}/test-mode/end': {
    permission: 'points.test',
    url: '/api/points/GS-01.PT-101/test-mode/end',
    body: { version: 1 },
  },
  'GET /api/alarm-settings': { permission: 'alarmSettings.read' },
  'GET /api/alarm-settings/export': { permission: 'alarmSettings.read', url: '/api/alarm-settings/export?format=csv' },
  'POST /api/alarm-settings/import': { permission: 'alarmSettings.propose', body: {} },
  'GET /api/alarm-settings/drafts': { permission: 'alarmSettings.read' },
  'POST /api/alarm-settings/drafts': {
    permission: 'alarmSettings.propose',
    body: { changes: [{ alarmId: 'GS-77.PT-1.high', settings: { setpoint: 1 } }] },
  },
  'GET /api/alarm-settings/drafts/{id}': { permission: 'alarmSettings.read', url: '/api/alarm-settings/drafts/nothing' },
  'PUT /api/alarm-settings/drafts/{id}': {
    permission: 'alarmSettings.propose',
    url: '/api/alarm-settings/drafts/nothing',
    body: { version: 1 },
  },
  'POST /api/alarm-settings/drafts/{id}/submit': {
    permission: 'alarmSettings.propose',
    url: '/api/alarm-settings/drafts/nothing/submit',
    body: { version: 1 },
  },
  'POST /api/alarm-settings/drafts/{id}/recall': {
    permission: 'alarmSettings.propose',
    url: '/api/alarm-settings/drafts/nothing/recall',
    body: { version: 1 },
  },
  'POST /api/alarm-settings/drafts/{id}/withdraw': {
    permission: 'alarmSettings.propose',
    url: '/api/alarm-settings/drafts/nothing/withdraw',
    body: { version: 1 },
  },
  // Whoever may propose or approve, with the approver's signature; alarm-settings-routes.test.ts has the rest.
  'POST /api/alarm-settings/drafts/{id}/approve': {
    permission: 'alarmSettings.read',
    url: '/api/alarm-settings/drafts/nothing/approve',
    body: { version: 1, approver: { username: 'nobody', password: 'wrong' } },
  },
  'POST /api/alarm-settings/drafts/{id}/reject': {
    permission: 'alarmSettings.approve',
    url: '/api/alarm-settings/drafts/nothing/reject',
    body: { version: 1, comment: 'x' },
  },
  'GET /api/alarm-settings/versions': { permission: 'alarmSettings.read' },
  'GET /api/alarm-settings/versions/{number}': { permission: 'alarmSettings.read', url: '/api/alarm-settings/versions/1' },
  'GET /api/alarm-settings/versions/{number}/settings': {
    permission: 'alarmSettings.read',
    url: '/api/alarm-settings/versions/1/settings',
  },
  'GET /api/journal': { permission: 'journal.read' },
  'GET /api/feed': { permission: 'journal.read' },
  'GET /api/performance': { permission: 'performance.read' },
  'GET /api/performance/bad-actors': { permission: 'performance.read' },
  'GET /api/performance/bad-actors/{id}/suggestion': { permission: 'performance.read' },
  'GET /api/performance/nuisance': { permission: 'performance.read' },
  'GET /api/health': { permission: 'health.read' },
  'GET /api/notifications': { permission: 'notifications.read' },
  'GET /api/notifications/channels': { permission: 'notifications.read' },
  'POST /api/notifications/test': { permission: 'notifications.manage', body: { target: 'nowhere' } },
  'GET /api/users': { permission: 'users.manage' },
  'POST /api/users': { permission: 'users.manage', body: { username: 'x', displayName: '', role: 'operator', password: 'short' } },
  'POST /api/users/{username}/password': {
    permission: 'users.manage',
    url: '/api/users/nobody/password',
    body: { password: 'long-enough-password' },
  },
  'POST /api/users/{username}/disable': { permission: 'users.manage', url: '/api/users/nobody/disable' },
  'POST /api/users/{username}/enable': { permission: 'users.manage', url: '/api/users/nobody/enable' },
  'GET /api/evidence': { permission: 'evidence.make' },
  'POST /api/evidence': {
    permission: 'evidence.make',
    body: { stationIds: ['nowhere'], fromDate: '2026-07-03', toDate: '2026-07-03', language: 'zh', reason: 'x' },
  },
  'GET /api/evidence/keys': { permission: 'evidence.make' },
  'GET /api/evidence/heads': { permission: 'evidence.make' },
  'GET /api/evidence/{id}': { permission: 'evidence.make', url: '/api/evidence/none' },
  'DELETE /api/evidence/{id}': { permission: 'evidence.make', url: '/api/evidence/none' },
  'GET /api/evidence/{id}/bundle': { permission: 'evidence.make', url: '/api/evidence/none/bundle' },
  'POST /api/evidence/{id}/cancel': { permission: 'evidence.make', url: '/api/evidence/none/cancel' },
  'GET /api/people': { permission: 'duty.read' },
  'GET /api/people/{username}/contact': { permission: 'session.own', url: '/api/people/nobody/contact' },
  'PUT /api/people/{username}/contact': {
    permission: 'session.own',
    url: '/api/people/nobody/contact',
    body: { version: 0, email: null, mobile: null, language: 'zh', channels: null, quietHours: null },
  },
  'GET /api/duty/plan': { permission: 'duty.read' },
  'GET /api/duty/roster': { permission: 'duty.read' },
  'POST /api/duty/roster': { permission: 'duty.manage', body: { date: '2026-07-03', shiftId: 'x', username: 'nobody', positionId: 'x' } },
  'PUT /api/duty/roster/{id}': {
    permission: 'duty.manage',
    url: '/api/duty/roster/x',
    body: { version: 1, date: '2026-07-03', shiftId: 'x', username: 'nobody', positionId: 'x' },
  },
  'POST /api/duty/roster/{id}/remove': { permission: 'duty.manage', url: '/api/duty/roster/x/remove', body: { version: 1 } },
  'POST /api/duty/roster/copy-week': { permission: 'duty.manage', body: { from: '2026-07-03', to: '2026-07-03' } },
  'GET /api/duty/now': { permission: 'duty.read' },
  'POST /api/duty/notices/{id}/close': { permission: 'duty.watch', url: '/api/duty/notices/x/close' },
  'POST /api/watches': { permission: 'duty.watch', body: { consoleId: 'no-such-console' } },
  'POST /api/watches/{id}/end': { permission: 'duty.watch', url: '/api/watches/x/end', body: { reason: 'x' } },
  'GET /api/watches/{id}/handover': { permission: 'duty.watch', url: '/api/watches/x/handover' },
  'POST /api/watches/{id}/handover': {
    permission: 'duty.watch',
    url: '/api/watches/x/handover',
    body: { to: { username: 'nobody', password: 'wrong' }, draftId: 'x' },
  },
  'GET /api/obligations': { permission: 'obligations.read' },
  'GET /api/obligations/{id}': { permission: 'obligations.read', url: '/api/obligations/gasDetection?station=GS-01' },
  'GET /api/stations/{id}/inspection': { permission: 'obligations.read', url: '/api/stations/GS-01/inspection' },
  'GET /api/certificates': { permission: 'obligations.read' },
  'POST /api/certificates': { permission: 'certificates.manage', body: {} },
  'POST /api/certificates/{id}/revoke': { permission: 'certificates.manage', url: '/api/certificates/none/revoke', body: { reason: 'x' } },
  'GET /api/handovers': { permission: 'duty.read' },
  'GET /api/handovers/{id}': { permission: 'duty.read', url: '/api/handovers/x' },
  'GET /api/watch-log': { permission: 'duty.read' },
  'POST /api/watch-log': { permission: 'duty.watch', body: { text: 'x' } },
  'POST /api/watch-log/{id}/close': { permission: 'duty.watch', url: '/api/watch-log/x/close' },
  'GET /api/watch-checks': { permission: 'duty.read' },
  'GET /api/watch-checks/open': { permission: 'duty.watch' },
  'POST /api/watch-checks/{id}/answer': { permission: 'duty.watch', url: '/api/watch-checks/x/answer' },
  'GET /api/alarms/{id}/escalation': { permission: 'duty.read' },
  'POST /api/duty/roster/rotate': { permission: 'duty.manage', body: { rotationId: 'x', from: '2026-07-03', days: 1, teams: [[]] } },
};
const roleOf = {
  duty: 'operator',
  supervisor: 'supervisor',
  team: 'emergencyTeam',
  engineer: 'engineer',
  auditor: 'auditor',
  admin: 'administrator',
} as const;

describe('who may do what', () => {
  test('the table below has every operation of the generated description, and no other', async () => {
    const { body } = await ask(null, 'GET', '/openapi.json');
    const described = Object.entries(body.paths as Record<string, object>).flatMap(([url, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${url}`),
    );
    expect(described.filter((name) => !(name in operations))).toEqual([]);
    expect(Object.keys(operations).filter((name) => !described.includes(name))).toEqual([]);
    const asked = Object.entries(body.paths as Record<string, Record<string, { 'x-permission'?: string }>>).flatMap(([url, methods]) =>
      Object.entries(methods).map(([method, operation]) => [`${method.toUpperCase()} ${url}`, operation['x-permission'] ?? null]),
    );
    // Own session: who is not signed in is told so, without a door.
    const expected = Object.entries(operations).map(([name, { permission }]) => [name, name === 'GET /api/session' ? null : permission]);
    expect(Object.fromEntries(asked)).toEqual(Object.fromEntries(expected));
  });

  test.each(Object.entries(operations).filter(([name]) => name !== 'DELETE /api/session'))('%s', async (name, operation) => {
    const [method = 'GET', pattern = ''] = name.split(' ');
    const url = operation.url ?? pattern.replace('{id}', 'GS-01.PT-101.high');
    const stranger = await ask(null, method, url, operation.body);
    if (operation.permission === null) expect([200, 400, 401, 503]).toContain(stranger.status);
    else expect(stranger.status).toBe(401);
    for (const person of people) {
      const answer = await ask(person, method, url, operation.body);
      const isAllowed = operation.permission === null || mayDo(roleOf[person], operation.permission);
      // A wrong own password or code is refused with 403 too; everything else that is allowed gets past the door.
      if (isAllowed && name !== 'POST /api/session/password' && !name.startsWith('POST /api/account/second-factor'))
        expect({ person, status: answer.status }).not.toEqual({ person, status: 403 });
      if (!isAllowed) expect({ person, status: answer.status }).toEqual({ person, status: 403 });
      // On a busy machine it may be not ready at that moment, which is no error.
      if (answer.status >= 400 && pattern !== '/readyz') expect(answer.type).toContain('application/problem+json');
    }
  });
});

describe('sign-in', () => {
  test('the cookie is not for scripts and not for other sites', async () => {
    const answer = await ask(null, 'POST', '/api/session', { username: 'duty', password: 'duty-demo' });
    expect(answer.headers.get('set-cookie')).toMatch(/HttpOnly/i);
    expect(answer.headers.get('set-cookie')).toMatch(/SameSite=Strict/i);
    expect(JSON.stringify(answer.body)).not.toContain('duty-demo');
  });

  test('signed out, the cookie is worth nothing', async () => {
    const first = await ask(null, 'POST', '/api/session', { username: 'duty', password: 'duty-demo' });
    const cookie = (first.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
    expect((await ask(null, 'GET', '/api/session', undefined, { cookie })).status).toBe(200);
    expect((await ask(null, 'DELETE', '/api/session', undefined, { cookie })).status).toBe(204);
    expect((await ask(null, 'GET', '/api/session', undefined, { cookie })).status).toBe(401);
  });

  test('wrong passwords cost a growing delay, told with Retry-After, and are journaled', async () => {
    const answers: number[] = [];
    for (let count = 0; count < 7; count += 1)
      answers.push((await ask(null, 'POST', '/api/session', { username: 'guess', password: `${count}` })).status);
    expect(answers.slice(0, 5)).toEqual([401, 401, 401, 401, 401]);
    expect(answers).toContain(429);
    const { body } = await ask('auditor', 'GET', '/api/journal?limit=50');
    expect(
      body.some(
        (entry: { kind: string; detail: { username?: string } }) => entry.kind === 'session.refused' && entry.detail.username === 'guess',
      ),
    ).toBe(true);
  });

  test('an administrator adds a person for one station, who sees that one only; a disabled person is out at once', async () => {
    const password = 'a-long-enough-password';
    const added = await ask('admin', 'POST', '/api/users', {
      username: 'north',
      displayName: '北站',
      role: 'operator',
      stationIds: ['GS-01'],
      password,
    });
    expect(added).toMatchObject({ status: 201, body: { username: 'north', stationIds: ['GS-01'], isDisabled: false } });
    expect((await ask('admin', 'POST', '/api/users', { username: 'north', displayName: 'x', role: 'viewer', password })).status).toBe(409);
    const bad = await ask('admin', 'POST', '/api/users', {
      username: 'x',
      displayName: 'x',
      role: 'viewer',
      stationIds: ['GS-77'],
      password,
    });
    expect(bad).toMatchObject({ status: 400, body: { errors: [{ path: 'stationIds' }] } });
    const session = await ask(null, 'POST', '/api/session', { username: 'north', password });
    const cookie = (session.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
    const stations = await ask(null, 'GET', '/api/stations', undefined, { cookie });
    expect(stations.body.map((found: { id: string }) => found.id)).toEqual(['GS-01']);
    expect((await ask(null, 'GET', '/api/stations/GS-02', undefined, { cookie })).status).toBe(404);
    expect((await ask(null, 'GET', '/api/readings?point=GS-02.PT-101', undefined, { cookie })).status).toBe(404);
    expect((await ask(null, 'GET', '/api/alarms/GS-02.PT-101.high', undefined, { cookie })).status).toBe(404);
    expect((await ask('admin', 'POST', '/api/users/north/disable')).status).toBe(204);
    expect((await ask(null, 'GET', '/api/stations', undefined, { cookie })).status).toBe(401);
    expect((await ask('admin', 'POST', '/api/users/admin/disable')).status).toBe(422);
  });

  test('one’s own password is changed with the current one, and every other session of the person ends', async () => {
    const password = 'first-long-password';
    await ask('admin', 'POST', '/api/users', { username: 'changer', displayName: 'c', role: 'viewer', password });
    const signIn = async (word: string) => ask(null, 'POST', '/api/session', { username: 'changer', password: word });
    const cookieOf = (answer: Answer) => (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
    const [one, two] = [cookieOf(await signIn(password)), cookieOf(await signIn(password))];
    expect(
      (await ask(null, 'POST', '/api/session/password', { current: 'wrong', password: 'second-long-password' }, { cookie: one })).status,
    ).toBe(403);
    expect(
      (await ask(null, 'POST', '/api/session/password', { current: password, password: 'second-long-password' }, { cookie: one })).status,
    ).toBe(204);
    expect((await ask(null, 'GET', '/api/session', undefined, { cookie: one })).status).toBe(200);
    expect((await ask(null, 'GET', '/api/session', undefined, { cookie: two })).status).toBe(401);
    expect((await signIn(password)).status).toBe(401);
    expect((await signIn('second-long-password')).status).toBe(200);
  });
});

describe('bad input is told: where, and what to do', () => {
  test.each([
    ['GET', '/api/readings?point=GS-01.PT-101&from=yesterday', undefined, 400, /from/],
    ['GET', '/api/readings?point=GS-01.PT-101&from=2000&to=1000', undefined, 400, /must lie after from/],
    ['GET', '/api/readings?point=GS-01.PT-101&buckets=0', undefined, 400, /buckets/],
    ['GET', '/api/readings', undefined, 400, /point/],
    ['GET', '/api/readings?point=GS-99.X', undefined, 404, /GS-99\.X/],
    ['GET', '/api/alarms?state=loud', undefined, 400, /state/],
    ['GET', '/api/stations/GS-99', undefined, 404, /GS-99/],
    ['POST', '/api/alarms/GS-01.PT-101.high/acknowledge', {}, 400, /version/],
    ['POST', '/api/alarms/GS-01.PT-101.high/acknowledge', '{"version":', 400, /JSON/i],
    ['POST', '/api/alarms/GS-01.PT-999.high/acknowledge', { version: 0 }, 404, /GS-01\.PT-999\.high/],
    ['GET', '/api/nothing', undefined, 404, /./],
  ] as const)('%s %s', async (method, url, body, code, message) => {
    const answer = await ask('duty', method, url, body);
    expect(answer.status).toBe(code);
    expect(answer.type).toContain('application/problem+json');
    expect(answer.body).toMatchObject({ status: code, type: expect.any(String), title: expect.any(String) });
    expect(JSON.stringify(answer.body)).toMatch(message);
  });

  test('a body that is too large is refused', async () => {
    const answer = await ask('duty', 'POST', '/api/alarms/GS-01.PT-101.high/comment', { version: 0, comment: 'x'.repeat(400_000) });
    expect(answer.status).toBe(413);
  });

  test('every answer bears an id, which the log and problem documents have too; one that was given is kept, one that makes no sense is not', async () => {
    const made = await ask('duty', 'GET', '/api/stations/GS-99');
    const requestId = made.headers.get('x-request-id') ?? '';
    expect(requestId).toMatch(/^[\da-f-]{36}$/);
    expect(made.body).toMatchObject({ requestId });
    const given = await ask('duty', 'POST', '/api/alarms/GS-01.PT-101.high/acknowledge', {}, { 'x-request-id': 'proxy-7:0001' });
    expect([given.headers.get('x-request-id'), given.body]).toEqual([
      'proxy-7:0001',
      expect.objectContaining({ requestId: 'proxy-7:0001' }),
    ]);
    const line = logLines.map((text) => JSON.parse(text) as Record<string, unknown>).find((found) => found.requestId === 'proxy-7:0001');
    expect(line).toMatchObject({ method: 'POST', path: '/api/alarms/:id/acknowledge', status: 400, username: 'duty', msg: 'request' });
    const foul = await ask('duty', 'GET', '/api/stations', undefined, { 'x-request-id': 'two words "and more"' });
    expect(foul.headers.get('x-request-id')).toMatch(/^[\da-f-]{36}$/);
    // Refused at the door, by the router, and not there at all.
    for (const url of ['/api/stations', `/api/alarms/${'x'.repeat(5_000)}`, '/api/%E0%A4%A', '/nothing']) {
      const refused = await ask(null, 'GET', url);
      expect([url, refused.body]).toEqual([url, expect.objectContaining({ requestId: refused.headers.get('x-request-id') })]);
    }
  });

  test('a page of another site cannot act with somebody’s session', async () => {
    const answer = await ask(
      'duty',
      'POST',
      '/api/alarms/GS-01.PT-101.high/comment',
      { version: 0, comment: 'x' },
      { origin: 'https://evil.example' },
    );
    expect(answer.status).toBe(403);
  });
});

describe('alarms', () => {
  test('raised, listed, acknowledged once, journaled; the slower one is told who was quicker', async () => {
    const id = await raise('GS-01.PT-101.high');
    const listed = (await ask('duty', 'GET', '/api/alarms?station=GS-01')).body as AlarmView[];
    const alarm = listed.find((candidate) => candidate.id === id);
    expect(alarm).toMatchObject({
      alarmId: 'GS-01.PT-101.high',
      state: 'unacknowledged',
      priority: 'medium',
      setpoint: 0.5,
      message: { zh: expect.any(String), en: expect.any(String) },
    });
    const done = await ask('duty', 'POST', `/api/alarms/${id}/acknowledge`, { version: alarm?.version, comment: '去看' });
    expect(done).toMatchObject({ status: 200, body: { state: 'acknowledged', acknowledgedBy: 'duty', comment: '去看' } });
    const late = await ask('supervisor', 'POST', `/api/alarms/${id}/acknowledge`, { version: alarm?.version });
    expect(late).toMatchObject({ status: 409, body: { by: 'duty', what: 'acknowledge', current: { id, state: 'acknowledged' } } });
    const journal = (await ask('auditor', 'GET', '/api/journal?alarm=GS-01.PT-101.high')).body as { kind: string; hash: string }[];
    expect(journal.map((entry) => entry.kind)).toEqual(['alarm.acknowledge', 'alarm.raise']);
  });

  test('a critical alarm wants a comment; a safety alarm is not shelved; both say why', async () => {
    const id = await raise('GS-02.GD-501.highHigh');
    const version = 1;
    expect(await ask('duty', 'POST', `/api/alarms/${id}/acknowledge`, { version })).toMatchObject({
      status: 422,
      body: { reason: 'commentRequired' },
    });
    const shelved = await ask('duty', 'POST', `/api/alarms/${id}/shelve`, {
      version,
      reason: 'x',
      untilMs: Date.now() + 60_000,
      approver: { username: 'supervisor', password: 'supervisor-demo' },
    });
    expect(shelved).toMatchObject({ status: 422, body: { reason: 'safetyCannotBeShelved' } });
  });

  test('many at once: each answered for itself; a critical one only ticked, with a comment; one line each', async () => {
    const [high, highHigh] = [await raise('GS-02.PT-101.high'), await raise('GS-02.PT-101.highHigh')];
    const seen = (await ask('duty', 'GET', '/api/alarms?station=GS-02')).body as AlarmView[];
    const version = (id: string) => seen.find((alarm) => alarm.id === id)?.version ?? -1;
    const first = await ask('duty', 'POST', '/api/alarms/acknowledge', {
      items: [
        { id: high, version: version(high) },
        { id: highHigh, version: version(highHigh) },
        { id: 'GS-01.PT-101.high', version: 999 },
        { id: 'GS-01.PT-999.high', version: 0 },
      ],
    });
    expect(first.body.results).toMatchObject([
      { kind: 'done', id: high, alarm: { state: 'acknowledged', acknowledgedBy: 'duty' } },
      { kind: 'refused', id: highHigh, reason: 'criticalNotTicked', detail: expect.stringContaining('ticked') },
      { kind: 'conflict', id: 'GS-01.PT-101.high', current: { alarmId: 'GS-01.PT-101.high' } },
      { kind: 'refused', id: 'GS-01.PT-999.high', reason: 'unknown' },
    ]);
    const items = [{ id: highHigh, version: version(highHigh), tickedCritical: true }];
    const second = await ask('duty', 'POST', '/api/alarms/acknowledge', { items });
    expect(second.body.results).toMatchObject([{ kind: 'refused', reason: 'commentRequired' }]);
    const third = await ask('duty', 'POST', '/api/alarms/acknowledge', { items, comment: '已派人' });
    expect(third.body.results).toMatchObject([{ kind: 'done', alarm: { comment: '已派人' } }]);
    const tooMany = Array.from({ length: 201 }, () => ({ id: high, version: 0 }));
    expect((await ask('duty', 'POST', '/api/alarms/acknowledge', { items: tooMany })).status).toBe(400);
  });

  test('out of service needs an approver who signs with his own password', async () => {
    const { version } = (await ask('engineer', 'GET', '/api/alarms/GS-02.PT-101.high')).body as AlarmView;
    const body = { version, permit: 'W-7', compensatingMeasure: '人工巡检', untilMs: Date.now() + 600_000 };
    const wrong = await ask('engineer', 'POST', '/api/alarms/GS-02.PT-101.high/remove-from-service', {
      ...body,
      approver: { username: 'supervisor', password: 'guess' },
    });
    expect(wrong.status).toBe(403);
    const password = 'a-long-enough-password';
    await ask('admin', 'POST', '/api/users', { username: 'south', displayName: '南', role: 'supervisor', stationIds: ['GS-01'], password });
    const elsewhere = await ask('engineer', 'POST', '/api/alarms/GS-02.PT-101.high/remove-from-service', {
      ...body,
      approver: { username: 'south', password },
    });
    expect(elsewhere.status).toBe(403);
    const right = await ask('engineer', 'POST', '/api/alarms/GS-02.PT-101.high/remove-from-service', {
      ...body,
      approver: { username: 'supervisor', password: 'supervisor-demo' },
    });
    expect(right).toMatchObject({
      status: 200,
      body: { state: 'outOfService', outOfService: { by: 'engineer', permit: 'W-7', approvedBy: 'supervisor' } },
    });
  });
});

describe('maintenance and test mode', () => {
  test('begun once, shown to whom the station concerns, extended and ended on the version that was seen', async () => {
    const url = '/api/stations/GS-02/maintenance';
    const body = { reason: '换滤芯', permit: 'JX-1', untilMs: Date.now() + 3_600_000 };
    const started = await ask('supervisor', 'POST', url, body);
    expect(started).toMatchObject({ status: 200, body: { kind: 'maintenance', stationId: 'GS-02', startedBy: 'supervisor', version: 1 } });
    const second = await ask('engineer', 'POST', url, body);
    expect(second).toMatchObject({ status: 409, body: { by: 'supervisor', current: { id: started.body.id } } });
    const tooLong = { version: 1, reason: 'x', untilMs: Date.now() + 25 * 3_600_000 };
    expect(await ask('engineer', 'POST', `${url}/extend`, tooLong)).toMatchObject({ status: 422, body: { reason: 'tooLong' } });
    const extended = await ask('engineer', 'POST', `${url}/extend`, { ...tooLong, untilMs: Date.now() + 7_200_000 });
    expect(extended).toMatchObject({ status: 200, body: { version: 2, changedBy: 'engineer' } });
    const listed = await ask('duty', 'GET', '/api/maintenance');
    expect(listed.body).toMatchObject({
      longestMaintenanceMs: 86_400_000,
      windows: [{ stationId: 'GS-02', untilMs: extended.body.untilMs }],
    });
    expect((await ask('supervisor', 'POST', `${url}/end`, { version: 1 })).status).toBe(409);
    expect(await ask('supervisor', 'POST', `${url}/end`, { version: 2, comment: '完工' })).toMatchObject({
      status: 200,
      body: { ended: { by: 'supervisor', comment: '完工' } },
    });
    const again = await ask('supervisor', 'POST', `${url}/end`, { version: 3 });
    expect(again).toMatchObject({ status: 409, body: { title: 'Nothing runs there' } });
    expect((await ask('duty', 'GET', '/api/maintenance')).body.windows).toEqual([]);
  });

  test('a person limited to another station neither sees nor does it; a point that does not exist is told', async () => {
    const password = 'a-long-enough-password';
    await ask('admin', 'POST', '/api/users', { username: 'west', displayName: '西', role: 'supervisor', stationIds: ['GS-01'], password });
    const session = await ask(null, 'POST', '/api/session', { username: 'west', password });
    const cookie = (session.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
    const body = { reason: 'x', untilMs: Date.now() + 600_000 };
    const started = await ask('engineer', 'POST', '/api/points/GS-02.PT-101/test-mode', body);
    expect(started).toMatchObject({ status: 200, body: { kind: 'test', pointId: 'GS-02.PT-101' } });
    expect((await ask(null, 'GET', '/api/maintenance', undefined, { cookie })).body.windows).toEqual([]);
    expect((await ask(null, 'POST', '/api/points/GS-02.PT-101/test-mode/end', { version: 1 }, { cookie })).status).toBe(404);
    expect((await ask(null, 'POST', '/api/stations/GS-02/maintenance', { ...body, permit: 'x' }, { cookie })).status).toBe(404);
    expect((await ask('engineer', 'POST', '/api/points/GS-02.PT-999/test-mode', body)).status).toBe(404);
    expect((await ask('engineer', 'POST', '/api/points/GS-02.PT-101/test-mode/end', { version: 1 })).status).toBe(200);
  });
});

describe('readings', () => {
  const baseMs = Date.now() - 600_000;
  beforeAll(async () => {
    const batch = createReadingBatch(plant.pointTable, 60);
    for (let second = 0; second < 60; second += 1)
      pushReading(batch, 2, baseMs + second * 1_000, second / 100, second === 30 ? Quality.badCommFail : Quality.good);
    historian.write(batch);
    await historian.flush();
  });
  const range = `point=GS-02.PT-101&from=${baseMs}&to=${baseMs + 60_000}`;

  test('raw, as columns and rows', async () => {
    const { body } = await ask('duty', 'GET', `/api/readings?${range}`);
    expect(body).toMatchObject({ point: 'GS-02.PT-101', unit: 'MPa', columns: ['t', 'v', 'q'], isTruncated: false });
    expect(body.rows).toHaveLength(60);
    expect(body.rows[10]).toEqual([baseMs + 10_000, 0.1, 0]);
  });

  test('in buckets, with ISO times', async () => {
    const iso = (ms: number) => encodeURIComponent(new Date(ms).toISOString());
    const { body } = await ask('duty', 'GET', `/api/readings?point=GS-02.PT-101&from=${iso(baseMs)}&to=${iso(baseMs + 60_000)}&buckets=6`);
    expect(body.columns).toEqual(['t', 'min', 'max', 'mean', 'last', 'goodShare']);
    expect(body.bucketMs).toBe(10_000);
    expect(body.rows[0]).toEqual([baseMs, 0, 0.09, expect.closeTo(0.045, 6), 0.09, 1]);
    expect(body.rows[3][5]).toBeCloseTo(0.9);
  });

  test('as CSV and as Parquet that DuckDB reads', async () => {
    const csv = await ask('duty', 'GET', `/api/readings?${range}&format=csv`);
    expect(csv.type).toContain('text/csv');
    expect(csv.body.split('\n').slice(0, 2)).toEqual(['t,v,q', `${new Date(baseMs).toISOString()},0,0`]);
    const response = await fetch(`${server.address}/api/readings?${range}&format=parquet`, {
      headers: { cookie: cookies.get('duty') ?? '' },
    });
    const file = path.join(folder, 'export.parquet');
    writeFileSync(file, Buffer.from(await response.arrayBuffer()));
    const instance = await DuckDBInstance.create(':memory:');
    const connection = await instance.connect();
    const result = await connection.runAndReadAll(`SELECT count(*)::INTEGER, epoch_ms(min(t))::DOUBLE, max(v) FROM '${file}'`);
    expect(result.getRows()[0]).toEqual([60, baseMs, 0.59]);
    connection.disconnectSync();
    instance.closeSync();
  });
});

describe('alarm performance', () => {
  test('counts what was raised, as JSON and as CSV; a period that makes no sense is told', async () => {
    await raise('GS-01.PT-101.high');
    const { body } = await ask('duty', 'GET', '/api/performance');
    expect(body.counts.announced).toBeGreaterThan(0);
    expect(body.figures.map((figure: { id: string }) => figure.id)).toContain('averageRate');
    const csv = await ask('auditor', 'GET', '/api/performance/bad-actors?format=csv');
    expect(csv.type).toContain('text/csv');
    expect(csv.body).toMatch(/^\uFEFF?alarm,station,message_zh/);
    expect(csv.body).toContain('GS-01.PT-101.high');
    expect((await ask('duty', 'GET', '/api/performance?format=csv')).body).toContain('averageRate,');
    expect((await ask('duty', 'GET', '/api/performance/nuisance?format=csv')).type).toContain('text/csv');
    expect((await ask('duty', 'GET', '/api/performance?from=2000&to=1000')).status).toBe(400);
    expect((await ask('duty', 'GET', '/api/performance?month=2026-13')).status).toBe(400);
    expect((await ask('duty', 'GET', '/api/performance?station=GS-77')).status).toBe(404);
    const suggestion = await ask('duty', 'GET', '/api/performance/bad-actors/GS-01.PT-101.high/suggestion');
    expect(suggestion.body).toMatchObject({ kind: 'none', alarmId: 'GS-01.PT-101.high', setpoint: 0.5 });
  });
});

describe('for operators', () => {
  test('alive, ready with its parts, metrics in Prometheus text', async () => {
    collector.publishStatus(status());
    expect((await ask(null, 'GET', '/healthz')).status).toBe(200);
    const ready = await ask(null, 'GET', '/readyz');
    expect(ready).toMatchObject({ status: 200, body: { status: 'ready' } });
    expect(ready.body.parts.map((part: { name: string }) => part.name)).toEqual(
      expect.arrayContaining(['journal', 'link', 'collector default']),
    );
    const metrics = await ask(null, 'GET', '/metrics');
    expect(metrics.body).toMatch(/^gatewatch_alarms_active \d+$/m);
    expect(metrics.body).toMatch(/^gatewatch_journal_entries \d+$/m);
  });

  test('the description and its page are there, and so is the dashboard for every screen’s address', async () => {
    expect((await ask(null, 'GET', '/openapi.json')).body.openapi).toMatch(/^3\./);
    expect((await ask(null, 'GET', '/docs')).status).toBeLessThan(400);
    for (const url of ['/', '/alarms', '/stations/GS-01', '/trends?points=x']) {
      const page = await ask(null, 'GET', url, undefined, { accept: 'text/html' });
      expect(page.body).toContain('<title>Gatewatch</title>');
      expect(page.headers.get('content-security-policy')).toMatch(/default-src 'self'/);
    }
  });

  test('no password and no session token ever reaches the log', () => {
    const text = logLines.join('\n');
    for (const person of people) {
      expect(text).not.toContain(`${person}-demo`);
      expect(text).not.toContain((cookies.get(person) ?? '=').split('=')[1] ?? '');
    }
  });
});

describe('live channel', () => {
  type LiveSocket = Socket<ServerToClientEvents, ClientToServerEvents>;
  const listen = (cookie: string): LiveSocket =>
    io(server.address, { extraHeaders: { cookie }, transports: ['websocket'], reconnection: false, forceNew: true });

  test('refused without a session', async () => {
    const socket = listen('');
    const error = await new Promise<Error>((resolve) => socket.once('connect_error', resolve));
    expect(error.message).toMatch(/sign/i);
    socket.close();
  });

  test('first a snapshot, then changes; sequence without a gap; only what was subscribed', async () => {
    const socket = listen(cookies.get('duty') ?? '');
    const sequences: number[] = [];
    const readings: LiveReadings[] = [];
    const alarms: LiveAlarm[] = [];
    const snapshots: LiveSnapshot[] = [];
    for (const name of ['readings', 'notice'] as const)
      socket.on(name, (message: { sequence: number }) => void sequences.push(message.sequence));
    socket.on('readings', (message) => void readings.push(message));
    socket.on('alarm', (message) => void alarms.push(message));
    socket.on('snapshot', (message) => {
      if (snapshots.length > 0) sequences.push(message.sequence);
      snapshots.push(message);
    });
    socket.on('connect', () => socket.emit('subscribe', { points: ['GS-01.PT-101'] }));
    await expect.poll(() => snapshots.length).toBeGreaterThan(0);
    const [first] = snapshots;
    if (first === undefined) throw new Error('no snapshot');
    expect(first.alarms.length).toBeGreaterThan(0);
    publish('GS-02.PT-101', 0.999);
    // Again and again: a collector that falls silent, or speaks again, makes everybody's next message a snapshot, which then holds the reading.
    const patched = () => {
      publish('GS-01.PT-101', 0.321);
      return readings.flatMap((message) => message.p);
    };
    await expect.poll(patched, { timeout: 10_000 }).toContain('GS-01.PT-101');
    expect(readings.flatMap((message) => message.p)).not.toContain('GS-02.PT-101');
    expect(readings.at(-1)?.v).toEqual([0.321]);
    const id = await raise('GS-01.PT-101.highHigh');
    await expect.poll(() => alarms.flatMap((message) => message.alarms.map((alarm) => alarm.id))).toContain(id);
    await expect.poll(() => sequences.length).toBeGreaterThan(1);
    expect(sequences).toEqual(Array.from({ length: sequences.length }, (_, index) => first.sequence + 1 + index));
    expect(alarms.map((message) => message.sequence)).toEqual(alarms.map((_, index) => first.alarmSequence + 1 + index));
    socket.close();
  });

  test('signing out ends the live channel of that session', async () => {
    const session = await ask(null, 'POST', '/api/session', { username: 'duty', password: 'duty-demo' });
    const cookie = (session.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
    const socket = listen(cookie);
    await new Promise<void>((resolve) => socket.once('connect', () => resolve()));
    const ended = new Promise<string>((resolve) => socket.once('disconnect', resolve));
    await ask(null, 'DELETE', '/api/session', undefined, { cookie });
    expect(await ended).toBe('io server disconnect');
  });

  test('a subscription that makes no sense is answered or refused, never a crash', async () => {
    const socket = listen(cookies.get('duty') ?? '');
    await new Promise<void>((resolve) => socket.once('connect', () => resolve()));
    const refusals: LiveRefusal[] = [];
    socket.on('refusal', (message) => void refusals.push(message));
    for (const nonsense of [null, 'x', { stations: 'GS-01' }, { points: [1, {}] }]) socket.emit('subscribe', nonsense as never);
    await expect.poll(() => refusals.length).toBe(4);
    (socket as unknown as Socket).emit('acknowledge', {});
    await expect.poll(() => refusals.length).toBe(5);
    for (const refusal of refusals) expect(liveRefusalSchema.parse(refusal)).toEqual(refusal);
    expect(refusals.map(({ event, errors }) => [event, errors.map(({ path }) => path)])).toEqual([
      ['subscribe', ['']],
      ['subscribe', ['']],
      ['subscribe', ['stations']],
      ['subscribe', ['points.0', 'points.1']],
      ['acknowledge', []],
    ]);
    expect(refusals[2]?.detail).toMatch(/stations: .*array/);
    expect(refusals[4]?.detail).toMatch(/HTTP/);
    const snapshot = new Promise<LiveSnapshot>((resolve) => socket.on('snapshot', resolve));
    socket.emit('subscribe', { stations: ['GS-01'] });
    expect((await snapshot).schema).toBe(1);
    expect((await ask(null, 'GET', '/healthz')).status).toBe(200);
    socket.close();
  });
});

// Last, because nobody without a session is heard from this address for a while after it.
test('many requests without a session are turned away; two people at the same address do not use up each other’s share', async () => {
  const count = async (total: number, request: () => Promise<Answer>) => {
    const statuses = new Map<number, number>();
    for (let sent = 0; sent < total; sent += 50) {
      for (const answer of await Promise.all(Array.from({ length: 50 }, request)))
        statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
    }
    return Object.fromEntries(statuses);
  };
  const strangers = await count(1_300, () => ask(null, 'GET', '/api/demo'));
  expect(strangers[429]).toBeGreaterThan(0);
  expect(await count(1_300, () => ask('duty', 'GET', '/api/session'))).toEqual({ 200: 1_300 });
  expect(await count(50, () => ask('auditor', 'GET', '/api/session'))).toEqual({ 200: 50 });
});

describe('who it was', () => {
  test('what was done by one person is not applied while another is signed in, is audited, and is applied under his own name', async () => {
    const id = await raise('GS-02.PT-101.highHigh');
    const body = { version: (await ask('team', 'GET', `/api/alarms/${id}`)).body.version, comment: '在途' };
    const byDuty = await ask('duty', 'POST', `/api/alarms/${id}/acknowledge`, body, { 'gatewatch-person': 'team' });
    expect(byDuty).toMatchObject({ status: 409, body: { reason: 'anotherPerson' } });
    expect((await ask('team', 'GET', `/api/alarms/${id}`)).body.state).toBe('unacknowledged');
    const { body: lines } = await ask('auditor', 'GET', '/api/journal?limit=20');
    expect(
      lines.some(
        (line: { kind: string; actor: { username?: string } }) => line.kind === 'access.refused' && line.actor.username === 'duty',
      ),
    ).toBe(true);
    const byTeam = await ask('team', 'POST', `/api/alarms/${id}/acknowledge`, body, { 'gatewatch-person': 'team' });
    expect(byTeam).toMatchObject({ status: 200, body: { state: 'acknowledged', acknowledgedBy: 'team' } });
  });
});
