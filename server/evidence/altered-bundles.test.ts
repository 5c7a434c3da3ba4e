// A bundle that was altered is refused, whatever was altered and whoever did it: at random by anybody, and with care by somebody who has the signing key.
// GATEWATCH_FUZZ sets how many random alterations, GATEWATCH_SEED which; both are printed.
import { readFileSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { inflateRawSync } from 'node:zlib';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { journalCsvName, journalName, type Manifest, manifestName, summaryName } from '../../domain/evidence/bundle.ts';
import { hashOfEntry, journalCsvLine } from '../../domain/evidence/journal-evidence.ts';
import { MerklePeaks } from '../../domain/evidence/merkle-log.ts';
import { layOutZip } from '../../domain/evidence/strict-zip.ts';
import { verifyBundle, zipEntryOf } from '../../domain/evidence/verify-bundle.ts';
import { canonicalJson } from '../../domain/journal/canonical-json.ts';
import type { JournalEntry } from '../../domain/journal/journal-entry.ts';
import { type EvidenceRig, evidenceRig, headsOf, hourMs, minuteMs, verifyFile, writeAnHour } from '../../test/harness/evidence-rig.ts';
import { temporaryFolder } from '../../test/harness/temporary-folder.ts';
import { packBundle } from './pack-bundle.ts';

const alterations = Number(process.env.GATEWATCH_FUZZ ?? 1_000);
const seed = Number(process.env.GATEWATCH_SEED ?? 20_261_001);

let rig: EvidenceRig;
let bundle: Uint8Array<ArrayBuffer>;
let folder: string;

beforeAll(async () => {
  folder = temporaryFolder();
  rig = await evidenceRig(folder);
  for (let number = 1; number <= 12; number += 1) {
    const occurrenceId = `018f0000-0000-7000-8000-${String(number).padStart(12, '0')}`;
    await rig.note('alarm.raise', number % 3 === 0 ? 'GS-02' : 'GS-01', {
      alarmId: 'GS-01.PT-101.high',
      occurrenceId,
      detail: { priority: 'high', value: number / 10 },
    });
    rig.clock.advance(minuteMs);
  }
  writeAnHour(rig, 'GS-01');
  writeAnHour(rig, 'GS-02');
  rig.clock.advance(2 * hourMs);
  await rig.heads.signNow();
  const made = await rig.build();
  bundle = new Uint8Array(readFileSync(made.file));
});
afterAll(() => rig.stop());

const verify = (bytes: Uint8Array<ArrayBuffer>) =>
  verifyBundle({ size: bytes.length, read: async (offset, length) => bytes.slice(offset, offset + length) });

/** Small and repeatable; its quality does not matter here. */
function randomOf(start: number): () => number {
  let state = start >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

function altered(random: () => number): { readonly what: string; readonly bytes: Uint8Array<ArrayBuffer> } {
  const at = Math.floor(random() * bundle.length);
  const length = 1 + Math.floor(random() * 2_000);
  const to = Math.floor(random() * bundle.length);
  const piece = bundle.slice(at, at + length);
  switch (Math.floor(random() * 6)) {
    case 0: {
      const bytes = bundle.slice();
      bytes[at] = (bytes[at] ?? 0) ^ (1 << Math.floor(random() * 8));
      return { what: `a bit of byte ${at}`, bytes };
    }
    case 1: {
      const bytes = bundle.slice();
      bytes[at] = ((bytes[at] ?? 0) + 1 + Math.floor(random() * 255)) % 256;
      return { what: `byte ${at}`, bytes };
    }
    case 2:
      return {
        what: `${length} bytes from ${at} left out`,
        bytes: Uint8Array.from([...bundle.slice(0, at), ...bundle.slice(at + length)]),
      };
    case 3:
      return { what: `cut at ${at}`, bytes: bundle.slice(0, at) };
    case 4:
      return {
        what: `${length} bytes from ${at} once more at ${to}`,
        bytes: Uint8Array.from([...bundle.slice(0, to), ...piece, ...bundle.slice(to)]),
      };
    default: {
      const bytes = bundle.slice();
      bytes.copyWithin(to, at, at + length);
      return { what: `${length} bytes from ${at} over those at ${to}`, bytes };
    }
  }
}

test(`altered at random ${alterations} times (seed ${seed}), refused as often, each with a reason`, { timeout: 600_000 }, async () => {
  expect((await verify(bundle)).kind).toBe('holds');
  const random = randomOf(seed);
  let refused = 0;
  for (let number = 0; number < alterations; ) {
    const { what, bytes } = altered(random);
    if (Buffer.compare(Buffer.from(bytes), Buffer.from(bundle)) === 0) continue;
    number += 1;
    const verdict = await verify(bytes);
    expect(verdict, `${what} (number ${number}, seed ${seed})`).toMatchObject({ kind: 'broken', reason: expect.stringMatching(/.{10}/) });
    refused += 1;
  }
  expect(refused).toBe(alterations);
});

test('every byte of the container that is no content is looked at', async () => {
  const { manifest, layout } = opened();
  const headers = layout.entries.flatMap(({ header, headerAt }) => Array.from(header, (_, index) => headerAt + index));
  const tail = Array.from(layout.tail, (_, index) => layout.tailAt + index);
  const random = randomOf(seed);
  const chosen = [...headers, ...tail].filter(() => random() < 0.15);
  for (const at of chosen) {
    const bytes = bundle.slice();
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    expect((await verify(bytes)).kind, `byte ${at} of the container`).toBe('broken');
  }
  expect(manifest.files.length).toBeGreaterThan(8);
  expect(chosen.length).toBeGreaterThan(50);
});

function opened(): { manifest: Manifest; files: Map<string, Uint8Array>; layout: ReturnType<typeof layOutZip> } {
  const text = new TextDecoder().decode(bundle);
  const start = text.indexOf('{"bundleId"');
  const manifest = JSON.parse(text.slice(start, text.indexOf('PK\u0003\u0004', start))) as Manifest;
  const own = (name: string, length: number) => ({ name, method: 'stored' as const, crc32: 0, packedBytes: length, bytes: length });
  const manifestLength = new TextEncoder().encode(canonicalJson(manifest)).length;
  const fixed = layOutZip([...manifest.files.map(zipEntryOf), own(manifestName, manifestLength)]);
  const signatureLength =
    bundle.length - layOutZip([...manifest.files.map(zipEntryOf), own(manifestName, manifestLength), own('signature.json', 0)]).totalBytes;
  const layout = layOutZip([...manifest.files.map(zipEntryOf), own(manifestName, manifestLength), own('signature.json', signatureLength)]);
  const files = new Map(
    manifest.files.map((file, index) => {
      const at = fixed.entries[index]?.dataAt ?? 0;
      const packed = bundle.slice(at, at + file.packed.bytes);
      return [file.name, file.packed.method === 'stored' ? packed : new Uint8Array(inflateRawSync(packed))];
    }),
  );
  return { manifest, files, layout };
}

/** Somebody who has the key changes content and manifest and signs anew. */
async function forged(change: (files: Map<string, Uint8Array>, manifest: Manifest) => Promise<void> | void): Promise<string> {
  const { manifest, files } = opened();
  await change(files, manifest);
  const work = path.join(folder, 'forged');
  await rm(work, { recursive: true, force: true });
  for (const [name, bytes] of files) {
    await mkdir(path.dirname(path.join(work, name)), { recursive: true });
    await writeFile(path.join(work, name), bytes);
  }
  const { files: _, ...rest } = manifest;
  const outFile = path.join(folder, 'forged.zip');
  await packBundle({
    folder: work,
    outFile,
    manifest: rest,
    names: [...files.keys()],
    texts: new Map(),
    sign: (text) => rig.keys.sign('manifest', text),
    onProgress: () => undefined,
  });
  return outFile;
}

const textOf = (files: Map<string, Uint8Array>, name: string) => new TextDecoder('utf-8', { ignoreBOM: true }).decode(files.get(name));
const setText = (files: Map<string, Uint8Array>, name: string, text: string) => void files.set(name, new TextEncoder().encode(text));
function changeLines(files: Map<string, Uint8Array>, name: string, change: (lines: string[]) => string[]): void {
  setText(files, name, `${change(textOf(files, name).split('\n').slice(0, -1)).join('\n')}\n`);
}
const day = 'readings/2026-09-30';

async function changeRows(files: Map<string, Uint8Array>, name: string, select: string): Promise<void> {
  const from = path.join(folder, 'rows-before.parquet');
  const to = path.join(folder, 'rows-after.parquet');
  await writeFile(from, files.get(name) ?? new Uint8Array());
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  await connection.run(`SET TimeZone = 'UTC'`);
  await connection.run(`CREATE TABLE row AS SELECT *, row_number() OVER () AS number FROM read_parquet('${from}')`);
  await connection.run(`COPY (${select}) TO '${to}' (FORMAT parquet, COMPRESSION zstd)`);
  instance.closeSync();
  files.set(name, new Uint8Array(readFileSync(to)));
}

describe('somebody who has the signing key', () => {
  test('and changes nothing makes what holds: the forger of these tests works', async () => {
    expect(await verifyFile(await forged(() => undefined))).toMatchObject({ kind: 'holds' });
  });

  const cases: Readonly<Record<string, { readonly change: Parameters<typeof forged>[0]; readonly file: string; readonly reason: RegExp }>> =
    {
      'drops a line of the journal': {
        change: (files) => changeLines(files, journalName, (lines) => lines.toSpliced(4, 1)),
        file: journalName,
        reason: /line 5 of the journal is missing/,
      },
      'swaps two lines of the journal': {
        change: (files) => changeLines(files, journalName, (lines) => [lines[1] ?? '', lines[0] ?? '', ...lines.slice(2)]),
        file: journalName,
        reason: /line 1 of the journal is missing or out of its order/,
      },
      'cuts the end of the journal': {
        change: (files) => changeLines(files, journalName, (lines) => lines.slice(0, -1)),
        file: journalName,
        reason: /its end was cut/,
      },
      'changes what a line says': {
        change: (files) => setText(files, journalName, textOf(files, journalName).replace('"value":0.1', '"value":0.9')),
        file: journalName,
        reason: /content of line 1 does not have its hash/,
      },
      'puts a line too many into the alarms': {
        change: (files) => changeLines(files, 'alarms/alarms.csv', (lines) => [...lines, lines[1] ?? '']),
        file: 'alarms/alarms.csv',
        reason: /one too many/,
      },
      'takes a reading away': {
        change: (files) =>
          changeRows(files, `${day}.parquet`, 'SELECT point, time, value, quality FROM row WHERE number <> 20 ORDER BY number'),
        file: `${day}.csv`,
        reason: /where the data make/,
      },
      'makes a bad stretch good': {
        change: (files) =>
          changeRows(files, `${day}.parquet`, 'SELECT point, time, value, 0::UTINYINT AS quality FROM row ORDER BY number'),
        file: `${day}.csv`,
        reason: /where the data make/,
      },
      'puts readings into another order': {
        change: (files) => changeRows(files, `${day}.parquet`, 'SELECT point, time, value, quality FROM row ORDER BY number DESC'),
        file: `${day}.parquet`,
        reason: /does not belong there|out of its order/,
      },
      'brings an interval in that nothing shows': {
        change: (files) => changeLines(files, 'coverage/intervals.csv', (lines) => lines.toSpliced(2, 1)),
        file: 'coverage/intervals.csv',
        reason: /where the data make/,
      },
      'betters the share of the summary': {
        change: (files) => {
          const summary = JSON.parse(textOf(files, summaryName)) as { stations: { goodShare: number }[] };
          for (const station of summary.stations) station.goodShare = 1;
          setText(files, summaryName, canonicalJson(summary));
        },
        file: summaryName,
        reason: /stations\.GS-01\.goodShare says 1 where the data make 0\./,
      },
      'counts an alarm less': {
        change: (files) => setText(files, summaryName, textOf(files, summaryName).replace('"raised":8', '"raised":7')),
        file: summaryName,
        reason: /alarms\.raised says 7 where the data make 8/,
      },
      'swaps two files': {
        change: (files) => {
          const [one, other] = ['alarms/alarms.csv', 'tests-and-drills/alarms-under-test.csv'];
          const held = files.get(one) ?? new Uint8Array();
          files.set(one, files.get(other) ?? new Uint8Array());
          files.set(other, held);
        },
        file: 'alarms/alarms.csv',
        reason: /line 2 is missing/,
      },
      'leaves a day of readings out': {
        change: (files) => void [files.delete(`${day}.parquet`), files.delete(`${day}.csv`)],
        file: 'coverage/intervals.csv',
        reason: /where the data make|missing/,
      },
      'says another period': {
        change: (_files, manifest) => void Object.assign(manifest, { toMs: manifest.toMs - 10 * minuteMs }),
        file: `${day}.parquet`,
        reason: /outside the period/,
      },
      'brings in a file that nobody accounts for': {
        change: (files) => setText(files, 'duty/more.csv', 'a\n'),
        file: 'duty/more.csv',
        reason: /accounts for this file/,
      },
    };

  test.each(Object.entries(cases))('%s: found and named', async (_what, { change, file, reason }) => {
    expect(await verifyFile(await forged(change))).toMatchObject({ kind: 'broken', file, reason: expect.stringMatching(reason) });
  });

  test('and makes all hashes anew contradicts the heads that were signed then', async () => {
    const rechained = await forged((files, manifest) => {
      const peaks = new MerklePeaks(manifest.journal.before.size, manifest.journal.before.peaks);
      let previousHash = manifest.journal.before.headHash;
      const rows: string[] = [];
      changeLines(files, journalName, (lines) =>
        lines.map((line) => {
          const entry = JSON.parse(line) as JournalEntry;
          if (!('previousHash' in entry)) {
            previousHash = (entry as { hash: string }).hash;
            peaks.add(previousHash);
            return line;
          }
          const content = { ...entry, previousHash, detail: { ...entry.detail, note: 'as it should have been' } };
          previousHash = hashOfEntry(content);
          peaks.add(previousHash);
          rows.push(journalCsvLine(content));
          return canonicalJson({ ...content, hash: previousHash });
        }),
      );
      changeLines(files, journalCsvName, ([columns = '']) => [columns, ...rows]);
      Object.assign(manifest.journal.after, { headHash: previousHash, root: peaks.root() });
    });
    expect(await verifyFile(rechained)).toMatchObject({
      kind: 'broken',
      file: journalName,
      reason: expect.stringMatching(/the journal is not what it was at .* it contradicts the signed head of that hour/),
    });
  });

  test('and hides the heads inside as well contradicts the one that somebody kept', async () => {
    const kept = (await headsOf(rig)).at(-1);
    if (kept === undefined) throw new Error('no head');
    const outside = { ...kept, head: { ...kept.head, root: '00'.repeat(32) } };
    const made = await rig.build();
    expect(await verifyFile(made.file, { outsideHeads: [outside] })).toMatchObject({ kind: 'broken', file: journalName });
    expect(await verifyFile(made.file, { outsideHeads: [kept] })).toMatchObject({ kind: 'holds' });
  });
});
