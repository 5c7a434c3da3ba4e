// `npm run bench`: every bench, or those named; prints one table and writes a JSON file. `--quick` for a first look.
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Bench, BenchRow } from './bench.ts';
import { dashboardBench } from './dashboard-bench.ts';
import { detectBench } from './detect-bench.ts';
import { evidenceBench } from './evidence-bench.ts';
import { fanoutBench } from './fanout-bench.ts';
import { floodBench } from './flood-bench.ts';
import { historianBench } from './historian-bench.ts';
import { influxBench } from './influx-bench.ts';
import { ingestBench } from './ingest-bench.ts';
import { latencyBench } from './latency-bench.ts';
import { opcuaBench } from './opcua-bench.ts';
import { scaleBench } from './scale-bench.ts';
import { trendYearBench } from './trend-year-bench.ts';

const benches: readonly Bench[] = [
  ingestBench,
  detectBench,
  latencyBench,
  floodBench,
  fanoutBench,
  dashboardBench,
  influxBench,
  historianBench,
  trendYearBench,
  opcuaBench,
  evidenceBench,
  scaleBench,
];

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..');
const isQuick = process.argv.includes('--quick');
const names = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const unknown = names.filter((name) => benches.every((bench) => bench.name !== name));
if (unknown.length > 0) {
  console.error(`no bench ${unknown.join(', ')}; there are ${benches.map((bench) => bench.name).join(', ')}`);
  process.exit(1);
}

const environment = {
  cores: availableParallelism(),
  memoryGiB: Math.round(totalmem() / 2 ** 30),
  node: process.version,
  commit: commit(),
  isQuick,
};
console.log(
  `${environment.cores} cores, ${environment.memoryGiB} GiB, Node ${environment.node}, commit ${environment.commit}${isQuick ? ', quick' : ''}`,
);

const results: { readonly bench: string; readonly load: string; readonly rows: readonly BenchRow[]; readonly failure: string | null }[] =
  [];
for (const bench of benches) {
  if (names.length > 0 && !names.includes(bench.name)) continue;
  const options = { isQuick, print: (line: string) => console.log(`  ${line}`) };
  const load = bench.load(options);
  console.log(`\n${bench.name}: ${load}`);
  try {
    const rows = await bench.run(options);
    for (const row of rows) console.log(`  ${describe(row)}`);
    results.push({ bench: bench.name, load, rows, failure: null });
  } catch (error) {
    console.log(`  FAILED: ${(error as Error).message}`);
    results.push({ bench: bench.name, load, rows: [], failure: (error as Error).message });
  }
}
const folder = path.join(root, 'data', 'bench');
mkdirSync(folder, { recursive: true });
const file = path.join(folder, 'bench.json');
writeFileSync(file, `${JSON.stringify({ environment, results }, null, 2)}\n`);
console.log(`\nwritten to ${path.relative(root, file)}`);
process.exit(results.some((result) => result.failure !== null) ? 1 : 0);

function describe(row: BenchRow): string {
  const peer = row.peer === null ? '' : ` · ${row.peer.name} ${format(row.peer.value)} · ratio ${format(row.value / row.peer.value)}`;
  return `${row.figure}: ${format(row.value)} ${row.unit}${row.goal === '' ? '' : ` (goal ${row.goal})`}${peer}`;
}

function format(value: number): string {
  return Math.abs(value) >= 1_000 ? Math.round(value).toLocaleString('en') : String(Number(value.toPrecision(3)));
}

function commit(): string {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: root, encoding: 'utf8' }).trim();
  } catch {
    return 'unknown';
  }
}
