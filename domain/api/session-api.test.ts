import { expect, test } from 'vitest';
import { readSessionSchema } from './session-api.ts';

test('a page takes a session of a newer server: permissions that it does not know are passed over', () => {
  const session = { username: 'wang', displayName: '王敏', role: 'operator', stationIds: null, expiresAtMs: 1 };
  const read = readSessionSchema.parse({ ...session, permissions: ['plant.read', 'something.new', 'alarms.acknowledge'] });
  expect(read.permissions).toEqual(['plant.read', 'alarms.acknowledge']);
});
