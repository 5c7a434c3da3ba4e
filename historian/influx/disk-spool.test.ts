import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { HistorianLog } from '../historian.ts';
import { DiskSpool } from './disk-spool.ts';

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});
function newFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'gatewatch-spool-'));
  folders.push(folder);
  return folder;
}
const log: HistorianLog = { info: () => undefined, warn: () => undefined, error: () => undefined };
const open = (folder: string, bytesMax = 1_000_000, segmentBytes = 4_096) => DiskSpool.open({ folder, bytesMax, segmentBytes, log });
const frame = (text: string) => ({ text, lineCount: text.split('\n').length });

async function drain(spool: DiskSpool): Promise<string[]> {
  const texts: string[] = [];
  for (;;) {
    const frames = await spool.peek(3);
    if (frames.length === 0) return texts;
    for (const first of frames) {
      texts.push(first.text ?? '');
      await spool.acknowledge(first);
    }
  }
}

function segments(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.segment'))
    .sort();
}

test('frames come out in order, also after it was closed and opened, and acknowledged ones do not come back', async () => {
  const folder = newFolder();
  const first = await open(folder);
  await first.append([frame('a'), frame('b')]);
  await first.append([frame('c')]);
  const [head] = await first.peek(1);
  expect(head?.text).toBe('a');
  if (head !== undefined) await first.acknowledge(head);
  await first.close();
  const second = await open(folder);
  await second.append([frame('d')]);
  expect(second.pendingLines).toBe(3);
  expect(await drain(second)).toEqual(['b', 'c', 'd']);
  await second.close();
});

test('a torn last frame is left out, everything before it is there, and writing goes on', async () => {
  const folder = newFolder();
  const first = await open(folder);
  await first.append([frame('whole'), frame('torn'.repeat(100))]);
  await first.close();
  const file = path.join(folder, segments(folder)[0] as string);
  truncateSync(file, 16 + 5 + 16 + 100);
  const second = await open(folder);
  await second.append([frame('after')]);
  expect(await drain(second)).toEqual(['whole', 'after']);
  await second.close();
});

test('rubbish after the last frame is left out', async () => {
  const folder = newFolder();
  const first = await open(folder);
  await first.append([frame('whole')]);
  await first.close();
  appendFileSync(path.join(folder, segments(folder)[0] as string), Buffer.alloc(64, 7));
  const second = await open(folder);
  expect(await drain(second)).toEqual(['whole']);
  await second.close();
});

test('a full spool drops its oldest segments, counts their lines, and keeps the count', async () => {
  const folder = newFolder();
  const spool = await open(folder, 40_000, 4_096);
  const texts = Array.from({ length: 100 }, (_, index) => `${index}:${'x'.repeat(1_000)}`);
  for (const text of texts) await spool.append([frame(text)]);
  const dropped = spool.droppedLines;
  expect(dropped).toBeGreaterThan(0);
  expect(spool.pendingLines + dropped).toBe(100);
  await spool.close();
  const again = await open(folder, 40_000, 4_096);
  expect(again.droppedLines).toBe(dropped);
  expect(await drain(again)).toEqual(texts.slice(dropped));
  await again.close();
});

test('segments that are done with are deleted', async () => {
  const folder = newFolder();
  const spool = await open(folder);
  for (let index = 0; index < 50; index += 1) await spool.append([frame('x'.repeat(1_000))]);
  expect(segments(folder).length).toBeGreaterThan(5);
  await drain(spool);
  expect(segments(folder)).toHaveLength(1);
  await spool.close();
});

test('frames being sent outlive the drop of their segment, and can be acknowledged', async () => {
  const spool = await open(newFolder(), 40_000, 4_096);
  await spool.append([frame('first'), frame('second'), frame('third')]);
  const sending = await spool.peek(2);
  for (let index = 0; index < 100; index += 1) await spool.append([frame(`${index}:${'x'.repeat(1_000)}`)]);
  expect(spool.pendingLines + spool.droppedLines).toBe(103);
  for (const sent of sending) await spool.acknowledge(sent);
  expect(sending.map((sent) => sent.lineCount)).toEqual([1, 1]);
  const rest = await drain(spool);
  expect(rest).not.toContain('third');
  expect(rest).toHaveLength(101 - spool.droppedLines);
  await spool.close();
});

test('a damaged frame in the middle is left out and counted; those around it are there', async () => {
  const folder = newFolder();
  const first = await open(folder);
  await first.append([frame('before'), frame('damaged'), frame('after')]);
  await first.close();
  const file = path.join(folder, segments(folder)[0] as string);
  const bytes = readFileSync(file);
  bytes.write('D', bytes.indexOf('damaged'));
  writeFileSync(file, bytes);
  const second = await open(folder);
  expect(await drain(second)).toEqual(['before', 'after']);
  expect(second.droppedLines).toBe(1);
  await second.close();
});
