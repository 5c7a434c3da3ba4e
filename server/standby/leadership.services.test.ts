// Rules SB1 to SB6 against a real PostgreSQL.
import { sql } from 'kysely';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../collector/system-clock.ts';
import { temporaryFolder } from '../../test/harness/temporary-folder.ts';
import { type Postgres, postgresProgram, startPostgres } from '../../test/services/postgres.ts';
import { openDatabase } from '../journal/database.ts';
import { NotInChargeError } from '../journal/database-away.ts';
import { Leadership, type Term } from './leadership.ts';

describe.skipIf(postgresProgram() === null)('which server is in charge', () => {
  let postgres: Postgres;
  let schemas = 0;
  beforeAll(async () => {
    postgres = await startPostgres({ isDurable: false });
  });
  afterAll(() => postgres?.remove());

  const log = pino({ level: 'silent' });
  const newPlace = () => `${postgres.url}?schema=s${++schemas}`;
  async function server(journalUrl: string, name: string): Promise<Leadership> {
    const leadership = await Leadership.open({ journalUrl, address: `http://${name}:8080`, clock: systemClock, log });
    onTestFinished(() => leadership.close());
    return leadership;
  }
  async function taken(leadership: Leadership): Promise<Term> {
    const look = await leadership.tryTake();
    return look.kind === 'taken' ? look.term : expect.fail(`held by ${look.address}`);
  }

  test('[SB2] one at a time, also of ten that look at once', async () => {
    const place = newPlace();
    const servers = await Promise.all(Array.from({ length: 10 }, (_, index) => server(place, `s${index}`)));
    const looks = await Promise.all(servers.map((each) => each.tryTake()));
    expect(looks.filter(({ kind }) => kind === 'taken')).toHaveLength(1);
    const winner = looks.findIndex(({ kind }) => kind === 'taken');
    const [second] = await Promise.all([servers[winner === 0 ? 1 : 0]?.tryTake()]);
    expect(second).toEqual({ kind: 'held', address: `http://s${winner}:8080` });
  });

  test('[SB6] given back, the next look of another takes it, with the next epoch', async () => {
    const place = newPlace();
    const [one, two] = [await server(place, 'one'), await server(place, 'two')];
    const first = await taken(one);
    expect(await two.tryTake()).toMatchObject({ kind: 'held' });
    await first.giveBack();
    expect(await first.over).toBe('given back');
    expect((await taken(two)).epoch).toBe(first.epoch + 1);
  });

  test('[SB1] it is renewed for as long as it is wanted; [SB2] one that is not renewed any more is taken over', async () => {
    const place = newPlace();
    const [one, two] = [await server(place, 'one'), await server(place, 'two')];
    const term = await taken(one);
    const until = async () => {
      const { rows } = await sql<{ until_ms: number }>`SELECT until_ms FROM server_lease`.execute(database);
      return rows[0]?.until_ms ?? 0;
    };
    const database = await openDatabase(place, temporaryFolder());
    onTestFinished(() => database.destroy());
    const before = await until();
    await expect.poll(until, { timeout: 5_000 }).toBeGreaterThan(before);
    // Ready, its lease is the short one.
    term.started();
    await expect.poll(until, { timeout: 5_000 }).toBeLessThan(before);
    const short = await until();
    await expect.poll(until, { timeout: 5_000 }).toBeGreaterThan(short);
    await one.close(); // as a process that dies: nothing is given back
    expect(await two.tryTake()).toMatchObject({ kind: 'held' });
    await expect.poll(async () => (await two.tryTake()).kind, { timeout: 10_000, interval: 200 }).toBe('taken');
  });

  test('[SB3] whoever believes to be in charge still, after another took over, can write nothing', async () => {
    const place = newPlace();
    const [one, two] = [await server(place, 'one'), await server(place, 'two')];
    const database = await openDatabase(place, temporaryFolder());
    onTestFinished(() => database.destroy());
    const first = await taken(one);
    const write = (term: Term, key: string) => database.transaction().execute((transaction) => term.enter(transaction, key));
    await write(first, 'a');
    expect(await first.isCommitted('a')).toBe(true);
    expect(await first.isCommitted('b')).toBe(false);
    // Its lease runs out although it does not know, as after a long pause of its machine.
    await sql`UPDATE server_lease SET until_ms = 0`.execute(database);
    const second = await taken(two);
    await expect(write(first, 'c')).rejects.toThrow(NotInChargeError);
    expect(await first.over).toBe('another server is in charge');
    await write(second, 'd');
    expect(await second.isCommitted('d')).toBe(true);
  });

  test('[SB2] a transaction under way ends before the next server begins', async () => {
    const place = newPlace();
    const [one, two] = [await server(place, 'one'), await server(place, 'two')];
    const database = await openDatabase(place, temporaryFolder());
    onTestFinished(() => database.destroy());
    const first = await taken(one);
    const order: string[] = [];
    let finish: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      finish = resolve;
    });
    let entered: () => void = () => undefined;
    const isEntered = new Promise<void>((resolve) => {
      entered = resolve;
    });
    const writing = database
      .transaction()
      .execute(async (transaction) => {
        await first.enter(transaction, 'late');
        entered();
        await held;
      })
      .then(() => order.push('written'));
    await isEntered;
    await sql`UPDATE server_lease SET until_ms = 0`.execute(database);
    const taking = taken(two).then(() => order.push('taken'));
    finish();
    await Promise.all([writing, taking]);
    expect(order).toEqual(['written', 'taken']);
  });
});
