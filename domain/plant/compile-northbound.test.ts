import { expect, test } from 'vitest';
import { parsePlantText } from './parse-plant-file.ts';
import { formatPath } from './plant-issues.ts';

const parse = (northbound: string) =>
  parsePlantText(
    `schema: 1
company: { id: riverside, name: T }
areas: [{ id: a, name: A }]
stations:
  - { id: GS-01, type: gate, name: S, area: a }
  - { id: GS-02, type: gate, name: S, area: a }
${northbound}
`,
    { version: 'v' },
  );

function faults(northbound: string): readonly string[] {
  const parsed = parse(northbound);
  const issues = parsed.kind === 'invalid' ? parsed.issues : parsed.warnings;
  return issues.map((issue) => `${issue.severity} ${formatPath(issue.path)}`);
}

test('everything is off where nothing is said', () => {
  const parsed = parse('');
  expect(parsed.kind === 'ok' && parsed.plant.northbound).toEqual({ opcua: null, sparkplug: null, webhooks: [] });
});

test('sensible defaults: encrypted, loopback, every station, the company as Sparkplug group', () => {
  const parsed = parse(`northbound:
  opcua: {}
  sparkplug: { broker: 'mqtts://broker.example', stations: [GS-02] }
  webhooks: [{ name: scada, url: 'https://scada.example/in', secretEnv: GATEWATCH_SECRET_SCADA }]`);
  if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.issues));
  expect(parsed.warnings).toEqual([]);
  const { opcua, sparkplug, webhooks } = parsed.plant.northbound;
  expect(opcua).toMatchObject({ host: '127.0.0.1', port: 4840, stationIndexes: [0, 1], isInsecure: false, mayAnonymousRead: false });
  expect(sparkplug).toMatchObject({ group: 'riverside', node: 'gatewatch', stationIndexes: [1], isInsecure: false });
  expect(webhooks[0]).toMatchObject({
    kinds: ['alarm.*', 'incident.*'],
    stationIds: null,
    secret: { env: 'GATEWATCH_SECRET_SCADA', file: null },
  });
});

test.each([
  ['opcua: { stations: [GS-09] }', 'error northbound.opcua.stations[0]'],
  ['opcua: { insecure: true }', 'warning northbound.opcua.insecure'],
  ['opcua: { host: 10.0.0.5, anonymous: read }', 'warning northbound.opcua.anonymous'],
  ['opcua: { trustedClients: [abc] }', 'error northbound.opcua.trustedClients[0]'],
  ['opcua: { securityPolicies: [None] }', 'error northbound.opcua.securityPolicies[0]'],
  ["sparkplug: { broker: 'mqtt://broker.example' }", 'error northbound.sparkplug.broker'],
  ["sparkplug: { broker: 'http://broker.example' }", 'error northbound.sparkplug.broker'],
  ["sparkplug: { broker: 'mqtts://b.example', user: { name: x } }", 'error northbound.sparkplug.user'],
  ["sparkplug: { broker: 'mqtts://b.example', group: 'a/b' }", 'error northbound.sparkplug.group'],
  ["webhooks: [{ name: a, url: 'http://x.example', secretEnv: S }]", 'error northbound.webhooks[0].url'],
  ["webhooks: [{ name: a, url: 'https://x.example' }]", 'error northbound.webhooks[0]'],
  ["webhooks: [{ name: a, url: 'https://x.example', secretEnv: S, password: x }]", 'error northbound.webhooks[0].password'],
  ["webhooks: [{ name: a, url: 'https://x.example', secretEnv: S, kinds: ['alarm'] }]", 'error northbound.webhooks[0].kinds[0]'],
  [
    "webhooks: [{ name: a, url: 'https://x.example', secretEnv: S }, { name: a, url: 'https://y.example', secretEnv: S }]",
    'error northbound.webhooks[1].name',
  ],
])('%s: %s', (northbound, fault) => {
  expect(faults(`northbound:\n  ${northbound}`)).toEqual([fault]);
});

test('what goes over loopback, or is said to be insecure, may go unencrypted', () => {
  expect(
    faults(`northbound:
  sparkplug: { broker: 'mqtt://127.0.0.1:1883' }
  webhooks:
    - { name: a, url: 'http://localhost:9000/x', secretEnv: S }
    - { name: b, url: 'http://x.example', secretEnv: S, insecure: true }`),
  ).toEqual([]);
});
