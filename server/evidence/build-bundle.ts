// Makes one evidence bundle: gathers journal, readings and the sections that others contribute, then has a thread count and pack them.
// Decides nothing about who may ask for what; see the routes.
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import type { BundlePoint, BundleVerdict, Summary } from '../../domain/evidence/bundle.ts';
import { byteOrderMark } from '../../domain/evidence/expected-lines.ts';
import { csvCell } from '../../domain/evidence/journal-evidence.ts';
import type { Plant } from '../../domain/plant/plant.ts';
import type { Language } from '../../domain/text/localized-text.ts';
import type { HistorianReader } from '../../historian/historian.ts';
import type { Database } from '../journal/database.ts';
import type { Cell, EvidenceScope, EvidenceSection, SectionOutput } from './evidence-section.ts';
import type { JournalHeads } from './journal-heads.ts';
import { writeJournalPart } from './journal-part.ts';
import type { FromPacker, PackOrder, ToPacker } from './pack-order.ts';
import { writeReadings } from './readings-part.ts';
import type { SigningKeys } from './signing-keys.ts';
import { Stage } from './stage.ts';

export interface BundleOrder {
  readonly bundleId: string;
  readonly stationIds: readonly string[];
  readonly isWholeCompany: boolean;
  /** Lines of the journal that belong to no station (starts, sign-ins, settings) are told to whoever may see all stations. */
  readonly showsCompanyLines: boolean;
  readonly fromMs: number;
  readonly toMs: number;
  readonly language: Language;
  readonly reason: string;
  readonly madeBy: { readonly username: string; readonly displayName: string };
}

export interface BundleParts {
  readonly plant: Plant;
  readonly database: Database;
  readonly heads: JournalHeads;
  readonly keys: SigningKeys;
  readonly historian: HistorianReader | null;
  readonly sections: readonly EvidenceSection[];
  readonly software: string;
}

export const buildPhases = ['journal', 'readings', 'sections', 'packing'] as const;
export type BuildPhase = (typeof buildPhases)[number];

export interface BuildProgress {
  readonly phase: BuildPhase;
  /** 0 to 1, of the whole. */
  readonly share: number;
}

export interface BuiltBundle {
  readonly manifestHash: string;
  readonly bytes: number;
  readonly summary: Summary;
}

/** Sign-ins and people's accounts: nobody's business in a bundle about a station. */
const aboutPersons = /^(session|access|user|person|push|wall|trendView|evidence|notification)\./;

const shares: Readonly<Record<BuildPhase, readonly [from: number, to: number]>> = {
  journal: [0, 0.05],
  readings: [0.05, 0.55],
  sections: [0.55, 0.6],
  packing: [0.6, 1],
};

/** Everything that it leaves behind is `outFile`; `workFolder` is gone also where it fails. */
export async function buildBundle(
  parts: BundleParts,
  order: BundleOrder,
  run: {
    readonly workFolder: string;
    readonly outFile: string;
    readonly nowMs: number;
    readonly signal: AbortSignal;
    readonly onProgress: (progress: BuildProgress) => void;
  },
): Promise<BuiltBundle> {
  const { plant } = parts;
  const { signal } = run;
  const stage = new Stage(run.workFolder);
  const report = (phase: BuildPhase) => (share: number) => {
    const [from, to] = shares[phase];
    run.onProgress({ phase, share: from + share * (to - from) });
  };
  try {
    await mkdir(path.dirname(run.outFile), { recursive: true });
    report('journal')(0);
    const wanted = new Set(order.stationIds);
    const journal = await writeJournalPart(stage, parts.database, parts.heads, {
      fromMs: order.fromMs,
      toMs: order.toMs,
      nowMs: run.nowMs,
      isOpen: ({ stationId, kind }) =>
        stationId === null
          ? order.showsCompanyLines && (order.isWholeCompany || !aboutPersons.test(kind))
          : order.isWholeCompany || wanted.has(stationId),
      signal,
      onProgress: report('journal'),
    });
    const points = pointsOf(plant, wanted);
    report('readings')(0);
    const days = await writeReadings(stage, parts.historian, {
      points,
      fromMs: order.fromMs,
      toMs: order.toMs,
      signal,
      onProgress: report('readings'),
    });
    report('sections')(0);
    const scope: EvidenceScope = {
      stationIds: order.stationIds,
      showsCompanyRecords: order.showsCompanyLines,
      fromMs: order.fromMs,
      toMs: order.toMs,
      signal,
    };
    const told = await writeSections(stage, parts.sections, scope, report('sections'));
    const manifest: PackOrder['manifest'] = {
      schema: 1,
      kind: 'gatewatch.evidence',
      bundleId: order.bundleId,
      software: parts.software,
      madeAtMs: run.nowMs,
      madeBy: order.madeBy,
      reason: order.reason,
      company: { id: plant.company.id, name: plant.company.name, timeZone: plant.company.timeZone },
      stations: plant.stations.filter(({ id }) => wanted.has(id)).map(({ id, name }) => ({ id, name })),
      isWholeCompany: order.isWholeCompany,
      fromMs: order.fromMs,
      toMs: order.toMs,
      plantVersion: plant.version,
      points: [...points],
      journal: journal.journal,
      keys: [...(await parts.keys.publicKeys())],
    };
    signal.throwIfAborted();
    return await pack(
      {
        folder: stage.folder,
        names: stage.names,
        outFile: run.outFile,
        manifest,
        days,
        figures: { ...journal.figures, ...told },
        language: order.language,
      },
      parts.keys,
      signal,
      report('packing'),
    );
  } finally {
    await stage.remove();
  }
}

function pointsOf(plant: Plant, wanted: ReadonlySet<string>): readonly BundlePoint[] {
  return plant.points.flatMap(({ id, stationIndex, name, unit, scanMs }) => {
    const stationId = plant.stations[stationIndex]?.id ?? '';
    return wanted.has(stationId) ? [{ id, stationId, name: { zh: name.zh, en: name.en }, unit, scanMs }] : [];
  });
}

async function writeSections(
  stage: Stage,
  sections: readonly EvidenceSection[],
  scope: EvidenceScope,
  onProgress: (share: number) => void,
): Promise<Pick<Summary, 'sections' | 'verdicts'>> {
  const told: Summary['sections'] = {};
  const verdicts: BundleVerdict[] = [];
  for (const [index, section] of sections.entries()) {
    scope.signal.throwIfAborted();
    const files: Record<string, number> = {};
    const output: SectionOutput = {
      table: async (name, columns, rows) => {
        const file = await stage.lines(name);
        await file.line(byteOrderMark + columns.map(csvCell).join(','));
        let count = 0;
        for await (const row of rows) {
          scope.signal.throwIfAborted();
          await file.line(row.map((cell, column) => cellText(cell, columns[column] ?? '')).join(','));
          count += 1;
        }
        await file.end();
        files[name] = count;
      },
      document: async (name, text) => {
        await stage.writeText(name, text);
        files[name] = 1;
      },
      verdict: (verdict) => void verdicts.push(verdict),
    };
    await section.write(scope, output);
    told[section.name] = { title: { zh: section.title.zh, en: section.title.en }, files };
    onProgress((index + 1) / sections.length);
  }
  return { sections: told, verdicts };
}

function cellText(cell: Cell, column: string): string {
  if (cell === null) return '';
  if (typeof cell === 'number' && column.endsWith('AtMs')) return new Date(cell).toISOString();
  return csvCell(String(cell));
}

async function pack(order: PackOrder, keys: SigningKeys, signal: AbortSignal, onProgress: (share: number) => void): Promise<BuiltBundle> {
  const worker = new Worker(new URL('./pack-worker.ts', import.meta.url), {
    workerData: order,
    resourceLimits: { maxOldGenerationSizeMb: 384 },
    execArgv: ['--disable-warning=ExperimentalWarning'],
  });
  try {
    return await new Promise<BuiltBundle>((resolve, reject) => {
      const abort = () => reject(signal.reason);
      signal.addEventListener('abort', abort, { once: true });
      worker.on('message', (message: FromPacker) => {
        if (message.kind === 'progress') onProgress(message.share);
        else if (message.kind === 'packed') resolve(message);
        else
          keys.sign('manifest', message.manifestText).then((signature) => {
            const answer: ToPacker = { kind: 'signature', signature };
            worker.postMessage(answer);
          }, reject);
      });
      worker.once('error', reject);
      worker.once('exit', (code) => reject(new Error(`the packing thread ended with code ${code}`)));
    });
  } finally {
    await worker.terminate();
  }
}
