// The journal of a bundle: chain, Merkle roots against signed heads, and what is counted from its lines.
import { alarmsName, headsName, journalCsvName, journalName, manifestName, type Summary, testAlarmsName } from './bundle.ts';
import { linesOf, type PlacedFile } from './bundle-source.ts';
import { checkKeys } from './check-keys.ts';
import { DoesNotHold } from './does-not-hold.ts';
import { ExpectedLines } from './expected-lines.ts';
import { alarmColumns, JournalCounts, JournalReader, journalColumns, journalCsvLine } from './journal-evidence.ts';
import { isConsistent, MerklePeaks } from './merkle-log.ts';
import type { OpenBundle } from './open-bundle.ts';
import { isSignedBy, type PublicKey, type SignedHead, signedBytes, signedHeadSchema } from './signed-head.ts';

export interface JournalFindings {
  readonly figures: Pick<Summary, 'alarms' | 'alarmsUnderTest' | 'incidents' | 'drills' | 'journal'>;
  readonly headsInside: number;
  readonly outsideHeadsChecked: number;
}

const progressLines = 5_000;

export async function checkJournal(
  bundle: OpenBundle,
  outsideHeads: readonly SignedHead[],
  onProgress: (share: number) => void,
): Promise<JournalFindings> {
  const { source, manifest, place } = bundle;
  const { before, after } = manifest.journal;
  const own = await readHeads(bundle);
  const fromOutside = outsideHeads.filter(
    ({ head }) => head.companyId === manifest.company.id && head.size >= before.size && head.size <= after.size,
  );
  const checks = Map.groupBy(
    [
      ...own.map(({ head }) => ({ head, from: headsName })),
      ...fromOutside.map(({ head }) => ({ head, from: 'the head that was kept outside' })),
    ],
    ({ head }) => head.size,
  );
  const peaks = peaksOf(before.size, before.peaks);
  let headHash = before.headHash;
  const compareHeads = () => {
    for (const { head, from } of checks.get(peaks.size) ?? [])
      if (head.root !== peaks.root() || head.headHash !== headHash)
        throw new DoesNotHold(
          journalName,
          `up to line ${peaks.size} the journal is not what it was at ${new Date(head.atMs).toISOString()}: it contradicts ${from === headsName ? 'the signed head of that hour' : from}`,
        );
  };
  await checkTie(bundle, 'before', { size: before.size, root: peaks.root() });
  compareHeads();

  const counts = new JournalCounts(manifest);
  const reader = new JournalReader({ sequence: before.size, hash: before.headHash });
  const csv = new ExpectedLines(source, place(journalCsvName), journalColumns);
  let sealed = 0;
  const total = after.size - before.size;
  for await (const text of linesOf(source, place(journalName))) {
    const verdict = reader.read(text);
    if (verdict.kind === 'broken') throw new DoesNotHold(journalName, verdict.reason);
    headHash = verdict.kind === 'open' ? verdict.entry.hash : verdict.line.hash;
    peaks.add(headHash);
    if (peaks.size > after.size) throw new DoesNotHold(journalName, `it has more lines than the ${total} that the manifest names`);
    compareHeads();
    if (verdict.kind === 'open') {
      counts.add(verdict.entry);
      await csv.expect(journalCsvLine(verdict.entry));
    } else sealed += 1;
    if (peaks.size % progressLines === 0) onProgress((peaks.size - before.size) / total);
  }
  if (peaks.size !== after.size)
    throw new DoesNotHold(journalName, `it ends with line ${peaks.size} where the manifest names ${after.size}: its end was cut`);
  if (headHash !== after.headHash || peaks.root() !== after.root)
    throw new DoesNotHold(journalName, 'it does not end as the manifest says');
  if (sealed > 0 && manifest.isWholeCompany) throw new DoesNotHold(journalName, 'lines of a whole company are sealed');
  await csv.end();
  await checkTie(bundle, 'after', after);
  for (const [name, which] of [
    [alarmsName, 'real'],
    [testAlarmsName, 'test'],
  ] as const) {
    const table = new ExpectedLines(source, place(name), alarmColumns);
    for (const line of counts.csvLines(which)) await table.expect(line);
    await table.end();
  }
  const { real, drill } = counts.incidents();
  return {
    figures: {
      alarms: counts.count('real'),
      alarmsUnderTest: counts.count('test'),
      incidents: real,
      drills: drill,
      journal: { lines: total, sealed },
    },
    headsInside: own.length,
    outsideHeadsChecked: fromOutside.length,
  };
}

function peaksOf(size: number, peaks: readonly string[]): MerklePeaks {
  try {
    return new MerklePeaks(size, peaks);
  } catch (error) {
    throw new DoesNotHold(manifestName, (error as Error).message);
  }
}

async function readHeads({ source, manifest, place }: OpenBundle): Promise<SignedHead[]> {
  const heads: SignedHead[] = [];
  const placed: PlacedFile = place(headsName);
  for await (const line of linesOf(source, placed)) {
    let parsed: unknown;
    try {
      parsed = JSON.parse(line);
    } catch {
      parsed = undefined;
    }
    const head = signedHeadSchema.safeParse(parsed);
    if (!head.success) throw new DoesNotHold(headsName, `line ${heads.length + 1} is no signed head`);
    await checkHead(head.data, manifest.keys, headsName);
    const { size } = head.data.head;
    if (head.data.head.companyId !== manifest.company.id || size < manifest.journal.before.size || size > manifest.journal.after.size)
      throw new DoesNotHold(headsName, `line ${heads.length + 1} is a head of another journal or another time`);
    heads.push(head.data);
  }
  return heads;
}

async function checkHead({ head, by }: SignedHead, keys: readonly PublicKey[], file: string): Promise<void> {
  const key = keys.find(({ keyId }) => keyId === by.keyId);
  if (key === undefined || !(await isSignedBy(key.publicKey, by.signature, signedBytes('head', head))))
    throw new DoesNotHold(file, `the signature of the head of ${new Date(head.atMs).toISOString()} does not hold`);
}

/** An end of the journal's part against a head outside of it. */
async function checkTie(
  { manifest }: OpenBundle,
  end: 'before' | 'after',
  own: { readonly size: number; readonly root: string },
): Promise<void> {
  const tie = end === 'before' ? manifest.journal.tieBefore : manifest.journal.tieAfter;
  if (tie === null) return;
  await checkKeys(manifest.keys, manifestName);
  await checkHead(tie.head, manifest.keys, manifestName);
  const { head } = tie.head;
  const holds =
    head.companyId === manifest.company.id && (end === 'before' ? isConsistent(head, own, tie.proof) : isConsistent(own, head, tie.proof));
  if (!holds)
    throw new DoesNotHold(
      journalName,
      `its ${end === 'before' ? 'beginning' : 'end'} is not part of the journal that was signed at ${new Date(head.atMs).toISOString()} with ${head.size} lines`,
    );
}
