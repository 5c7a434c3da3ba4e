// Killed at a statement picked by dice, between the value that goes up and the message that has been sent, or while the gateway takes it: each alarm has one
// line, is ordered once, and is told; what is told again is told with the same key. The whole product under the same fault: kill-notifications.test.ts.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { expect, onTestFinished, test } from 'vitest';
import { systemClock as clock } from '../../collector/system-clock.ts';
import { defaultAccessPolicy } from '../../domain/access/access-policy.ts';
import { noContact } from '../../domain/duty/person-contact.ts';
import { AccessControl } from '../../server/access/access-control.ts';
import { openAccessKey } from '../../server/access/access-key.ts';
import { People } from '../../server/duty/people.ts';
import { type Database, openDatabase } from '../../server/journal/database.ts';
import { Journal, verifyChain } from '../../server/journal/journal.ts';
import { Ledger } from '../../server/journal/ledger.ts';
import { createRandom } from '../../simulators/process/random.ts';
import { type Answer, startHttpReceiver } from '../harness/http-receiver.ts';
import { temporaryFolder } from '../harness/temporary-folder.ts';

const isLong = process.env.FAULTS === 'long';
/** Each of the databases is begun anew: what a start reads grows with what has risen. */
const databases = isLong ? 40 : 1;
const killsEach = 25;
/** Databases beside each other: most of a life is the loading of its program. */
const lanes = isLong ? 2 : 1;
const pointsEach = 100;
/** What a killed process leaves is with the system: a disk would only be waited for. */
const memory = existsSync('/dev/shm') ? '/dev/shm' : undefined;
const seed = Number(process.env.FAULTS_SEED ?? 17);
/** A life in which one or two alarms rise and are told comes this far. */
const latestStatement = 140;
const lifeFile = fileURLToPath(new URL('./telling/telling-life.ts', import.meta.url));
const taken: Answer = { kind: 'answer', status: 200, body: '{"code":0}' };
const administrator = { kind: 'person', username: 'admin', displayName: 'admin' } as const;

function plantText(gatewayUrl: string): string {
  const point = (address: number) => ({
    tag: `PT-${1_000 + address}`,
    name: { zh: '压力', en: 'Pressure' },
    kind: 'analog',
    unit: 'kPa',
    range: { min: 0, max: 100 },
    register: { table: 'holding', address, type: 'uint16' },
    defaultAlarms: false,
    alarms: [{ kind: 'high', setpoint: 50, deadband: 5, priority: 'high', response: { zh: '查看', en: 'Look' }, responseTime: '6min' }],
  });
  return JSON.stringify({
    schema: 1,
    company: { id: 'telling', name: { zh: '燃气', en: 'Gas' } },
    areas: [{ id: 'all', name: { zh: '全部', en: 'All' } }],
    stations: [
      {
        id: 'RS-01',
        type: 'regulating',
        name: { zh: '一号站', en: 'One' },
        area: 'all',
        devices: [
          { id: 'PLC-1', protocol: 'modbusTcp', host: '127.0.0.1', points: Array.from({ length: pointsEach }, (_, index) => point(index)) },
        ],
      },
    ],
    notifications: {
      sms: {
        url: gatewayUrl,
        insecure: true,
        body: { json: { to: '{{mobile}}', text: '{{text}}' } },
        success: { answer: { path: 'code', is: 0 } },
        rate: { messages: 100_000, per: '1h' },
      },
      flood: { orders: 100_000, per: '1h' },
    },
    duty: { escalation: [{ steps: [{ after: '1s', to: { person: 'wang' }, channels: ['sms'] }] }] },
  });
}

/** One person who is to be told. */
async function prepare(dataDir: string): Promise<void> {
  const database = await openDatabase('sqlite:', dataDir);
  const ledger = new Ledger(database, await Journal.open(database), clock);
  const access = new AccessControl(ledger, clock, { policy: defaultAccessPolicy, key: await openAccessKey(dataDir) });
  const user = { username: 'wang', displayName: '王敏', role: 'operator', password: 'a-long-enough-password', stationIds: null } as const;
  expect(await access.addUser(user, administrator)).not.toBeNull();
  await new People(access, ledger, clock).setContact('wang', 0, { ...noContact, mobile: '+8610000000001' }, administrator);
  await access.stop();
  await database.destroy();
  writeFileSync(path.join(dataDir, 'field.txt'), '');
}

/** The program of a life in one file: a thousand starts would mostly be reading of sources. */
async function bundle(folder: string): Promise<string> {
  await build({
    configFile: false,
    logLevel: 'error',
    ssr: { noExternal: true },
    build: {
      ssr: lifeFile,
      outDir: folder,
      minify: false,
      rolldownOptions: { output: { entryFileNames: 'life.mjs', codeSplitting: false } },
    },
  });
  return path.join(folder, 'life.mjs');
}

/** Processes that have loaded their program before they are needed. */
class Lives {
  readonly #program: string;
  readonly #cache: string;
  readonly #waiting: { readonly child: ChildProcess; readonly isWarm: Promise<unknown> }[] = [];

  constructor(program: string) {
    this.#program = program;
    this.#cache = path.join(path.dirname(program), 'compiled');
  }

  #fork() {
    const child = fork(this.#program, [], { env: { ...process.env, NODE_COMPILE_CACHE: this.#cache }, execArgv: [], stdio: 'inherit' });
    this.#waiting.push({ child, isWarm: once(child, 'message') });
  }

  async begin(go: Readonly<Record<string, unknown>>): Promise<{ readonly child: ChildProcess; readonly death: Promise<unknown> }> {
    while (this.#waiting.length < lanes) this.#fork();
    const next = this.#waiting.shift();
    if (next === undefined) throw new Error('a life was forked');
    await next.isWarm;
    const death = once(next.child, 'exit');
    next.child.send(go);
    return { child: next.child, death };
  }

  end(): void {
    for (const { child } of this.#waiting) child.kill('SIGKILL');
  }
}

interface Told {
  /** By idempotency key: how often the gateway took it. */
  readonly received: Map<string, number>;
  /** Called when a message comes. */
  onMessage: () => 'kill' | 'live';
}

/** What stands in the end, or null while something is still to be told. */
async function settled(database: Database, raised: number): Promise<true | null> {
  const rows = await database.selectFrom('notification_delivery').select('state').execute();
  return rows.length === raised && rows.every(({ state }) => state === 'sent') ? true : null;
}

async function judge(database: Database, raised: number, received: ReadonlyMap<string, number>) {
  expect(await verifyChain(database)).toMatchObject({ kind: 'intact' });
  const linesOf = async (kind: string) =>
    (await database.selectFrom('journal').select('alarm_id').where('kind', '=', kind).execute()).map(({ alarm_id }) => alarm_id);
  const risen = Array.from({ length: raised }, (_, index) => `RS-01.PT-${1_000 + index}.high`);
  for (const kind of ['alarm.raise', 'alarm.escalate']) expect((await linesOf(kind)).toSorted(), kind).toEqual(risen);
  expect(await linesOf('notification.order')).toHaveLength(raised);
  const rows = await database.selectFrom('notification_delivery').select(['delivery_id', 'order_key']).execute();
  expect(new Set(rows.map(({ order_key }) => order_key)).size).toBe(raised);
  expect(new Set(received.keys())).toEqual(new Set(rows.map(({ delivery_id }) => delivery_id)));
  const attempts = await database.selectFrom('notification_attempt').select(['delivery_id', 'outcome', 'reason']).execute();
  for (const [key, times] of received) {
    const inDoubt = attempts.filter(
      ({ delivery_id, reason }) => delivery_id === key && (reason === 'interrupted' || reason === 'unreachable'),
    );
    expect(times).toBeLessThanOrEqual(1 + inDoubt.length);
  }
  return attempts.filter(({ reason }) => reason === 'interrupted').length;
}

async function killOften(number: number, lives: Lives, template: string) {
  const random = createRandom(seed + number);
  const folder = temporaryFolder(memory);
  const dataDir = path.join(folder, 'data');
  cpSync(template, dataDir, { recursive: true });
  const gateway = await startHttpReceiver();
  const told: Told = { received: new Map(), onMessage: () => 'live' };
  gateway.answer = ({ headers }) => {
    const key = String(headers['idempotency-key']);
    told.received.set(key, (told.received.get(key) ?? 0) + 1);
    return told.onMessage() === 'kill' ? { kind: 'hang' } : taken;
  };
  const plantFile = path.join(folder, 'plant.json');
  writeFileSync(plantFile, plantText(gateway.url));
  const raised = () => readFileSync(path.join(dataDir, 'field.txt'), 'utf8').length;
  let atTheGateway = 0;
  for (let kill = 0; kill < killsEach; kill += 1) {
    // One in five dies when the gateway has a message, before or after it said so.
    const isAtGateway = random() < 0.2;
    const mostRaised = Math.min(pointsEach, Math.floor(((kill + 1) * pointsEach) / killsEach));
    const lastStatement = isAtGateway ? null : 1 + Math.floor(random() * latestStatement);
    const { child, death } = await lives.begin({ plantFile, dataDir, lastStatement, isCarriedOut: random() < 0.5, mostRaised });
    const isAnswered = random() < 0.5;
    told.onMessage = () => {
      if (!isAtGateway) return 'live';
      if (isAnswered) setImmediate(() => child.kill('SIGKILL'));
      else child.kill('SIGKILL');
      return isAnswered ? 'live' : 'kill';
    };
    // Where everything is told and nothing more rises, nothing is written any more: it dies at rest.
    const atRest = setTimeout(() => child.kill('SIGKILL'), 10_000);
    await death;
    clearTimeout(atRest);
    if (isAtGateway) atTheGateway += 1;
  }
  told.onMessage = () => 'live';
  const startedAtMs = performance.now();
  const { child, death } = await lives.begin({ plantFile, dataDir, lastStatement: null, isCarriedOut: true, mostRaised: raised() });
  const database = await openDatabase('sqlite:', dataDir);
  await expect.poll(() => settled(database, raised()), { timeout: 120_000, interval: 100 }).toBe(true);
  const allToldAfterMs = performance.now() - startedAtMs;
  child.kill('SIGKILL');
  await death;
  await gateway.stop();
  const interrupted = await judge(database, raised(), told.received);
  await database.destroy();
  const twice = [...told.received.values()].filter((times) => times > 1).length;
  const deathsFile = path.join(dataDir, 'deaths.txt');
  const deaths = existsSync(deathsFile) ? readFileSync(deathsFile, 'utf8').trim().split('\n') : [];
  console.log(
    `database ${number}: ${raised()} alarms, ${twice} told twice, the last told ${allToldAfterMs.toFixed(0)} ms after the last start began`,
  );
  return { raised: raised(), twice, interrupted, atTheGateway, deaths, allToldAfterMs };
}

test(`${databases * killsEach} times killed between detection, journal and notification (seed ${seed})`, {
  timeout: 60_000 + databases * killsEach * 10_000,
}, async () => {
  const lives = new Lives(await bundle(temporaryFolder()));
  onTestFinished(() => lives.end());
  const template = temporaryFolder(memory);
  await prepare(template);
  const all: Awaited<ReturnType<typeof killOften>>[] = [];
  let begun = 0;
  const lane = async () => {
    while (begun < databases) {
      begun += 1;
      all.push(await killOften(begun, lives, template));
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  const sum = (of: (one: (typeof all)[number]) => number) => all.reduce((total, one) => total + of(one), 0);
  const deaths = all.flatMap((one) => one.deaths);
  if (process.env.FAULTS_TRACE !== undefined) console.log(deaths.toSorted().join('\n'));
  const at = (pattern: RegExp) => deaths.filter((line) => pattern.test(line)).length;
  console.log(
    `killed while telling: seed ${seed}, ${databases * killsEach} kills: ${sum((one) => one.atTheGateway)} at the gateway, ${deaths.length} at a statement (${at(/^before/)} before, ${at(/^after/)} after it; ${at(/ (begin|commit|COMMIT)/)} at the begin or end of a transaction, ${at(/fact|BEGIN IMMEDIATE|message|active/)} in the outbox, ${at(/"(alarm|outbox_progress|journal)"/)} at rows of alarms and lines, ${at(/"notification_|"escalation/)} at rows of telling); ${sum((one) => one.raised)} alarms: each one line, ordered once and told; ${sum((one) => one.twice)} told twice with the same key, ${sum((one) => one.interrupted)} attempts interrupted; all told at most ${Math.max(...all.map((one) => one.allToldAfterMs)).toFixed(0)} ms after a start began`,
  );
  expect(deaths.length).toBeGreaterThan(databases * killsEach * 0.5);
  expect(sum((one) => one.raised)).toBeGreaterThan(databases * killsEach);
});
