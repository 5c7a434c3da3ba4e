import { expect, test } from 'vitest';
import { parseSettings } from './settings.ts';

test('defaults stand where nothing is said', () => {
  expect(parseSettings({ PATH: '/bin' }, {})).toMatchObject({
    kind: 'ok',
    settings: { httpPort: 8080, httpHost: '127.0.0.1', dataDir: './data', historian: 'duckdb:' },
  });
});

test('the command line wins over the environment', () => {
  expect(parseSettings({ GATEWATCH_HTTP_PORT: '9000' }, { httpPort: '9001' })).toMatchObject({ settings: { httpPort: 9001 } });
});

test.each([
  [{ GATEWATCH_HTTP_PORT: 'eighty' }, /--http-port \(GATEWATCH_HTTP_PORT\) is "eighty": expected a port number/],
  [{ GATEWATCH_HTTP_PORT: '70000' }, /from 0 to 65535/],
  [{ GATEWATCH_HTPP_PORT: '80' }, /GATEWATCH_HTPP_PORT is not a setting/],
  [{ GATEWATCH_HISTORIAN: 'mysql://x' }, /expected duckdb/],
  [{ GATEWATCH_KEEP_READINGS: '30d' }, /--keep-readings .* at least 90d/],
  [{ GATEWATCH_LOG_LEVEL: 'loud' }, /--log-level/],
])('%j stops the start with a message', (environment, expected) => {
  const parsed = parseSettings(environment, {});
  expect(parsed.kind === 'invalid' ? parsed.messages.join('\n') : 'accepted').toMatch(expected);
});
