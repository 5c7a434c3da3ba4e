// What a point still lacks, and what is sent of it.
import { expect, test } from 'vitest';
import type { PatrolPoint } from '../../../domain/patrols/patrol.ts';
import { type Draft, emptyDraft, missingIn, resultsOf } from './point-draft.ts';

const words = { zh: 'x', en: 'x' };
const point: PatrolPoint = {
  placeId: 'skid',
  name: words,
  hint: null,
  needsPhoto: true,
  items: [
    { id: 'smell', text: words, reading: null },
    { id: 'outlet', text: words, reading: { unit: 'MPa', min: 0.3, max: 0.45 } },
  ],
};
const draft = (change: Partial<Draft>): Draft => ({ ...emptyDraft, ...change });

test('everything is asked for, in the order of the form', () => {
  expect(missingIn(emptyDraft, point, false)).toEqual(['code', 'items', 'value', 'photo']);
  expect(missingIn(draft({ handReason: ' ' }), point, false)).toEqual(['reason', 'items', 'value', 'photo']);
  const full = draft({ results: { smell: 'ok' }, values: { outlet: '0,4' }, pictures: [new Blob(['x'])] });
  expect(missingIn(full, point, true)).toEqual([]);
  expect(missingIn(draft({ ...full, values: { outlet: 'abc' } }), point, true)).toEqual(['value']);
  expect(missingIn(draft({ ...full, values: {}, results: { smell: 'ok', outlet: 'notApplicable' } }), point, true)).toEqual([]);
});

test('a reading is judged by its value, with the comma of any keyboard; words go along', () => {
  const given = draft({ results: { smell: 'failed', outlet: 'ok' }, values: { outlet: ' 0,48 ' }, notes: { smell: ' 漏气 ' } });
  expect(resultsOf(given, point)).toEqual([
    { itemId: 'smell', result: 'failed', value: null, note: '漏气' },
    { itemId: 'outlet', result: 'failed', value: 0.48, note: '' },
  ]);
  expect(resultsOf(draft({ results: { smell: 'ok' }, values: { outlet: '0.4' } }), point)[1]).toMatchObject({ result: 'ok', value: 0.4 });
});
