// Patrols over a real database: opened at their time, walked, told of, made up for after a stop; what they find goes into the ledger of hazards once.
import { afterEach, expect, test } from 'vitest';
import { readCode } from '../../domain/patrols/code-text.ts';
import { patrolIdOf } from '../../domain/patrols/patrol.ts';
import { ManualClock } from '../../domain/time/manual-clock.ts';
import { verifyChain } from '../journal/journal.ts';
import { ObligationBook } from '../obligations/obligation-book.ts';
import { readRulePack } from '../obligations/read-rule-pack.ts';
import { atPlant, openPatrolRig, type PatrolRig, patrolPlantText, result, visitOf } from './patrol-rig.ts';

let rigs: PatrolRig[] = [];
async function rigOf(options: Parameters<typeof openPatrolRig>[0] = {}): Promise<PatrolRig> {
  const rig = await openPatrolRig(options);
  rigs.push(rig);
  return rig;
}
afterEach(async () => {
  for (const rig of rigs) {
    await rig.stop().catch(() => undefined);
    rig.remove();
  }
  rigs = [];
});

const daily = (dateAndTime: string) => patrolIdOf('daily', 'GS-01', atPlant(dateAndTime));
const fire = (dateAndTime: string) => patrolIdOf('fire', 'GS-01', atPlant(dateAndTime));
const outlet = (value: number) => [result('outlet', 'ok', value)];
const fireItems = (extinguisher: 'ok' | 'failed', note = '') => [result('extinguisher', extinguisher, null, note), result('sign')];

test('[PT1] [PT3] opened at its time, walked in time, done; the journal tells it and holds together', async () => {
  const rig = await rigOf();
  await rig.to('2026-07-01 07:59');
  expect(rig.patrols.store.openOnes()).toEqual([]);
  await rig.to('2026-07-01 08:00');
  expect(rig.patrols.store.openOnes().map(({ id }) => id)).toEqual([daily('2026-07-01 08:00')]);
  await rig.to('2026-07-01 08:20');
  const id = daily('2026-07-01 08:00');
  expect(await rig.patrols.store.visit(id, visitOf('gate'))).toMatchObject({ kind: 'done', record: { state: 'open' } });
  await rig.to('2026-07-01 08:40');
  expect(await rig.patrols.store.visit(id, visitOf('skid', { results: outlet(0.3) }))).toMatchObject({
    kind: 'done',
    record: { state: 'done', completedAtMs: atPlant('2026-07-01 08:40') },
  });
  await rig.to('2026-07-01 19:59');
  expect((await rig.journal()).map(({ kind }) => kind)).toEqual([
    'patrol.planned',
    'patrol.planned',
    'patrol.open',
    'patrol.visit',
    'patrol.visit',
  ]);
  expect(rig.orders).toEqual([]);
  expect(await verifyChain(rig.database)).toMatchObject({ kind: 'intact' });
});

test('[PT4] walkers are told that it is at risk and late, who answers for it that it was late and missed; each once, and nobody who may not see the station', async () => {
  const rig = await rigOf();
  for (const time of ['08:00', '09:30', '09:31', '10:00', '10:01', '11:00', '11:30']) await rig.to(`2026-07-01 ${time}`);
  expect(rig.orders.map(({ key }) => key.split('/').slice(2).join(' '))).toEqual([
    'atRisk duty',
    'atRisk supervisor',
    'atRisk team',
    'late duty',
    'late supervisor',
    'late team',
    'missed supervisor',
  ]);
  expect(rig.orders.at(-1)).toMatchObject({
    subject: { kind: 'patrol', stationId: 'GS-01' },
    text: { zh: '漏巡，未到 2 处：大门、调压橇' },
  });
  expect(await rig.patrols.store.find(daily('2026-07-01 08:00'))).toMatchObject({ state: 'missed' });
});

test('[PT4] what a crash kept from being told is told after the next start, and nothing twice', async () => {
  const first = await rigOf();
  for (const time of ['08:00', '09:30', '10:00', '11:00']) await first.to(`2026-07-01 ${time}`);
  const told = first.orders.map(({ key }) => key);
  await first.stop();
  const rig = await rigOf({ folder: first.folder, clock: first.clock });
  await expect.poll(() => rig.orders.map(({ key }) => key).toSorted()).toEqual(told.toSorted());
});

test('[PT2] [PT9] what fell due while the server was away is opened after its start, and phones have their turn before it is called missed', async () => {
  const first = await rigOf();
  await first.to('2026-07-01 08:00');
  await first.stop();
  first.clock.advance(atPlant('2026-07-02 12:00') - first.clock.nowMs());
  const rig = await rigOf({ folder: first.folder, clock: first.clock });
  await rig.patrols.tick();
  expect(rig.patrols.store.openOnes().map(({ id }) => id)).toEqual([
    daily('2026-07-01 08:00'),
    daily('2026-07-01 20:00'),
    daily('2026-07-02 08:00'),
  ]);
  // [PT5] Walked without network the evening before, sent now.
  const id = daily('2026-07-01 20:00');
  const made = { statedAtMs: atPlant('2026-07-01 20:30') };
  await rig.patrols.store.visit(id, visitOf('gate', made));
  expect(await rig.patrols.store.visit(id, visitOf('skid', { ...made, results: outlet(0.3) }))).toMatchObject({
    record: { state: 'done' },
  });
  await rig.to('2026-07-02 12:05');
  expect(await rig.patrols.store.find(daily('2026-07-02 08:00'))).toMatchObject({ state: 'missed' });
  expect(await rig.patrols.store.find(id)).toMatchObject({ state: 'done' });
});

test('[PT2] nothing is planned before the plant file had it, nor after it left', async () => {
  const withoutFire = patrolPlantText.slice(0, patrolPlantText.indexOf('    - id: fire'));
  const first = await rigOf({ text: withoutFire });
  // Monday.
  await first.to('2026-07-06 13:01');
  await first.stop();
  const rig = await rigOf({ folder: first.folder, clock: first.clock });
  await rig.patrols.tick();
  expect(await rig.patrols.store.find(fire('2026-07-06 09:00'))).toBe(null);
  await rig.to('2026-07-13 09:00');
  expect(await rig.patrols.store.find(fire('2026-07-13 09:00'))).toMatchObject({ state: 'open', patrolKind: 'checkList' });
  await rig.stop();
  const third = await rigOf({ folder: first.folder, clock: first.clock, text: withoutFire });
  await third.to('2026-07-20 12:00');
  expect(await third.patrols.store.find(fire('2026-07-20 09:00'))).toBe(null);
  expect((await third.journal()).filter(({ kind }) => kind === 'patrol.unplanned')).toHaveLength(1);
});

test('[PT2] what is first seen with more than half of its time left is opened', async () => {
  const clock = new ManualClock(atPlant('2026-07-06 12:59'));
  const rig = await rigOf({ clock });
  await rig.patrols.tick();
  expect(rig.patrols.store.openOnes().map(({ id }) => id)).toEqual([fire('2026-07-06 09:00')]);
});

test('[PT7] an action that arrives twice has one effect, and nobody else may use its id', async () => {
  const rig = await rigOf();
  await rig.to('2026-07-01 08:05');
  const id = daily('2026-07-01 08:00');
  const visit = visitOf('gate');
  expect(await rig.patrols.store.visit(id, visit)).toMatchObject({ kind: 'done', isRepeated: false });
  expect(await rig.patrols.store.visit(id, visit)).toMatchObject({
    kind: 'done',
    isRepeated: true,
    record: { visits: [{ placeId: 'gate' }] },
  });
  const stolen = { ...visit, by: { username: 'duty', displayName: '王敏' } };
  expect(await rig.patrols.store.visit(id, stolen)).toEqual({ kind: 'reusedActionId' });
  expect((await rig.patrols.store.find(id))?.visits).toHaveLength(1);
});

test('[PT11] begun early it is opened with the first step; more than an hour early it is not there', async () => {
  const rig = await rigOf();
  await rig.to('2026-07-01 06:59');
  const id = daily('2026-07-01 08:00');
  expect(await rig.patrols.store.visit(id, visitOf('gate'))).toEqual({ kind: 'unknown' });
  await rig.to('2026-07-01 07:10');
  expect(await rig.patrols.store.visit(id, visitOf('gate'))).toMatchObject({ kind: 'done', record: { state: 'open', length: 2 } });
  await rig.to('2026-07-01 08:00');
  expect((await rig.journal()).filter(({ kind }) => kind === 'patrol.open')).toHaveLength(1);
});

test('[PT6] a label proves its own place with its newest code', async () => {
  const rig = await rigOf();
  const { labels } = rig.patrols;
  const gate = labels.find('GS-01', 'gate');
  const skid = labels.find('RS-01', 'skid');
  if (gate === null || skid === null) throw new Error('no labels');
  expect(labels.ofStation('RS-01').map(({ placeId }) => placeId)).toEqual(['gate', 'skid']);
  expect(labels.faultOf(gate.text, 'GS-01', 'gate')).toBe(null);
  expect(labels.faultOf(skid.text, 'GS-01', 'skid')).toBe('otherPlace');
  expect(labels.faultOf('http://example.org', 'GS-01', 'gate')).toBe('forged');
  const code = readCode(gate.text);
  expect(labels.faultOf(gate.text.replace(':gate:', ':skid:'), 'GS-01', 'skid')).toBe('forged');
  expect(labels.faultOf(gate.text.replace(code?.signature ?? '', 'A'.repeat(22)), 'GS-01', 'gate')).toBe('forged');
  const replaced = await labels.replace(gate, { username: 'li', displayName: '李' });
  expect(replaced.generation).toBe(2);
  expect(labels.faultOf(gate.text, 'GS-01', 'gate')).toBe('replaced');
  expect(labels.faultOf(replaced.text, 'GS-01', 'gate')).toBe(null);
  const before = { digest: labels.digest('GS-01', 'gate'), text: replaced.text };
  await rig.stop();
  const again = await rigOf({ folder: rig.folder, clock: rig.clock });
  expect({ digest: again.patrols.labels.digest('GS-01', 'gate'), text: again.patrols.labels.find('GS-01', 'gate')?.text }).toEqual(before);
  // Another plant has another key.
  const other = await rigOf();
  expect(other.patrols.labels.faultOf(replaced.text, 'GS-01', 'gate')).toBe('forged');
});

test('[PT8] a failed item opens one hazard, is noted in it the next time, and opens another when that was struck off', async () => {
  const rig = await rigOf();
  const walk = async (date: string, extinguisher: 'ok' | 'failed') => {
    await rig.to(`${date} 09:05`);
    const done = await rig.patrols.store.visit(fire(`${date} 09:00`), visitOf('gate', { results: fireItems(extinguisher, '压力不足') }));
    expect(done.kind).toBe('done');
    await rig.patrols.tick();
  };
  await walk('2026-07-06', 'failed');
  expect(rig.hazards.openOnes()).toHaveLength(1);
  const [hazard] = rig.hazards.openOnes();
  expect(hazard?.finding).toMatchObject({
    stationId: 'GS-01',
    place: '大门',
    source: 'patrol',
    foundBy: '赵刚',
    description: '灭火器在位有效 不合格：压力不足',
    link: { kind: 'patrol' },
  });
  await walk('2026-07-13', 'failed');
  expect(rig.hazards.openOnes()).toHaveLength(1);
  expect((await rig.hazards.events(hazard?.id ?? '')).map(({ event }) => event.kind)).toEqual(['report', 'note']);
  await rig.hazards.act(hazard?.id ?? '', null, { kind: 'reject', reason: '已更换' }, { username: 'li', displayName: '李' });
  await walk('2026-07-20', 'failed');
  expect(rig.hazards.openOnes().map(({ number }) => number)).toEqual(['YH-2026-0002']);
  await walk('2026-07-27', 'ok');
  expect(rig.hazards.openOnes()).toHaveLength(1);
});

test('[PT8] [PT10] a reading beyond its limits and a finding that is called a hazard are hazards too', async () => {
  const rig = await rigOf();
  await rig.to('2026-07-01 08:05');
  const id = daily('2026-07-01 08:00');
  await rig.patrols.store.visit(id, visitOf('skid', { results: outlet(0.45) }));
  await rig.patrols.store.visit(id, visitOf('gate', { finding: '门锁锈死', isHazard: true }));
  await rig.patrols.store.visit(id, visitOf('gate', { finding: '一切正常' }));
  await rig.patrols.tick();
  expect(rig.hazards.openOnes().map(({ finding }) => finding.description)).toEqual(['出站压力 不合格：0.45 MPa', '门锁锈死']);
});

test('[PT8] what a crash left undone is done after the next start, once', async () => {
  const first = await rigOf();
  await first.to('2026-07-06 09:05');
  // As if the server had died between the visit and the hazard.
  await first.patrols.store.visit(fire('2026-07-06 09:00'), visitOf('gate', { results: fireItems('failed') }));
  await first.database.destroy();
  const rig = await rigOf({ folder: first.folder, clock: first.clock });
  expect(rig.hazards.openOnes()).toEqual([]);
  await rig.patrols.tick();
  await rig.patrols.tick();
  expect(rig.hazards.openOnes()).toHaveLength(1);
});

test('[PT12] [PT13] obligations: met, late, missed, by hand, without rounds, before the records', async () => {
  const rig = await rigOf();
  const store = rig.patrols.store;
  const book = new ObligationBook({
    plant: rig.plant,
    pack: readRulePack(rig.folder),
    database: rig.database,
    countedToMs: () => rig.clock.nowMs(),
    clock: rig.clock,
    hazards: null,
    sources: rig.patrols.sources,
  });
  const presence = { from_ms: rig.clock.nowMs(), to_ms: rig.clock.nowMs() };
  await rig.database.insertInto('server_presence').values(presence).execute();
  const walk = async (planned: string, at: string, more: Parameters<typeof visitOf>[1] = {}) => {
    await rig.to(at);
    await store.visit(daily(planned), visitOf('gate', more));
    await store.visit(daily(planned), visitOf('skid', { results: outlet(0.3) }));
  };
  await walk('2026-07-01 08:00', '2026-07-01 08:30');
  await rig.to('2026-07-01 20:00');
  await rig.to('2026-07-01 22:00');
  await walk('2026-07-01 20:00', '2026-07-01 22:10', { proof: 'hand', handReason: '标签丢失' });
  for (const time of ['08:00', '10:00', '11:00', '14:00']) await rig.to(`2026-07-02 ${time}`);
  await store.explain(daily('2026-07-02 08:00'), '台风停巡', { username: 'li', displayName: '李' });
  const findings = async (obligationId: string, stationId: string, until = '2026-07-03 00:00') => {
    const station = rig.plant.stations.find(({ id }) => id === stationId);
    if (station === undefined) throw new Error(stationId);
    const window = book.window(atPlant('2026-07-01 00:00'), atPlant(until));
    const detail = await book.detail(obligationId, station, window);
    return detail?.findings.map(({ state, cause, fromMs, toMs, isOpen }) => ({ state, cause, fromMs, toMs, isOpen }));
  };
  const span = (from: string, to: string) => ({ fromMs: atPlant(from), toMs: atPlant(to) });
  expect(await findings('patrolRounds', 'GS-01')).toEqual([
    { state: 'notMeasured', cause: 'beforeRecords', ...span('2026-07-01 00:00', '2026-07-01 06:00'), isOpen: false },
    { state: 'atRisk', cause: 'roundDue', ...span('2026-07-01 21:30', '2026-07-01 22:00'), isOpen: false },
    { state: 'breached', cause: 'roundLate', ...span('2026-07-01 22:00', '2026-07-01 22:10'), isOpen: false },
    { state: 'atRisk', cause: 'confirmedByHand', ...span('2026-07-01 22:10', '2026-07-01 22:10'), isOpen: false },
    { state: 'atRisk', cause: 'roundDue', ...span('2026-07-02 09:30', '2026-07-02 10:00'), isOpen: false },
    { state: 'breached', cause: 'roundMissed', ...span('2026-07-02 10:00', '2026-07-02 14:00'), isOpen: true },
  ]);
  // A period that ended while the round was late and could still be made up for: it was late then, whatever came of it.
  expect((await findings('patrolRounds', 'GS-01', '2026-07-02 10:30'))?.at(-1)).toMatchObject({ state: 'breached', cause: 'roundLate' });
  // Walked again in the evening: from then on it is over.
  await walk('2026-07-02 20:00', '2026-07-02 20:30');
  await rig.to('2026-07-02 20:31');
  expect((await findings('patrolRounds', 'GS-01'))?.at(-1)).toMatchObject({ toMs: atPlant('2026-07-02 20:30'), isOpen: false });
  expect(await findings('patrolRounds', 'RS-01')).toMatchObject([{ state: 'notMeasured', cause: 'noRounds', isOpen: true }]);
  expect(await findings('siteChecks', 'GS-01')).toMatchObject([{ state: 'notMeasured', cause: 'beforeRecords', isOpen: false }]);
});

test('[PT13] a round of which the server could not know is not measured; a failed item without a hazard is a breach', async () => {
  const rig = await rigOf();
  const [source] = rig.patrols.sources.filter(({ name }) => name === 'checkLists');
  if (source === undefined) throw new Error('no source');
  await rig.database
    .insertInto('server_presence')
    .values({ from_ms: rig.clock.nowMs(), to_ms: atPlant('2026-07-01 07:00') })
    .execute();
  await rig.database
    .insertInto('server_presence')
    .values({ from_ms: atPlant('2026-07-07 12:00'), to_ms: atPlant('2026-07-07 12:00') })
    .execute();
  rig.clock.advance(atPlant('2026-07-07 12:00') - rig.clock.nowMs());
  await rig.patrols.tick();
  const seen = async () => (await source.findings({ fromMs: atPlant('2026-07-02 00:00'), toMs: rig.clock.nowMs() })).get('GS-01');
  expect(await seen()).toMatchObject([{ state: 'notMeasured', cause: 'serverAway', fromMs: atPlant('2026-07-06 09:00') }]);
  await rig.to('2026-07-13 09:05');
  await rig.patrols.store.visit(fire('2026-07-13 09:00'), visitOf('gate', { results: fireItems('failed') }));
  rig.clock.advance(20 * 60_000);
  expect((await seen())?.at(-1)).toMatchObject({ state: 'breached', cause: 'itemWithoutHazard', isOpen: true });
  await rig.patrols.tick();
  // It is there now, and was found at its time.
  expect(rig.hazards.openOnes()).toHaveLength(1);
});
