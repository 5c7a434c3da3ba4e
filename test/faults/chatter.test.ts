// One alarm that goes up and down fifty times a second: every raise counted, once, and nobody else's alarm is late or lost for it.
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import type { RawReadings } from '../../domain/api/readings-api.ts';
import { Quality } from '../../domain/readings/quality.ts';
import { createUnitImage, startModbusServer } from '../../simulators/modbus/modbus-server.ts';
import { createRandom } from '../../simulators/process/random.ts';
import { expectActive, startTogglingPlant } from '../harness/toggling-plant.ts';
import { expectAllThere, Witness, watch } from '../harness/witness.ts';

const lengthMs = process.env.FAULTS === 'long' ? 600_000 : 8_000;
const seed = Number(process.env.FAULTS_SEED ?? 16);

test(`an alarm that chatters at 50 Hz for ${lengthMs / 1_000} s`, { timeout: 180_000 + lengthMs * 2 }, async () => {
  const random = createRandom(seed);
  // High in every second answer; the register beside it counts them.
  const image = createUnitImage();
  let answers = 0;
  let isChattering = true;
  let highAnswers = 0;
  const chatterer = await startModbusServer({
    host: '127.0.0.1',
    port: 0,
    framing: 'tcp',
    imageOf() {
      answers += 1;
      const isHigh = isChattering && answers % 2 === 1;
      if (isHigh) highAnswers += 1;
      image.holding[0] = isHigh ? 80 : 20;
      image.holding[1] = answers >>> 16;
      image.holding[2] = answers & 0xffff;
      return image;
    },
    behaviourOf: () => ({ kind: 'normal' }),
  });
  onTestFinished(() => chatterer.stop());
  const plant = await startTogglingPlant({
    devices: 2,
    pointsEach: 50,
    scanMs: 250,
    random,
    plantTextOf: ({ plantText }) => withChatterer(plantText, chatterer.port),
  });
  const fromMs = Date.now();
  const { gatewatch, client } = await plant.startOnDuty();

  plant.toggle({ everyMs: 50, restMs: 1_000 });
  const witness = new Witness();
  const endMs = Date.now() + lengthMs;
  await watch(client, witness, () => Date.now() >= endMs, 100);
  plant.rest();
  isChattering = false;
  await expectActive(client, plant.devices, { timeoutMs: 30_000 });
  // An answer that came after its deadline was not believed, and its time is bad.
  const question = `/api/readings?point=RS-99.XQ-100&from=${fromMs}&to=${Date.now()}`;
  const { rows } = await client.get<RawReadings>(question);
  const firstGood = rows.findIndex(([, , quality]) => quality === Quality.good);
  const late = rows.slice(firstGood).filter(([, , quality]) => quality !== Quality.good).length;
  const journal = await client.journal();
  expect(await gatewatch.stop()).toBe(0);

  const linesOf = (wanted: string) => journal.filter(({ kind, alarmId }) => kind === wanted && alarmId === 'RS-99.AT-100.high').length;
  const raises = linesOf('alarm.raise');
  const chatterLines = raises + linesOf('alarm.clear');
  expectAllThere(witness, journal);
  const bytesEach = bytesOfJournalLine(path.join(plant.folder, 'data', 'journal.sqlite'));
  const perHourMB = (bytesEach * chatterLines * 3_600_000) / lengthMs / 1_048_576;
  console.log(
    `chatter: ${lengthMs / 1_000} s, ${answers} scans, ${late} too late to be believed; ${raises} raises of ${highAnswers}; beside it ${witness.raised.size} raises and ${witness.acknowledged.size} acknowledgements witnessed, 0 lost or doubled; ${chatterLines} lines of the journal for the one that chatters, ${bytesEach.toFixed(0)} bytes each with their indexes: ${perHourMB.toFixed(0)} MB an hour`,
  );
  expect(highAnswers).toBeGreaterThan(50);
  // What bounds the journal: a scan raises it or lets it return, and makes one line at most.
  expect(chatterLines).toBeLessThanOrEqual(answers);
  expect(raises).toBeLessThanOrEqual(highAnswers);
  expect(raises).toBeGreaterThanOrEqual(highAnswers - late);
});

/** What a line takes on the disk, its places in the indexes included. */
function bytesOfJournalLine(file: string): number {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    const one = (sql: string) => Number(database.prepare(sql).get()?.n);
    const tables = "SELECT name FROM sqlite_schema WHERE tbl_name = 'journal'";
    return one(`SELECT sum(pgsize) AS n FROM dbstat WHERE name IN (${tables})`) / one('SELECT count(*) AS n FROM journal');
  } finally {
    database.close();
  }
}

/** The first station once more, with one point beside the count, read 50 times a second. */
function withChatterer(plantText: string, port: number): string {
  const plant = JSON.parse(plantText) as { stations: { id: string; devices: { port: number; scan: string; points: object[] }[] }[] };
  const station = structuredClone(plant.stations[0]) as (typeof plant.stations)[number];
  const device = station.devices[0];
  if (device === undefined) throw new Error('a station has a device');
  station.id = 'RS-99';
  device.port = port;
  device.scan = '20ms';
  device.points = [
    ...device.points.slice(0, 1),
    {
      tag: 'XQ-100',
      name: { zh: '应答次数', en: 'Answers' },
      kind: 'counter',
      register: { table: 'holding', address: 1, type: 'uint32' },
      defaultAlarms: false,
    },
  ];
  return JSON.stringify({ ...plant, stations: [...plant.stations, station] });
}
