// `gatewatch verify FILE`: checks a bundle, or the journal of a data folder, and says in words what holds or the first thing that does not.
import { existsSync, statSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import path from 'node:path';
import type { ByteSource } from '../../domain/evidence/bundle-source.ts';
import type { SignedHead } from '../../domain/evidence/signed-head.ts';
import { type Broken, type Holds, verifyBundle } from '../../domain/evidence/verify-bundle.ts';
import { readHeadFile } from './head-file.ts';

export interface VerifyAsk {
  readonly file: string;
  readonly keyId?: string | undefined;
  /** A copy of the file of signed heads that was kept outside. */
  readonly headsFile?: string | undefined;
  readonly onProgress?: (line: string) => void;
}

export interface VerifyAnswer {
  readonly holds: boolean;
  readonly lines: readonly string[];
}

export async function runVerify(ask: VerifyAsk): Promise<VerifyAnswer> {
  if (!existsSync(ask.file) || statSync(ask.file).isDirectory()) return { holds: false, lines: [`there is no bundle ${ask.file}`] };
  const outsideHeads: SignedHead[] = [];
  if (ask.headsFile !== undefined) {
    for await (const head of readHeadFile(ask.headsFile)) outsideHeads.push(head);
    if (outsideHeads.length === 0) return { holds: false, lines: [`${ask.headsFile} holds no signed heads`] };
  }
  const handle = await open(ask.file, 'r');
  try {
    const verdict = await verifyBundle(await sourceOf(handle), {
      ...(ask.keyId === undefined ? {} : { trustedKeyId: ask.keyId }),
      outsideHeads,
      onProgress: (step, share) => ask.onProgress?.(`${step} ${Math.round(share * 100)} %`),
    });
    return { holds: verdict.kind === 'holds', lines: verdict.kind === 'holds' ? holdingLines(ask, verdict) : brokenLines(ask, verdict) };
  } finally {
    await handle.close();
  }
}

export async function sourceOf(handle: FileHandle): Promise<ByteSource> {
  const { size } = await handle.stat();
  return {
    size,
    read: async (offset, length) => {
      const bytes = new Uint8Array(length);
      for (let done = 0; done < length; ) {
        const { bytesRead } = await handle.read(bytes, done, length - done, offset + done);
        if (bytesRead === 0) throw new Error('the file ended while it was read');
        done += bytesRead;
      }
      return bytes;
    },
  };
}

function brokenLines({ file }: VerifyAsk, { step, file: inside, reason }: Broken): readonly string[] {
  return [`${path.basename(file)} DOES NOT HOLD (${step})`, `  ${inside === null ? '' : `${inside}: `}${reason}`];
}

function holdingLines({ file, keyId, headsFile }: VerifyAsk, verdict: Holds): readonly string[] {
  const { manifest, summary } = verdict;
  const iso = (ms: number) => new Date(ms).toISOString();
  const key = manifest.keys.at(-1)?.keyId ?? '';
  const percent = (share: number | null) => (share === null ? 'no points' : `${(share * 100).toFixed(3)} % good`);
  return [
    `${path.basename(file)} holds`,
    `  ${manifest.company.name.zh} / ${manifest.company.name.en}, ${manifest.stations.length} station(s): ${manifest.stations
      .slice(0, 5)
      .map(({ id }) => id)
      .join(', ')}${manifest.stations.length > 5 ? ' …' : ''}`,
    `  ${iso(manifest.fromMs)} to ${iso(manifest.toMs)} (${manifest.company.timeZone}), made ${iso(manifest.madeAtMs)} by ${manifest.madeBy.displayName} with ${manifest.software}`,
    `  ${manifest.files.length} files have their hashes; manifest ${verdict.manifestHash}`,
    `  summary ${verdict.summaryHash} (printed on the report)`,
    `  journal: ${summary.journal.lines} lines in one chain (${summary.journal.sealed} sealed), agrees with ${verdict.headsInside} signed heads inside`,
    ...summary.stations.map(
      ({ id, readings, goodShare, longGaps }) => `  ${id}: ${readings} readings, ${percent(goodShare)}, ${longGaps} gaps over 10 min`,
    ),
    `  alarms: ${summary.alarms.raised} (${summary.alarmsUnderTest.raised} more under test); incidents ${summary.incidents}, drills ${summary.drills}`,
    keyId === undefined
      ? `  signed by key ${key}: compare it with the key that the company has given you, or name it with --key`
      : `  signed by key ${key}, which is or follows from the key that you trust`,
    headsFile === undefined
      ? '  no outside heads were given (--heads): that the journal was not written anew before is as sure as the company keeps its key'
      : `  ${verdict.outsideHeadsChecked} heads that you kept lie in this part of the journal and agree; ${verdict.outsideHeadsElsewhere} lie elsewhere`,
  ];
}
