// Plant files that are broken, absurd or hostile, made from the demo plant by bytes and by structure: each is refused with line and path or accepted whole, never
// with an error nobody expected, never for long; and what is accepted compiles to the same twice and can be started. FAULTS_SEED replays.
import { randomInt } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { createDetector } from '../../collector/detection/create-detector.ts';
import { createModbusDrivers } from '../../collector/drivers/modbus/modbus-drivers.ts';
import { systemClock } from '../../collector/system-clock.ts';
import { isModbusDevice } from '../../domain/plant/device-kinds.ts';
import { parsePlantText } from '../../domain/plant/parse-plant-file.ts';
import { checkText } from '../../domain/plant/plant-blocks.ts';
import { formatIssue } from '../../domain/plant/plant-issues.ts';
import { demoPlantText } from '../../simulators/demo/demo-plant.ts';
import { createRandom, type Random } from '../../simulators/process/random.ts';

const isLong = process.env.FAULTS === 'long';
const seed = Number(process.env.FAULTS_SEED ?? randomInt(1 << 30));
const mutants = isLong ? 10_000 : 60;
const longestMs = 20_000;

type Tree = Record<string, unknown>;

const demoText = demoPlantText({ host: '127.0.0.1', portOf: () => 1_502, thumbprintOf: () => '0'.repeat(40) });

/** Two stations of the demo plant with all that belongs to them: small enough to be read thousands of times. */
function smallPlant(): Tree {
  const tree = parse(demoText) as Tree;
  const stations = tree.stations as { readonly id: string }[];
  tree.stations = stations.filter(({ id }) => id === 'RS-02' || id === 'DR-01');
  for (let round = 0; round < 20; round += 1) {
    const parsed = parsePlantText(stringify(tree), { version: 'base' });
    if (parsed.kind === 'ok') return tree;
    const lost = new Map<string, Set<number>>();
    for (const { path } of parsed.issues.filter(({ severity }) => severity === 'error')) {
      const [list, index] = path;
      if (typeof list === 'string' && typeof index === 'number') lost.set(list, (lost.get(list) ?? new Set()).add(index));
      else throw new Error(parsed.issues.map((issue) => formatIssue(issue, 'base')).join('\n'));
    }
    for (const [list, indexes] of lost) tree[list] = (tree[list] as unknown[]).filter((_, index) => !indexes.has(index));
  }
  throw new Error('no small plant');
}

function prove(text: string): 'accepted' | 'refused' {
  const startMs = performance.now();
  const first = parsePlantText(text, { version: 'fuzz' });
  expect(performance.now() - startMs).toBeLessThan(longestMs);
  if (first.kind === 'invalid') {
    expect(first.issues.length).toBeGreaterThan(0);
    for (const issue of first.issues) {
      expect(issue.message).not.toBe('');
      // A place, or a path that says what is missing.
      expect(issue.line !== null || issue.path.length > 0 || text.trim() === '', formatIssue(issue, 'fuzz')).toBe(true);
      expect(formatIssue(issue, 'fuzz')).not.toMatch(/\[object Object|Cannot read|is not a function|is not iterable/);
    }
    return 'refused';
  }
  const { plant } = first;
  const second = parsePlantText(text, { version: 'fuzz' });
  expect(second.kind === 'ok' && isDeepStrictEqual(plant, second.plant)).toBe(true);
  createDetector({ plant, onEdge: () => undefined });
  const sink = { readings: () => undefined, connection: () => undefined };
  const modbus = createModbusDrivers({ plant, devices: plant.devices.filter(isModbusDevice), sink, clock: systemClock });
  onTestFinished(() => modbus.stop());
  for (const point of plant.points) expect(Number.isFinite(point.factor) && Number.isFinite(point.scanMs)).toBe(true);
  return 'accepted';
}

function mutateBytes(text: string, random: Random): string {
  const below = (end: number) => Math.floor(random() * end);
  const at = below(text.length);
  const lines = text.split('\n');
  const line = below(lines.length);
  const odd = [
    '\0',
    '\t',
    '\u2028',
    '\ud800',
    '- ',
    ': ',
    '{',
    '}',
    '[',
    ']',
    '&a',
    '*a',
    '!!',
    '|',
    '>',
    '"',
    "'",
    '#',
    '%',
    '---\n',
    '...\n',
    '<<: *a',
    '\ufeff',
  ];
  switch (below(8)) {
    case 0:
      return text.slice(0, at) + String.fromCharCode(below(128)) + text.slice(at + 1);
    case 1:
      return text.slice(0, at) + text.slice(at + 1 + below(200));
    case 2:
      return text.slice(0, at) + (odd[below(odd.length)] ?? '') + text.slice(at);
    case 3:
      return text.slice(0, at);
    case 4:
      return lines.toSpliced(line, 0, lines[line] ?? '').join('\n');
    case 5:
      return lines.toSpliced(line, 1).join('\n');
    case 6:
      return lines.with(line, ` ${lines[line]}`).join('\n');
    default:
      return lines.with(line, lines[below(lines.length)] ?? '').join('\n');
  }
}

function absurd(random: Random): unknown {
  const values: readonly (() => unknown)[] = [
    () => null,
    () => true,
    () => '',
    () => 'x'.repeat(100_000),
    () => 0,
    () => -0,
    () => -1,
    () => 1e308,
    () => Number.NaN,
    () => Number.POSITIVE_INFINITY,
    () => 2 ** 53 + 2,
    () => 1e-320,
    () => 0.1,
    () => 65_536,
    () => [],
    () => ({}),
    () => [[[]]],
    () => ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf'][Math.floor(random() * 5)],
    () => Object.fromEntries([['constructor', { prototype: { polluted: true } }]]),
    () => JSON.parse('{"__proto__": {"polluted": true}}') as unknown,
    () => Array.from({ length: 2_000 }, (_, index) => index),
    () => '9'.repeat(400),
    () => '2026-02-30T25:61:61Z',
    () => '1e9h',
    () => '../../etc/passwd',
    () => '=cmd()',
  ];
  return values[Math.floor(random() * values.length)]?.();
}

function mutateTree(base: Tree, random: Random): string {
  const tree = structuredClone(base);
  const below = (end: number) => Math.floor(random() * end);
  for (let count = 1 + below(3); count > 0; count -= 1) {
    let parent: unknown = tree;
    for (;;) {
      const keys = typeof parent === 'object' && parent !== null ? Object.keys(parent) : [];
      const key = keys[below(keys.length)];
      if (key === undefined) break;
      const node = parent as Record<string, unknown>;
      const value = node[key];
      if (typeof value === 'object' && value !== null && random() < 0.85) {
        parent = value;
        continue;
      }
      const kind = below(6);
      if (kind === 0 && Array.isArray(parent)) parent.splice(Number(key), 1);
      else if (kind === 0) delete node[key];
      else if (kind === 1 && Array.isArray(parent)) parent.push(structuredClone(value));
      else if (kind === 2) node[`${key}X`] = value;
      else if (kind === 3)
        Object.defineProperty(node, ['__proto__', 'constructor', 'prototype'][below(3)] ?? '', {
          value: absurd(random),
          enumerable: true,
          configurable: true,
          writable: true,
        });
      else if (kind === 4 && typeof value === 'number') node[key] = value * ([-1, 0, 1e6, 1e-6, 10][below(5)] ?? 1);
      else node[key] = absurd(random);
      break;
    }
  }
  return random() < 0.3 ? JSON.stringify(tree) : stringify(tree);
}

test(`${mutants} mutants of the demo plant (seed ${seed})`, { timeout: isLong ? 7_200_000 : 170_000 }, () => {
  const random = createRandom(seed);
  const base = smallPlant();
  const baseText = stringify(base);
  expect(prove(baseText)).toBe('accepted');
  const counts = { accepted: 0, refused: 0 };
  let slowestMs = 0;
  for (let mutant = 0; mutant < mutants; mutant += 1) {
    const text = random() < 0.5 ? mutateBytes(baseText, random) : mutateTree(base, random);
    const startMs = performance.now();
    try {
      counts[prove(text)] += 1;
    } catch (error) {
      throw new Error(`seed ${seed}, mutant ${mutant}`, { cause: error });
    }
    slowestMs = Math.max(slowestMs, performance.now() - startMs);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  }
  expect(counts.accepted).toBeGreaterThan(0);
  expect(counts.refused).toBeGreaterThan(0);
  console.log(
    `plant files: seed ${seed}, ${mutants} mutants of ${baseText.length} characters: ${counts.refused} refused with their place, ${counts.accepted} accepted, the same twice; slowest ${Math.round(slowestMs)} ms`,
  );
});

const nested = (open: string, close: string, depth: number) => `${open.repeat(depth)}1${close.repeat(depth)}`;
const bomb = ['a: &a [x, x, x, x, x, x, x, x, x, x]'];
for (const [index, letter] of [...'bcdefghi'].entries()) bomb.push(`${letter}: &${letter} [${`*${'abcdefghi'[index]}, `.repeat(10)}x]`);

test.each([
  ['a bomb of aliases', bomb.join('\n')],
  ['an alias of nothing', 'schema: 1\ncompany: *nobody\n'],
  ['an alias of itself', '&a { schema: 1, stations: *a }'],
  ['lists 50,000 deep and open', '['.repeat(50_000)],
  ['lists 20,000 deep', `schema: ${nested('[', ']', 20_000)}`],
  ['maps 5,000 deep', nested('{a: ', '}', 5_000)],
  ['JSON 20,000 deep', nested('{"a":', '}', 20_000)],
  ['blocks 2,000 deep', Array.from({ length: 2_000 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n')],
  ['2,000 unknown keys', Array.from({ length: 2_000 }, (_, index) => `key${index}: 1`).join('\n')],
  ['the same key twice', 'schema: 1\nschema: 1\n'],
  ['two documents', 'schema: 1\n---\nschema: 1\n'],
  ['a tag of code', 'schema: !!js/function "function () { process.exit() }"\n'],
  ['binary', 'schema: !!binary "aGVsbG8="\n'],
  ['merge keys', 'x: &x { schema: 1 }\n<<: *x\n'],
  ['keys that are objects', '? { a: 1 }\n: 1\n'],
  ['nothing', ''],
  ['a byte order mark and no more', '\ufeff'],
  ['null bytes', '\0\0\0\0'],
  ['a number of 100,000 digits', `schema: ${'9'.repeat(100_000)}\n`],
  ['a line of a million characters', `schema: "${'x'.repeat(1_000_000)}"\n`],
  ['prototype keys', '__proto__: { schema: 1 }\nconstructor: { prototype: { polluted: true } }\n'],
])('%s is refused with its place', { timeout: 120_000 }, (_name, text) => {
  expect(prove(text)).toBe('refused');
  // Pasted as a block into the plant in force, too.
  const checked = checkText('schema: 1\nstations: []\n', { text, place: { kind: 'station' } });
  expect(checked.kind).toBe('invalid');
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
});
