import { expect, test } from 'vitest';
import { en } from './en.ts';
import { translatorOf } from './language.ts';
import { zh } from './zh.ts';

type Words = { readonly [key: string]: string | Words };

function flat(words: Words, before = ''): Map<string, string> {
  const found = new Map<string, string>();
  for (const [key, value] of Object.entries(words)) {
    if (typeof value === 'string') found.set(before + key, value);
    else for (const [inner, text] of flat(value, `${before}${key}.`)) found.set(inner, text);
  }
  return found;
}

const chinese = flat(zh as Words);
const english = flat(en as Words);
const placeholders = (text: string) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map((match) => match[1]).sort();

test('both languages say the same things', () => {
  expect(new Set(english.keys())).toEqual(new Set(chinese.keys()));
});

test('with the same values in them', () => {
  for (const [key, text] of english) {
    const other = chinese.get(key) ?? '';
    const said = new Set([...placeholders(text), 'count']);
    for (const name of placeholders(other)) expect(said, key).toContain(name);
    for (const name of placeholders(text)) if (name !== 'count') expect(placeholders(other), key).toContain(name);
  }
});

test('nothing is left empty, and nothing Chinese is left in the English', () => {
  for (const [key, text] of [...chinese, ...english]) expect(text.trim(), key).not.toBe('');
  for (const [key, text] of english) if (!/中文|站哨/.test(text)) expect(text, key).not.toMatch(/\p{Script=Han}/u);
});

test('a word is found by its way, also where its name has dots; its values are filled in; a missing one shows its key', () => {
  const t = translatorOf({ journal: { kind: { 'alarm.raise': '发生', plain: '{{who}} 于 {{time}}，{{who}}' } } }) as unknown as (
    key: string,
    values?: Record<string, string | number>,
  ) => string;
  expect(t('journal.kind.alarm.raise')).toBe('发生');
  expect(t('journal.kind.plain', { who: '王敏', time: 5 })).toBe('王敏 于 5，王敏');
  expect(t('journal.kind.plain', { who: '{{time}}' })).toBe('{{time}} 于 ，{{time}}');
  expect(t('journal.kind.constructor')).toBe('journal.kind.constructor');
  expect(t('nothing')).toBe('nothing');
});

test('every key of the Chinese words leads to its text', () => {
  const t = translatorOf(zh as Words) as unknown as (key: string) => string;
  for (const [key, text] of chinese) expect(t(key)).toBe(text);
});
