// A leak at an unmanned station, from the first detector to the closed incident: the demo plant plays it, demo people work on it as they would,
// and afterwards the journal alone tells it again: who, what, when, in order.
import { expect, onTestFinished, test } from 'vitest';
import type { AlarmView } from '../../domain/api/alarm-api.ts';
import type { ActionAnswer, IncidentSummary, IncidentView } from '../../domain/api/incident-api.ts';
import type { PointView } from '../../domain/api/plant-api.ts';
import { retellIncident } from '../../domain/incidents/retell.ts';
import { GatewatchClient } from '../harness/gatewatch-client.ts';
import { startGatewatch } from '../harness/gatewatch-process.ts';
import { playScenario } from '../harness/scenarios.ts';
import { temporaryFolder } from '../harness/temporary-folder.ts';

test('a leak, from the first detector to the closed incident, and the journal alone retells it', async () => {
  const gatewatch = await startGatewatch({ dataDir: temporaryFolder(), arguments: ['--no-story'] });
  onTestFinished(() => gatewatch.stop().then(() => undefined));
  const [duty, team, supervisor, auditor] = await Promise.all(
    ['duty', 'team', 'supervisor', 'auditor'].map((name) => GatewatchClient.signIn(gatewatch.address, name, `${name}-demo`)),
  );
  if (duty === undefined || team === undefined || supervisor === undefined || auditor === undefined) throw new Error('nobody is there');
  const play = (scenario: string) => playScenario(gatewatch, scenario, { station: 'RS-01' });
  const active = async (alarmId: string) =>
    (await duty.alarms('?station=RS-01')).some((alarm) => alarm.alarmId === alarmId && alarm.isConditionTrue);
  const open = () => duty.get<IncidentSummary[]>('/api/incidents');
  const eventually = (condition: () => Promise<boolean>, timeout = 60_000) => expect.poll(condition, { timeout, interval: 250 }).toBe(true);
  await eventually(async () =>
    (await duty.get<PointView[]>('/api/points?station=RS-01')).every((point) => point.latest.quality.severity === 'good'),
  );

  // One detector: an alarm, not yet an incident.
  await play('confirmed-leak');
  await eventually(() => active('RS-01.GD-501.high'));
  expect(await open()).toEqual([]);
  const first = (await duty.alarms('?station=RS-01')).find((alarm) => alarm.alarmId === 'RS-01.GD-501.high') as AlarmView;
  const seen = await duty.ask('POST', `/api/alarms/${first.id}/acknowledge`, { version: first.version, comment: '通知抢险队待命' });
  expect(seen.status).toBe(200);

  // Several agree: it opens by itself.
  await eventually(async () => (await open()).length === 1);
  const [incident] = await open();
  const id = incident?.id ?? '';
  expect(incident).toMatchObject({ kind: 'leak', stationIds: ['RS-01'], openedBy: null, rule: 'confirmedGas', state: 'opened' });
  expect(incident?.detectedAtMs).toBe(first.raisedAtMs);

  const act = async (person: GatewatchClient, kind: string, more: object = {}): Promise<IncidentView> => {
    const route = ['waive', 'review', 'close', 'cancel'].includes(kind) ? 'closing' : 'actions';
    const answer = await person.ask<ActionAnswer>('POST', `/api/incidents/${id}/${route}`, {
      kind,
      actionId: crypto.randomUUID(),
      ...more,
    });
    expect([kind, answer.status, answer.body.outcome]).toEqual([kind, 200, 'applied']);
    return answer.body.incident;
  };
  await act(duty, 'acknowledge', { comment: '与视频核对属实' });
  await act(duty, 'reported', { dutyId: 'headOfUnit', toWhom: '总经理 何川', channel: '电话' });
  await act(duty, 'dispatch', { people: ['team', '消防二中队'] });
  for (const itemId of ['verify', 'callTeam', 'tellHead']) await act(duty, 'tick', { itemId });
  await act(team, 'onTheWay', { position: { latitude: 30.62, longitude: 104.05, accuracyM: 20 } });
  await act(team, 'arrive', { position: { latitude: 30.6108, longitude: 104.0402, accuracyM: 6 } });
  for (const itemId of ['upwind', 'cordon', 'headcount', 'measure']) await act(team, 'tick', { itemId });

  // They close the valve, and the gas blows away.
  await play('close-valve');
  await act(team, 'tick', { itemId: 'closeInlet', note: '进站阀、出站阀已关' });
  await eventually(async () => !(await active('RS-01.gasConfirmed')) && !(await active('RS-01.GD-501.high')), 90_000);
  expect(await active('RS-01.ZS-101.state')).toBe(true);
  await act(team, 'control', { comment: '浓度降至 5 %LEL 以下' });
  for (const itemId of ['standbyRun', 'restore']) await act(team, 'tick', { itemId });
  for (const itemId of ['ring', 'users']) await act(supervisor, 'tick', { itemId });
  await act(team, 'restore', { comment: '更换法兰垫片，气密合格' });
  await act(team, 'leave');

  const draft = await duty.get<object>(`/api/incidents/${id}/report-draft?language=zh`);
  await act(duty, 'saveReport', { language: 'zh', basedOn: null, fields: draft });
  await act(supervisor, 'reported', { dutyId: 'authority', toWhom: '区应急管理局', channel: '系统', reportVersion: 1 });
  await act(supervisor, 'tick', { itemId: 'reportAuthority' });
  const version = async () => (await duty.get<IncidentView>(`/api/incidents/${id}`)).version;
  const review = { cause: '法兰垫片老化', wentWell: '关阀快', improvements: '备件前置', hazards: ['更换同批垫片'], scores: null };
  await act(supervisor, 'review', { version: await version(), review });
  const closed = await act(supervisor, 'close', { version: await version() });
  expect(closed).toMatchObject({ state: 'closed', missingItemIds: [], closed: { outcome: 'resolved' } });
  expect(closed.duties.map((report) => report.state)).toEqual(['reported', 'reported']);
  expect(await open()).toEqual([]);

  // The journal alone.
  const retold = retellIncident(await auditor.journal(), id);
  if (retold === null) throw new Error('the journal does not hold the whole incident');
  const {
    timeline: _,
    isTimelineCut: _cut,
    sinceDetection: _since,
    stateSinceMs: _state,
    missingItemIds: _missing,
    duties: __,
    ...record
  } = closed;
  expect(retold.record).toMatchObject(record);
  const told = retold.lines.map((line) => `${line.kind} ${line.who ?? '-'} ${line.what.zh}`);
  const places = [
    /^alarm\.raise - .*探测器 1/,
    /^alarm\.acknowledge 值班员 王敏/,
    /^alarm\.raise - .*泄漏确认/,
    /^incident\.open - 按规则自动打开事件（燃气泄漏）/,
    /^incident\.acknowledge 值班员 王敏 接警：与视频核对属实/,
    /^incident\.reported 值班员 王敏 已报告 总经理 何川（电话）/,
    /^incident\.dispatch 值班员 王敏 派出 抢险队 赵刚、消防二中队/,
    /^incident\.onTheWay 抢险队 赵刚/,
    /^incident\.arrive 抢险队 赵刚/,
    /^incident\.tick 抢险队 赵刚 完成预案项：关闭进站阀与出站阀 \(进站阀、出站阀已关\)/,
    /^alarm\.clear - .*泄漏确认/,
    /^incident\.control 抢险队 赵刚 报告已控制/,
    /^incident\.restore 抢险队 赵刚 报告已恢复：更换法兰垫片，气密合格/,
    /^incident\.leave 抢险队 赵刚/,
    /^incident\.saveReport 值班员 王敏 保存报告第 1 版/,
    /^incident\.reported 值班长 李强 已报告 区应急管理局（系统），报告第 1 版/,
    /^incident\.review 值班长 李强 写复盘，原因：法兰垫片老化/,
    /^incident\.close 值班长 李强 关闭事件/,
  ].map((pattern) => told.findIndex((line) => pattern.test(line)));
  expect(places, told.join('\n')).toEqual(places.toSorted((one, other) => one - other));
  expect(places, told.join('\n')).not.toContain(-1);
});
