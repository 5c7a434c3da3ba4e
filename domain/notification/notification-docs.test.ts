// What the documentation shows can be copied: every YAML block of docs/notifications.md is a section that the check accepts without a word.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parsePlantText } from '../plant/parse-plant-file.ts';

const text = readFileSync(new URL('../../docs/notifications.md', import.meta.url), 'utf8');
const blocks = [...text.matchAll(/```yaml\n([\s\S]*?)```/g)].map((match) => match[1] ?? '');

test('there is an example for each channel', () => {
  for (const channel of ['email', 'webhooks', 'weCom', 'dingTalk', 'feishu', 'sms', 'voice'])
    expect(blocks.some((block) => block.includes(`\n  ${channel}:`))).toBe(true);
});

test.each(blocks)('%s', (block) => {
  const plant = `schema: 1
company: { id: t, name: T }
areas: [{ id: a, name: A }]
stations: [{ id: GS-01, type: gate, name: S, area: a }]
${block}`;
  const parsed = parsePlantText(plant, { version: 'v' });
  expect(parsed.kind === 'ok' ? parsed.warnings : parsed.issues).toEqual([]);
});
