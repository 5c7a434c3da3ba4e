import { expect, test } from 'vitest';
import { type StoredMessage, StoredMessages } from './stored-messages.ts';

const changes = {
  point: new Uint32Array(),
  timeMs: new Float64Array(),
  value: new Float64Array(),
  quality: new Uint8Array(),
  text: new Map(),
};
const values = (stationIndex: number): StoredMessage => ({ kind: 'values', stationIndex, rows: [], changes });
const alarms = (stationIndex: number): StoredMessage => ({ kind: 'alarms', stationIndex, alarms: [] });
const contentOf = (stored: StoredMessages) => {
  const found: string[] = [];
  for (let message = stored.first(); message !== undefined; message = stored.first()) {
    found.push(`${message.kind} ${message.stationIndex}`);
    stored.removeFirst();
  }
  return found;
};

test('full: the oldest values go, counted; alarms stay', () => {
  const stored = new StoredMessages(4);
  for (const message of [alarms(1), values(2), values(3), alarms(4), values(5), alarms(6)]) stored.put(message);
  expect(stored.dropped).toBe(2);
  expect(contentOf(stored)).toEqual(['alarms 1', 'alarms 4', 'values 5', 'alarms 6']);
});

test('full of alarms: the oldest alarm goes, counted', () => {
  const stored = new StoredMessages(2);
  for (const message of [alarms(1), alarms(2), alarms(3)]) stored.put(message);
  expect(stored.dropped).toBe(1);
  expect(contentOf(stored)).toEqual(['alarms 2', 'alarms 3']);
});

test('what may not have arrived goes before what came later', () => {
  const stored = new StoredMessages(3);
  stored.put(values(3));
  stored.put(alarms(4));
  stored.putFirst([alarms(1), alarms(2)]);
  expect(contentOf(stored)).toEqual(['alarms 1', 'alarms 2', 'alarms 4']);
});
