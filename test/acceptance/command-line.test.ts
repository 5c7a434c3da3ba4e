// The command line as the README tells it: the plant file there is right, mistakes are told with line and path, malformed settings stop the start.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { runGatewatch } from '../harness/gatewatch-process.ts';
import { temporaryFolder } from '../harness/temporary-folder.ts';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..');
const folder = temporaryFolder();

function plantFile(name: string, text: string): string {
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, name);
  writeFileSync(file, text);
  return file;
}

function yamlBlocks(document: string): string[] {
  return [...readFileSync(path.join(root, document), 'utf8').matchAll(/^( *)```yaml\n([\s\S]*?)^\1```$/gm)].map((match) =>
    (match[2] ?? '')
      .split('\n')
      .map((line) => line.slice((match[1] ?? '').length))
      .join('\n'),
  );
}

test('every whole plant file in README and docs/devices.md is accepted by plant check', async () => {
  const examples = ['README.md', 'docs/devices.md'].flatMap(yamlBlocks).filter((text) => text.startsWith('schema: 1'));
  expect(examples.length).toBeGreaterThan(0);
  for (const [index, text] of examples.entries()) {
    const { code, output } = await runGatewatch(['plant', 'check', plantFile(`example-${index}.yaml`, text)]);
    expect({ code, output }).toEqual({ code: 0, output: expect.stringContaining('no errors') });
  }
});

test('every northbound section in docs/northbound.md goes with the README’s plant file', async () => {
  const [plant = ''] = yamlBlocks('README.md').filter((text) => text.startsWith('schema: 1'));
  const sections = yamlBlocks('docs/northbound.md').filter((text) => text.startsWith('northbound:'));
  expect(sections.length).toBeGreaterThan(0);
  for (const [index, section] of sections.entries()) {
    const { code, output } = await runGatewatch(['plant', 'check', plantFile(`northbound-${index}.yaml`, `${plant}\n${section}`)]);
    expect({ code, output }).toEqual({ code: 0, output: expect.stringContaining('no errors') });
  }
});

test('plant check tells every error with file, line and path, and ends with 1', async () => {
  const [example = ''] = yamlBlocks('README.md').filter((text) => text.startsWith('schema: 1'));
  const file = plantFile(
    'wrong.yaml',
    example.replace('scan: 1s', 'scan: soon').replace('type: float32', 'type: float23').replace('area: city', 'area: moon'),
  );
  const { code, output } = await runGatewatch(['plant', 'check', file]);
  expect(code).toBe(1);
  expect(output).toMatch(/wrong\.yaml:13:\d+: error: stations\[0\]\.devices\[0\]\.scan: .*duration/);
  expect(output).toMatch(/wrong\.yaml:21:\d+: error: stations\[0\]\.devices\[0\]\.points\[0\]\.register\.type/);
});

test('plant schema is a JSON Schema that knows the parts of a plant file', async () => {
  const { code, output } = await runGatewatch(['plant', 'schema']);
  expect(code).toBe(0);
  const schema = JSON.parse(output) as { $schema: string; properties: Record<string, unknown> };
  expect(schema.$schema).toMatch(/json-schema\.org/);
  expect(Object.keys(schema.properties)).toEqual(expect.arrayContaining(['company', 'areas', 'stations']));
});

test.each([
  [['run', '--http-port', 'eighty'], /--http-port .*eighty.*port number/],
  [['run', '--no-simulators'], /--plant FILE/],
  [['run', '--plant', 'nowhere.yaml', '--no-simulators'], /cannot read the plant file nowhere\.yaml/],
  [['run', '--historian', 'mysql://x'], /expected duckdb:… or influx:\/\/…/],
  [['collector', '--plant', 'x.yaml'], /--link nats:\/\//],
  [['collector', '--link', 'nats://localhost:4222'], /a collector needs a plant file/],
  [['server', '--link', 'nats://localhost:4222'], /a server needs a plant file/],
  [['server', '--plant', 'x.yaml', '--link', 'nats://localhost:4222', '--keep-readings', '90d'], /--keep-readings is for gatewatch run/],
  [['simulate'], /--plant-out/],
  [['verify', 'nowhere.zip'], /nowhere\.zip/],
  [['evidence', 'keys', '--data-dir', 'nowhere'], /nowhere has no signing keys/],
  [['fly'], /unknown command/],
])('gatewatch %j stops with a message and no stack', async (arguments_, message) => {
  const { code, output } = await runGatewatch([...arguments_, ...(arguments_[0] === 'run' ? ['--data-dir', folder] : [])]);
  expect(code).toBe(1);
  expect(output).toMatch(message);
  expect(output).not.toMatch(/^\s+at /m);
});

test.each([
  'run',
  'collector',
  'server',
  'simulate',
  'plant check',
  'plant schema',
  'verify',
  'backup',
  'restore',
  'evidence keys',
  'evidence rotate-key',
  'northbound clients',
])('gatewatch %s has --help', async (command) => {
  const { code, output } = await runGatewatch([...command.split(' '), '--help']);
  expect(code).toBe(0);
  expect(output).toMatch(/Usage: gatewatch/);
});

test('northbound clients lists who asked to come in, and trust says where nobody did', async () => {
  const list = await runGatewatch(['northbound', 'clients', '--data-dir', folder]);
  expect(list).toMatchObject({ code: 0, output: expect.stringContaining('no OPC UA client has tried to connect yet') });
  const trust = await runGatewatch(['northbound', 'trust', '0'.repeat(40), '--data-dir', folder]);
  expect(trust).toMatchObject({ code: 1, output: expect.stringContaining('gatewatch northbound clients') });
});
