// The words of a message: language, plant time, what is late, what is a test, and what a digest tells to whom.
import { expect, test } from 'vitest';
import type { AlarmPriority } from '../../domain/alarms/priority.ts';
import type { UserView } from '../../domain/api/users-api.ts';
import type { NotificationSubject } from '../../domain/notification/notification-order.ts';
import { plantOf } from '../../test/harness/plant-of.ts';
import { newAlarmRecord } from '../alarms/alarm-record.ts';
import type { StoredOrder } from './delivery-rows.ts';
import { MessageComposer } from './message-composer.ts';
import { newDelivery } from './new-delivery.ts';
import { factsOf } from './subject-facts.ts';

const plant = plantOf(`schema: 1
company: { id: t, name: T }
areas: [{ id: a, name: A }]
notifications: { publicUrl: 'https://g.example' }
stations:
  - id: GS-01
    type: gate
    name: { zh: 一号门站, en: Gate One }
    area: a
    devices:
      - id: PLC-1
        protocol: modbusTcp
        host: h
        points:
          - { tag: XS-101, name: Slam-shut, kind: discrete, register: { table: coil, address: 0, type: bit }, states: [{ value: 0, name: { zh: 开, en: open } }, { value: 1, name: { zh: 关, en: closed }, isNormal: false }], alarms: [{ kind: state, equals: 1, priority: critical, message: { zh: 切断阀关闭, en: Slam-shut closed }, response: { zh: 现场复位, en: Reset on site } }] }
`);
const orderedAtMs = Date.UTC(2026, 6, 3, 16, 5, 9);
const subject: NotificationSubject = { kind: 'alarm', alarmId: 'GS-01.XS-101.state', occurrenceId: 'o-1', stationId: 'GS-01' };
const orderOf = (overrides: Partial<StoredOrder> = {}): StoredOrder => ({
  key: 'k',
  subject,
  username: 'wang',
  urgency: 'high',
  mayNotWait: false,
  title: { zh: '标题', en: 'Title' },
  text: { zh: '正文', en: 'Text' },
  facts: [],
  orderedAtMs,
  ...overrides,
});
const wang: UserView = { username: 'wang', displayName: '王敏', role: 'operator', stationIds: null, isDisabled: false };
async function compose(
  order: StoredOrder,
  options: { language?: 'zh' | 'en'; lateMs?: number; members?: readonly StoredOrder[]; person?: UserView } = {},
) {
  const composer = new MessageComposer({
    plant,
    contacts: {
      contactOf: async () => ({ username: 'wang', displayName: '王敏', email: null, mobile: null, language: options.language ?? 'zh' }),
    },
    person: async () => options.person ?? wang,
    acknowledgeLink: (told) => (told.kind === 'alarm' ? `https://g.example/a/${told.occurrenceId}` : null),
    digestMembers: async () => options.members ?? [],
  });
  const delivery = newDelivery(order, 'person', 'person:wang', [{ channel: 'email', target: 'email' }], 0);
  const composed = await composer.compose(delivery, order, 'en', options.lateMs ?? 0);
  if (composed.kind === 'failed') throw new Error(JSON.stringify(composed.result));
  return composed.message;
}
const findAlarm = (isTest: boolean) => () => {
  const definition = plant.alarms[plant.alarmIndexById.get('GS-01.XS-101.state') ?? -1];
  if (definition === undefined) return null;
  return {
    definition,
    record: { ...newAlarmRecord(definition.id), occurrenceId: 'o-1', valueAtRaise: 1, raisedAtMs: orderedAtMs - 4_000, isTest },
  };
};

test('facts of an alarm in both languages, times in the plant’s zone, a state by its name', async () => {
  const facts = factsOf(subject, plant, findAlarm(false));
  const zh = await compose(orderOf({ facts }));
  expect(zh.facts.map(({ label, value }) => `${label} ${value}`)).toEqual([
    '场站 一号门站（GS-01）',
    '报警 切断阀关闭',
    '位号 XS-101',
    '数值 关',
    '时间 2026-07-04 00:05:05',
    '处置 现场复位',
  ]);
  const en = await compose(orderOf({ facts }), { language: 'en' });
  expect(en.facts.map(({ label, value }) => `${label} ${value}`)).toContain('Value closed');
  expect(en).toMatchObject({ title: 'Title', text: 'Text', link: 'https://g.example/alarms/GS-01.XS-101.state' });
});

test('another occurrence lends it neither value nor time', () => {
  const facts = factsOf({ ...subject, occurrenceId: 'o-0' }, plant, findAlarm(false));
  expect(facts.map(({ name }) => name)).toEqual(['station', 'alarm', 'tag', 'response']);
});

test('a test is called a test before anything else', async () => {
  expect((await compose(orderOf({ facts: factsOf(subject, plant, findAlarm(true)) }))).title).toBe('【测试】标题');
  expect((await compose(orderOf({ facts: factsOf(subject, plant, findAlarm(true)) }), { language: 'en' })).title).toBe('[Test] Title');
  const marked = orderOf({ title: { zh: '【测试】标题', en: '[Test] Title' }, facts: factsOf(subject, plant, findAlarm(true)) });
  expect((await compose(marked)).title).toBe('【测试】标题');
});

test('what comes late says since when', async () => {
  expect((await compose(orderOf(), { lateMs: 120_000 })).facts).toEqual([]);
  expect((await compose(orderOf(), { lateMs: 300_000 })).facts).toEqual([
    { name: 'late', label: '迟到', value: '5 分钟，本应于 2026-07-04 00:05:09 送达' },
  ]);
});

const digest = orderOf({ subject: { kind: 'digest', orders: 3 }, title: { zh: '', en: '' }, text: { zh: '', en: '' } });
const memberOf = (urgency: AlarmPriority, index: number, stationId = 'GS-01') =>
  orderOf({
    key: `m${index}`,
    urgency,
    title: { zh: `报警 ${index}`, en: `Alarm ${index}` },
    subject: { ...subject, stationId },
    orderedAtMs: orderedAtMs + index * 1_000,
  });

test('[NO14] a digest tells numbers by urgency and the most urgent first, and says how many more there are', async () => {
  const members = [...Array.from({ length: 25 }, (_, index) => memberOf('low', index)), memberOf('high', 25), memberOf('medium', 26)];
  const message = await compose(digest, { members });
  expect(message.title).toBe('通知汇总：27 条（高 1，中 1，低 25）');
  const lines = message.text.split('\n');
  expect(lines.slice(1, 4)).toEqual(['00:05:34 报警 25', '00:05:35 报警 26', '00:05:09 报警 0']);
  expect(lines.at(-1)).toBe('另有 7 条，请在系统中查看。');
  expect(message.acknowledgeLink).toBeNull();
});

test('[NO9] a digest tells nothing of a station that the person may not see', async () => {
  const person = { ...wang, stationIds: ['GS-01'] };
  const message = await compose(digest, {
    members: [memberOf('low', 1), memberOf('low', 2), memberOf('high', 3, 'GS-02')],
    person,
    language: 'en',
  });
  expect(message.title).toBe('2 notifications together (low 2)');
  expect(message.text).not.toContain('Alarm 3');
});

test('[NO14] a digest of one is that order itself, with its link', async () => {
  const message = await compose(digest, { members: [memberOf('medium', 7)] });
  expect(message).toMatchObject({ title: '报警 7', urgency: 'medium', acknowledgeLink: 'https://g.example/a/o-1' });
});
