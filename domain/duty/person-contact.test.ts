// By which channels a person is told: addresses, preference, quiet hours over midnight, critical alarms.
import { describe, expect, test } from 'vitest';
import { minuteOfDay } from '../time/calendar-date.ts';
import { type ChannelQuestion, type ContactSettings, channelsFor, contactSettingsSchema, noContact } from './person-contact.ts';

const question: ChannelQuestion = {
  wanted: ['webPush', 'sms', 'email'],
  configured: ['webPush', 'email', 'sms', 'voice', 'weCom'],
  priority: 'high',
  isOnDuty: true,
  minuteOfDay: 0,
};
const all: ContactSettings = { ...noContact, email: 'w@example.org', mobile: '+8613800138000' };
const ask = (change: Partial<ContactSettings>, more: Partial<ChannelQuestion> = {}, hasPush = true) =>
  channelsFor({ contact: { ...all, ...change }, hasPush }, { ...question, ...more });

describe('channels', () => {
  test('in the order of the step, where the person has an address', () => {
    expect(ask({})).toEqual(['webPush', 'sms', 'email']);
    expect(ask({ mobile: null }, {}, false)).toEqual(['email']);
    expect(ask({ mobile: null, email: null }, {}, false)).toEqual([]);
  });

  test('preferred ones alone, unless he has none of them, and never for a critical alarm', () => {
    expect(ask({ channels: ['sms'] })).toEqual(['sms']);
    expect(ask({ channels: ['voice'] })).toEqual(['webPush', 'sms', 'email']);
    expect(ask({ channels: ['sms'] }, { priority: 'critical' })).toEqual(['webPush', 'sms', 'email']);
  });

  test('what the plant has not set up is left out; where nothing of the step is left, anything that reaches him', () => {
    expect(ask({}, { configured: ['sms'] })).toEqual(['sms']);
    expect(ask({}, { wanted: ['voice'], configured: ['email', 'weCom'] })).toEqual(['email']);
    expect(ask({}, { configured: ['weCom'] })).toEqual([]);
  });

  test.each([
    ['22:00', '07:00', '21:59', false],
    ['22:00', '07:00', '22:00', true],
    ['22:00', '07:00', '06:59', true],
    ['22:00', '07:00', '07:00', false],
    ['12:00', '14:00', '13:00', true],
    ['12:00', '14:00', '14:00', false],
  ])('quiet from %s to %s, at %s: %s; off duty only, never for critical alarms', (from, to, at, isQuiet) => {
    const quietHours = { from, to };
    const off = { isOnDuty: false, minuteOfDay: minuteOfDay(at) };
    expect(ask({ quietHours }, off)).toEqual(isQuiet ? ['email'] : ['webPush', 'sms', 'email']);
    expect(ask({ quietHours }, { ...off, isOnDuty: true })).toEqual(['webPush', 'sms', 'email']);
    expect(ask({ quietHours }, { ...off, priority: 'critical' })).toEqual(['webPush', 'sms', 'email']);
  });
});

test.each(['13800138000', '+0138001380', '+86', '+86138001380001234', '+86 138 0013'])('%s is no E.164 number', (mobile) =>
  expect(contactSettingsSchema.safeParse({ ...all, mobile }).success).toBe(false),
);
