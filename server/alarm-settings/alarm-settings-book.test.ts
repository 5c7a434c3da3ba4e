import { afterAll, describe, expect, test } from 'vitest';
import { type AlarmSettingsPatch, settingsOf } from '../../domain/alarm-settings/alarm-settings.ts';
import { settingsTableOf } from '../../domain/alarm-settings/settings-history.ts';
import { refuseRows } from '../../test/harness/broken-database.ts';
import { readJournal, verifyChain } from '../journal/journal.ts';
import type { AlarmSettingsBook } from './alarm-settings-book.ts';
import { type BookRig, engineer, openBook, removeFolders, settingsPlant, supervisor } from './alarm-settings-rig.ts';
import type { Draft } from './draft-machine.ts';

afterAll(removeFolders);

const high = 'GS-01.PT-101.high';
const highHigh = 'GS-01.PT-101.highHigh';
const elsewhere = 'GS-02.PT-101.high';
type Wanted = Readonly<Record<string, AlarmSettingsPatch>>;

const propose = (book: AlarmSettingsBook, wanted: Wanted, reason = '冬季') =>
  book.propose({ by: engineer, source: 'edit', fileName: null, reason, wanted: new Map(Object.entries(wanted)) });

async function submitted(book: AlarmSettingsBook, wanted: Wanted): Promise<Draft> {
  const draft = await propose(book, wanted);
  const result = await book.act(draft.id, draft.version, engineer, { kind: 'submit' });
  if (result.kind !== 'done') throw new Error(JSON.stringify(result));
  return result.draft;
}

const approve = (book: AlarmSettingsBook, draft: Draft) =>
  book.act(draft.id, draft.version, supervisor, { kind: 'approve', comment: null });

async function approved(book: AlarmSettingsBook, wanted: Wanted): Promise<void> {
  const result = await approve(book, await submitted(book, wanted));
  if (result.kind !== 'done') throw new Error(JSON.stringify(result));
}

const journalOf = async ({ ledger }: BookRig) => (await readJournal(ledger.database, { limit: 1_000 })).toReversed();

describe('drafts', () => {
  test('[AS1] hold the value in force that each change starts from; what is in force already does not stand in them', async () => {
    const { book, close } = await openBook(settingsPlant());
    const draft = await propose(book, {
      [high]: { setpoint: 4, deadband: 0.1 },
      [highHigh]: { setpoint: 8 },
      [elsewhere]: { priority: 'low' },
    });
    expect(draft.rows).toEqual([
      { alarmId: high, differences: [{ field: 'setpoint', from: 5, to: 4 }] },
      { alarmId: elsewhere, differences: [{ field: 'priority', from: 'medium', to: 'low' }] },
    ]);
    await close();
  });

  test('an edit replaces what it names, adds what is new, and takes out what it says null for', async () => {
    const { book, close } = await openBook(settingsPlant());
    const draft = await propose(book, { [high]: { setpoint: 4 }, [highHigh]: { setpoint: 7 } });
    const edited = await book.act(draft.id, 1, engineer, {
      kind: 'edit',
      reason: null,
      wanted: new Map([
        [high, null],
        [highHigh, { setpoint: 7.5 }],
        [elsewhere, { isLatching: true }],
      ]),
    });
    expect(edited).toMatchObject({ kind: 'done', draft: { version: 2, reason: '冬季' } });
    expect(book.find(draft.id)?.rows.map(({ alarmId }) => alarmId)).toEqual([highHigh, elsewhere]);
    await close();
  });

  test('[AS11] an action on an older version is a conflict and changes nothing', async () => {
    const { book, close } = await openBook(settingsPlant());
    const draft = await submitted(book, { [high]: { setpoint: 4 } });
    expect(draft.version).toBe(2);
    for (const kind of ['recall', 'withdraw'] as const)
      expect(await book.act(draft.id, 1, engineer, { kind })).toEqual({ kind: 'conflict', draft });
    expect(await book.act(draft.id, 1, supervisor, { kind: 'approve', comment: null })).toEqual({ kind: 'conflict', draft });
    expect(book.find(draft.id)).toEqual(draft);
    await close();
  });

  test('what must never be in force is told with the alarm and is not submitted', async () => {
    const { book, close } = await openBook(settingsPlant());
    const draft = await propose(book, { [high]: { setpoint: 9 }, [elsewhere]: { setpoint: 99 } });
    const result = await book.act(draft.id, draft.version, engineer, { kind: 'submit' });
    expect(result).toMatchObject({ kind: 'refused', reason: 'hasErrors' });
    expect(book.check(draft).errors.map(({ alarmId, code }) => `${alarmId} ${code}`)).toEqual([
      `${highHigh} limitsOutOfOrder`,
      'GS-02.PT-101.highHigh limitsOutOfOrder',
      `${elsewhere} setpointOutsideRange`,
    ]);
    await close();
  });

  test('a conflict names the alarm and what is in force now; taken over anew, the draft goes through', async () => {
    const rig = await openBook(settingsPlant());
    const { book } = rig;
    const mine = await submitted(book, { [high]: { setpoint: 4 } });
    await approved(book, { [high]: { setpoint: 4.5 } });
    expect(await approve(book, mine)).toMatchObject({ kind: 'refused', reason: 'hasConflicts' });
    expect(book.check(mine).conflicts).toEqual([{ alarmId: high, field: 'setpoint', current: 4.5 }]);
    expect(rig.setpointOf(high)).toBe(4.5);
    await book.act(mine.id, 2, engineer, { kind: 'recall' });
    await book.act(mine.id, 3, engineer, { kind: 'edit', reason: null, wanted: new Map([[high, { setpoint: 4 }]]) });
    expect(book.find(mine.id)?.rows).toEqual([{ alarmId: high, differences: [{ field: 'setpoint', from: 4.5, to: 4 }] }]);
    await rig.close();
  });

  test('two approvals of the same draft at once: one version', async () => {
    const rig = await openBook(settingsPlant());
    const draft = await submitted(rig.book, { [high]: { setpoint: 4 } });
    const results = await Promise.all([approve(rig.book, draft), approve(rig.book, draft)]);
    expect(results.map(({ kind }) => kind).toSorted()).toEqual(['conflict', 'done']);
    expect(rig.book.versions).toHaveLength(2);
    await rig.close();
  });
});

describe('an approval', () => {
  test('[AS10] makes one version with exactly the draft’s changes, in force at once, with its lines in the journal', async () => {
    const rig = await openBook(settingsPlant());
    const heard: string[] = [];
    rig.book.onChange((what) => void heard.push(`${what} ${rig.setpointOf(high)}`));
    await approved(rig.book, { [high]: { setpoint: 4, response: { zh: '到场', en: 'Go there' } }, [elsewhere]: { isLatching: true } });
    expect(rig.setpointOf(high)).toBe(4);
    expect(heard).toEqual(['drafts 5', 'drafts 5', 'settings 4']);
    const { version } = rig.book;
    expect(version).toMatchObject({
      number: 2,
      origin: 'approved',
      proposedBy: engineer,
      approvedBy: supervisor,
      reason: '冬季',
      changeCount: 2,
    });
    expect(await rig.book.log.changesOf(2)).toEqual([
      {
        kind: 'changed',
        alarmId: high,
        differences: [
          { field: 'setpoint', from: 5, to: 4, file: 5 },
          { field: 'response', from: { zh: '查', en: 'Look' }, to: { zh: '到场', en: 'Go there' }, file: { zh: '查', en: 'Look' } },
        ],
      },
      { kind: 'changed', alarmId: elsewhere, differences: [{ field: 'isLatching', from: false, to: true, file: false }] },
    ]);
    const lines = await journalOf(rig);
    expect(lines.map(({ kind, alarmId, stationId }) => `${kind} ${stationId} ${alarmId}`)).toEqual([
      'alarmSettings.plantFile null null',
      'alarmSettings.propose null null',
      'alarmSettings.submit null null',
      'alarmSettings.approve null null',
      `alarmSettings.change GS-01 ${high}`,
      `alarmSettings.change GS-02 ${elsewhere}`,
    ]);
    expect(lines[3]?.actor).toEqual({ kind: 'person', ...supervisor });
    expect(await verifyChain(rig.ledger.database)).toMatchObject({ kind: 'intact' });
    await rig.close();
  });

  test('and the next start finds all of it', async () => {
    const rig = await openBook(settingsPlant());
    await approved(rig.book, { [high]: { setpoint: 4 } });
    await approved(rig.book, { [high]: { deadband: 0.2 }, [highHigh]: { setpoint: 7 } });
    const open = await propose(rig.book, { [elsewhere]: { setpoint: 3 } });
    const { version, versions } = rig.book;
    const inForce = settingsTableOf(rig.current.plant);
    await rig.close();
    const next = await openBook(settingsPlant(), rig);
    expect(next.book.version).toEqual(version);
    expect(next.book.versions).toEqual(versions);
    expect(next.book.find(open.id)).toEqual(open);
    expect(settingsTableOf(next.current.plant)).toEqual(inForce);
    expect(next.book.findings.some(({ code }) => code === 'approvedSettingsSetAside' || code === 'plantFileChangedSince')).toBe(false);
    await next.close();
  });

  test('that the database refuses, at whichever row, leaves the old settings in force, now and at the next start', async () => {
    const points = [
      ['journal', 'INSERT', "NEW.kind = 'alarmSettings.approve'"],
      ['journal', 'INSERT', `NEW.kind = 'alarmSettings.change' AND NEW.alarm_id = '${elsewhere}'`],
      ['alarm_settings_version', 'INSERT', undefined],
      ['alarm_settings_change', 'INSERT', `NEW.alarm_id = '${elsewhere}'`],
      ['alarm_settings_draft', 'UPDATE', undefined],
    ] as const;
    const rig = await openBook(settingsPlant());
    const draft = await submitted(rig.book, { [high]: { setpoint: 4 }, [elsewhere]: { setpoint: 3 } });
    const versionBefore = rig.book.version;
    const linesBefore = (await journalOf(rig)).length;
    for (const [table, happening, when] of points) {
      const allow = await refuseRows(rig.ledger.database, happening, table, when);
      await expect(approve(rig.book, draft), table).rejects.toThrow(/disk full/);
      await allow();
      const next = await openBook(settingsPlant(), rig);
      for (const { setpointOf, book } of [rig, next]) {
        expect([setpointOf(high), setpointOf(elsewhere)], table).toEqual([5, 5]);
        expect(book.version, table).toEqual(versionBefore);
        expect(book.find(draft.id), table).toEqual(draft);
      }
      await next.close();
      expect(await journalOf(rig)).toHaveLength(linesBefore);
    }
    expect(await approve(rig.book, draft)).toMatchObject({ kind: 'done' });
    expect([rig.setpointOf(high), rig.setpointOf(elsewhere)]).toEqual([4, 3]);
    expect(await verifyChain(rig.ledger.database)).toMatchObject({ kind: 'intact' });
    await rig.close();
  });
});

describe('versions', () => {
  test('[AS12] have no gaps, and replaying them gives all settings of any of them, and the one of any moment', async () => {
    const rig = await openBook(settingsPlant());
    const tables = [settingsTableOf(rig.current.plant)];
    const moments = [rig.clock.nowMs()];
    for (const setpoint of [4, 4.5, 3, 5]) {
      await rig.clock.advance(60_000);
      await approved(rig.book, { [high]: { setpoint }, [elsewhere]: { onDelayMs: setpoint * 1_000 } });
      tables.push(settingsTableOf(rig.current.plant));
      moments.push(rig.clock.nowMs());
    }
    expect(rig.book.versions.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5]);
    for (const [index, table] of tables.entries()) expect(await rig.book.log.settingsOf(index + 1)).toEqual(table);
    for (const [index, moment] of moments.entries()) {
      expect(rig.book.log.at(moment)?.number).toBe(index + 1);
      expect(rig.book.log.at(moment + 59_999)?.number).toBe(index + 1);
    }
    expect(rig.book.log.at((moments[0] ?? 0) - 1)).toBeNull();
    await rig.close();
  });

  test('[AS13] a plant file that changes alarms makes one; one that does not, none', async () => {
    const rig = await openBook(settingsPlant());
    await rig.close();
    const same = await openBook(settingsPlant({ point: 'digits: 4' }), rig);
    expect(same.book.versions).toHaveLength(1);
    await same.close();
    const changed = await openBook(settingsPlant({ high: ', offDelay: 3s' }), rig);
    expect(changed.book.version).toMatchObject({ number: 2, origin: 'plantFile', changeCount: 2 });
    expect(await changed.book.log.changesOf(2)).toContainEqual({
      kind: 'changed',
      alarmId: high,
      differences: [{ field: 'offDelayMs', from: 0, to: 3_000 }],
    });
    expect(settingsTableOf(changed.current.plant)).toEqual(await changed.book.log.settingsOf(2));
    const lines = await journalOf(changed);
    expect(lines.at(-1)).toMatchObject({ kind: 'alarmSettings.change', actor: { kind: 'system' } });
    await changed.close();
  });

  test('[AS14] approved settings stay over a new plant file, and a finding tells what the file now says', async () => {
    const rig = await openBook(settingsPlant());
    await approved(rig.book, { [high]: { setpoint: 4 } });
    await rig.close();
    const next = await openBook(settingsPlant({ high: ', message: { zh: 新, en: New }' }), rig);
    expect(next.setpointOf(high)).toBe(4);
    expect(next.book.findings.filter(({ code }) => code === 'plantFileChangedSince')).toEqual([]);
    await next.close();
    const text = settingsPlant();
    const other = {
      ...text,
      version: 'other',
      alarms: text.alarms.map((alarm) => (alarm.id === high && 'setpoint' in alarm ? { ...alarm, setpoint: 4.8 } : alarm)),
    };
    const third = await openBook(other, rig);
    expect(third.setpointOf(high)).toBe(4);
    expect(third.book.findings.filter(({ code }) => code === 'plantFileChangedSince')).toMatchObject([
      { alarmId: high, field: 'setpoint' },
    ]);
    await third.close();
  });

  test('approved settings that no longer fit the plant file leave the point as the file says; the journal and a finding tell; mended, they come back', async () => {
    const rig = await openBook(settingsPlant());
    await approved(rig.book, { [high]: { setpoint: 4, onDelayMs: 1_000 } });
    await rig.close();
    const text = settingsPlant();
    const narrow = {
      ...text,
      version: 'narrow',
      points: text.points.map((point) => (point.id === 'GS-01.PT-101' ? { ...point, range: { min: 4.5, max: 10 } } : point)),
    };
    const next = await openBook(narrow, rig);
    expect(next.setpointOf(high)).toBe(5);
    expect(next.book.findings.filter(({ code }) => code === 'approvedSettingsSetAside')).toMatchObject([{ alarmId: high }]);
    expect(next.book.version).toMatchObject({ number: 3, origin: 'plantFile' });
    expect(
      (await journalOf(next)).find(({ kind, detail }) => kind === 'alarmSettings.plantFile' && detail.settingsVersion === 3)?.detail,
    ).toMatchObject({ setAside: [high] });
    // Work goes on at other points while it is so.
    await approved(next.book, { [elsewhere]: { setpoint: 3 } });
    expect(next.setpointOf(elsewhere)).toBe(3);
    expect(next.book.findings.filter(({ code }) => code === 'approvedSettingsSetAside')).toMatchObject([{ alarmId: high }]);
    await next.close();
    const mended = await openBook(settingsPlant(), rig);
    expect(mended.setpointOf(high)).toBe(4);
    expect(mended.book.version).toMatchObject({ number: 5, origin: 'plantFile' });
    await mended.close();
  });

  test('what was set aside at a point never comes back by itself because a draft makes room for it', async () => {
    const rig = await openBook(settingsPlant());
    await approved(rig.book, { [high]: { setpoint: 7, deadband: 0.2 } });
    await rig.close();
    const text = settingsPlant();
    const lower = {
      ...text,
      version: 'lower',
      alarms: text.alarms.map((alarm) => (alarm.id === highHigh && 'setpoint' in alarm ? { ...alarm, setpoint: 6 } : alarm)),
    };
    const next = await openBook(lower, rig);
    expect([next.setpointOf(high), next.setpointOf(highHigh)]).toEqual([5, 6]);
    await approved(next.book, { [highHigh]: { setpoint: 7.5 } });
    expect([next.setpointOf(high), next.setpointOf(highHigh)]).toEqual([5, 7.5]);
    expect(next.book.findings.filter(({ code }) => code === 'approvedSettingsSetAside')).toEqual([]);
    const inForce = settingsTableOf(next.current.plant);
    expect(await next.book.log.settingsOf(next.book.version.number)).toEqual(inForce);
    await next.close();
    const again = await openBook(lower, rig);
    expect(settingsTableOf(again.current.plant)).toEqual(inForce);
    expect(again.book.version).toEqual(next.book.version);
    await again.close();
  });

  test('a priority by matrix follows a matrix that the plant file changes', async () => {
    const management = (severe: string) =>
      `alarmManagement: { consequenceClasses: [{ id: severe, name: { zh: 重大, en: Severe } }], timeToRespond: [5min], priorityMatrix: { severe: [${severe}] } }`;
    const rig = await openBook(settingsPlant({ management: management('high, medium') }));
    await approved(rig.book, { [high]: { priority: 'computed', consequenceClassId: 'severe', responseTimeMs: 60_000 } });
    const priorityOf = ({ current }: BookRig) => current.plant.alarms[current.plant.alarmIndexById.get(high) ?? -1]?.priority;
    expect(priorityOf(rig)).toBe('high');
    await rig.close();
    const next = await openBook(settingsPlant({ management: management('critical, medium') }), rig);
    expect(priorityOf(next)).toBe('critical');
    await next.close();
  });
});

test('another part that holds the plant sees each approval at its next look, with every index as it was', async () => {
  const rig = await openBook(settingsPlant());
  const held = rig.current.plant;
  const index = held.alarmIndexById.get(high) ?? -1;
  await approved(rig.book, { [high]: { setpoint: 4 } });
  expect(held.alarms[index]).toMatchObject({ id: high, index, setpoint: 4 });
  expect(settingsOf(rig.book.plantOfFile.alarms[index] ?? (held.alarms[0] as never))).toMatchObject({ setpoint: 5 });
  await rig.close();
});
