import { expect, test } from 'vitest';
import { en } from './en.ts';
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
/** i18next's plural endings: English has two forms, Chinese one. */
const bare = (key: string) => key.replace(/_(one|other)$/, '');
const placeholders = (text: string) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map((match) => match[1]).sort();

test('both languages say the same things', () => {
  expect(new Set([...english.keys()].map(bare))).toEqual(new Set([...chinese.keys()].map(bare)));
});

test('with the same values in them', () => {
  for (const [key, text] of english) {
    const other = chinese.get(key) ?? chinese.get(bare(key)) ?? chinese.get(`${bare(key)}_other`) ?? '';
    const said = new Set([...placeholders(text), 'count']);
    for (const name of placeholders(other)) expect(said, key).toContain(name);
    for (const name of placeholders(text)) if (name !== 'count') expect(placeholders(other), key).toContain(name);
  }
});

test('nothing is left empty, and nothing Chinese is left in the English', () => {
  for (const [key, text] of [...chinese, ...english]) expect(text.trim(), key).not.toBe('');
  for (const [key, text] of english) if (!/中文|站哨/.test(text)) expect(text, key).not.toMatch(/\p{Script=Han}/u);
});
