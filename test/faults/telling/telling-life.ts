// One life of all that lies between a value and a person's telephone (detection, outbox, journal, escalation, delivery), as the product composes it, without
// pages and devices. It raises one alarm after the other and kills itself at the step that it was told. Forked by killed-while-telling.test.ts.
import { appendFileSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync, StatementSync } from 'node:sqlite';
import { pino } from 'pino';
import { z } from 'zod';
import { systemClock as clock } from '../../../collector/system-clock.ts';
import { defaultAccessPolicy } from '../../../domain/access/access-policy.ts';
import { createInProcessLink } from '../../../link/in-process/in-process-link.ts';
import { AccessControl } from '../../../server/access/access-control.ts';
import { openAccessKey } from '../../../server/access/access-key.ts';
import { AlarmStore } from '../../../server/alarms/alarm-store.ts';
import { openDatabase } from '../../../server/journal/database.ts';
import { Journal } from '../../../server/journal/journal.ts';
import { Ledger } from '../../../server/journal/ledger.ts';
import { openTelling } from '../../../server/open-telling.ts';
import { DrivenCollector, drivenCollectorId } from '../../harness/driven-collector.ts';
import { plantOf } from '../../harness/plant-of.ts';

const goSchema = z.object({
  plantFile: z.string(),
  dataDir: z.string(),
  /** Which statement that writes is the last; null: it lives on. */
  lastStatement: z.number().nullable(),
  /** Whether that one is still carried out. */
  isCarriedOut: z.boolean(),
  /** No further alarm rises beyond so many. */
  mostRaised: z.number(),
});
const raiseEveryMs = 15;
/** So many at a time are high: each new one lets the oldest return. */
const highAtOnce = 40;

process.on('message', (message) => void live(goSchema.parse(message)));
process.on('disconnect', () => process.exit(1));
process.send?.('warm');

async function live(go: z.infer<typeof goSchema>): Promise<void> {
  const { dataDir } = go;
  if (go.lastStatement !== null) dieAt(go.lastStatement, go.isCarriedOut, path.join(dataDir, 'deaths.txt'));
  const plant = plantOf(readFileSync(go.plantFile, 'utf8'));
  const log = pino({ level: 'silent' });
  const database = await openDatabase('sqlite:', dataDir);
  const ledger = new Ledger(database, await Journal.open(database), clock);
  const store = await AlarmStore.open({ plant, ledger, clock });
  const access = new AccessControl(ledger, clock, { policy: defaultAccessPolicy, key: await openAccessKey(dataDir) });
  await openTelling({
    plant,
    ledger,
    access,
    store,
    dataDir,
    otherTargets: [],
    environment: {},
    clock,
    log,
    random: Math.random,
    work: () => [],
    incidents: () => [],
    hazards: () => [],
    announce: () => undefined,
    // It is killed, or lives until the test is over.
    onStop: () => undefined,
  });
  const link = createInProcessLink({ collectorId: drivenCollectorId, table: plant.pointTable });
  link.server.handleConditions((delivery) => store.deliver(delivery));
  link.server.handleStatement((statement) => store.state(statement));
  const collector = new DrivenCollector({ plant, dataDir, link: link.collector, clock });
  const { values } = collector;
  link.server.announceReady();
  // The field is no part of what dies: what has gone up stays so in the next life.
  const fieldFile = path.join(dataDir, 'field.txt');
  let raised = readFileSync(fieldFile, 'utf8').length;
  const turn = () => {
    for (let point = 0; point < values.length; point += 1) values[point] = point < raised && point >= raised - highAtOnce ? 80 : 20;
  };
  turn();
  collector.scan();
  setInterval(() => {
    if (raised < Math.min(go.mostRaised, values.length)) {
      appendFileSync(fieldFile, 'x');
      raised += 1;
    }
    turn();
    collector.scan();
  }, raiseEveryMs);
}

/** Counts every statement by which this process changes a database file, of the collector and of the server alike. */
function dieAt(last: number, isCarriedOut: boolean, deathsFile: string): void {
  let count = 0;
  const passing = <T>(statement: string, run: () => T): T => {
    count += 1;
    if (count !== last) return run();
    const result = isCarriedOut ? run() : null;
    appendFileSync(deathsFile, `${isCarriedOut ? 'after' : 'before'} ${statement.slice(0, 60).replaceAll('\n', ' ')}\n`);
    process.kill(process.pid, 'SIGKILL');
    return result as T;
  };
  const statements = StatementSync.prototype;
  const { run } = statements;
  statements.run = function (this: StatementSync, ...values: Parameters<StatementSync['run']>) {
    return passing(this.sourceSQL, () => run.apply(this, values));
  } as typeof run;
  const databases = DatabaseSync.prototype;
  const { exec } = databases;
  databases.exec = function (this: DatabaseSync, text: string) {
    return passing(text, () => exec.call(this, text));
  };
}
