// @vitest-environment node
// What the phone can tell of a label by itself, and a label that comes from an NFC tag.
import { createHash } from 'node:crypto';
import { afterEach, expect, test, vi } from 'vitest';
import type { WalkablePatrol } from '../../../domain/api/patrol-api.ts';
import { codeText } from '../../../domain/patrols/code-text.ts';
import { judgeCode } from './judge-code.ts';
import { readTags } from './read-tag.ts';

const words = { zh: 'x', en: 'x' };
const label = (stationId: string, placeId: string, generation = 1) =>
  codeText({ stationId, placeId, generation, signature: `${generation}`.padEnd(22, 'A') });
const point = (placeId: string) => ({ placeId, name: words, hint: null, needsPhoto: false, items: [] });
const patrol: WalkablePatrol = {
  id: 'walk.GS-01.5',
  roundId: 'walk',
  stationId: 'GS-01',
  patrolKind: 'patrol',
  name: words,
  plannedAtMs: 5,
  dueAtMs: 6,
  cutAtMs: 7,
  points: [point('gate'), point('skid')],
  visits: [],
  length: 1,
  state: 'open',
  labelDigests: {
    gate: createHash('sha256')
      .update(label('GS-01', 'gate', 2))
      .digest('hex'),
  },
};

afterEach(() => vi.unstubAllGlobals());

test('the label that hangs there now is known by its digest; another number of it, another place, another station are told apart', async () => {
  expect(await judgeCode(` ${label('GS-01', 'gate', 2)}\n`, patrol)).toEqual({ kind: 'point', placeId: 'gate' });
  expect(await judgeCode(label('GS-01', 'gate', 1), patrol)).toEqual({ kind: 'worthless', placeId: 'gate' });
  expect(await judgeCode(label('GS-01', 'fence'), patrol)).toEqual({ kind: 'otherPlace' });
  expect(await judgeCode(label('RS-01', 'gate', 2), patrol)).toEqual({ kind: 'otherStation', stationId: 'RS-01' });
  expect(await judgeCode('https://example.org/menu', patrol)).toEqual({ kind: 'foreign' });
});

test('where the browser cannot hash (no secure context) the server decides', async () => {
  vi.stubGlobal('crypto', {});
  expect(await judgeCode(label('GS-01', 'gate', 1), patrol)).toEqual({ kind: 'point', placeId: 'gate' });
});

test('a tag gives the text of its records until reading is ended; a phone that refuses gives none', async () => {
  const texts: string[] = [];
  const readers: { onreading: ((event: object) => void) | null; signal: AbortSignal | null }[] = [];
  class FakeReader {
    onreading: ((event: object) => void) | null = null;
    signal: AbortSignal | null = null;
    constructor() {
      readers.push(this);
    }
    async scan({ signal }: { readonly signal: AbortSignal }): Promise<void> {
      this.signal = signal;
      throw new Error('NotAllowedError');
    }
  }
  vi.stubGlobal('NDEFReader', FakeReader);
  const ended = new AbortController();
  readTags((text) => texts.push(text), ended.signal);
  const record = (recordType: string, text: string) => ({
    recordType,
    encoding: 'utf-8',
    data: new DataView(new TextEncoder().encode(text).buffer),
  });
  readers[0]?.onreading?.({ message: { records: [record('url', 'https://x'), record('text', label('GS-01', 'gate'))] } });
  expect(texts).toEqual([label('GS-01', 'gate')]);
  ended.abort();
  expect(readers[0]?.signal?.aborted).toBe(true);
});
