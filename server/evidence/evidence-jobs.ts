// Evidence bundles that were asked for: made one after another, with progress, each request and each end a line of the journal. A restart ends what was under
// way; the person asks again.
import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { Logger } from 'pino';
import type { EvidenceJobView } from '../../domain/api/evidence-api.ts';
import { evidenceFailures, evidenceStates } from '../../domain/api/evidence-api.ts';
import type { JournalActor } from '../../domain/journal/journal-entry.ts';
import type { Clock } from '../../domain/time/clock.ts';
import { serverActor } from '../alarms/alarm-change.ts';
import type { Database } from '../journal/database.ts';
import type { NewJournalEntry } from '../journal/journal.ts';
import type { Ledger } from '../journal/ledger.ts';
import { type BuildProgress, type BuiltBundle, type BundleOrder, type BundleParts, buildBundle } from './build-bundle.ts';
import type { EvidenceJobTable } from './evidence-tables.ts';
import { DiskNearlyFull } from './stage.ts';

export type EvidenceJob = Omit<EvidenceJobView, 'phase' | 'share'> & { readonly showsCompanyLines: boolean };

interface Running {
  readonly jobId: string;
  readonly abort: AbortController;
  progress: BuildProgress;
}

const mostWaiting = 20;
const mostListed = 200;

export class EvidenceJobs {
  readonly #ledger: Ledger;
  readonly #parts: BundleParts;
  readonly #folder: string;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #announce: () => void;
  #running: Running | null = null;
  #loop: Promise<void> = Promise.resolve();
  #isStopped = false;

  private constructor(options: EvidenceJobsOptions) {
    this.#ledger = options.ledger;
    this.#parts = options.parts;
    this.#folder = path.join(options.dataDir, 'evidence');
    this.#clock = options.clock;
    this.#log = options.log;
    this.#announce = options.announce;
  }

  static async open(options: EvidenceJobsOptions): Promise<EvidenceJobs> {
    const jobs = new EvidenceJobs(options);
    await rm(path.join(jobs.#folder, 'work'), { recursive: true, force: true });
    for (const job of await jobs.#select((query) => query.where('state', 'in', ['queued', 'running'])))
      await jobs.#end(job, 'failed', { failure: 'restarted' }, serverActor);
    return jobs;
  }

  /** Newest first. */
  list(): Promise<readonly EvidenceJob[]> {
    return this.#select((query) => query.orderBy('requested_at_ms', 'desc').limit(mostListed));
  }

  async find(id: string): Promise<EvidenceJob | null> {
    return (await this.#select((query) => query.where('job_id', '=', id)))[0] ?? null;
  }

  view({ showsCompanyLines: _, ...job }: EvidenceJob): EvidenceJobView {
    const progress = this.#running?.jobId === job.id && job.state === 'running' ? this.#running.progress : null;
    return { ...job, phase: progress?.phase ?? null, share: job.state === 'done' ? 1 : (progress?.share ?? 0) };
  }

  /** Null where too many wait already. */
  async request(
    order: Omit<BundleOrder, 'bundleId' | 'madeBy'> & { readonly by: BundleOrder['madeBy'] },
    actor: JournalActor,
  ): Promise<EvidenceJob | null> {
    const waiting = await this.#select((query) => query.where('state', 'in', ['queued', 'running']));
    if (waiting.length >= mostWaiting) return null;
    const { by, ...rest } = order;
    const job: EvidenceJob = {
      ...rest,
      id: randomUUID(),
      state: 'queued',
      stationIds: [...order.stationIds],
      requestedAtMs: this.#clock.nowMs(),
      by: { ...by },
      finishedAtMs: null,
      bytes: null,
      manifestHash: null,
      failure: null,
    };
    await this.#ledger.commit([this.#line('evidence.request', job, actor, { reason: job.reason })], async (transaction) => {
      await transaction.insertInto('evidence_job').values(rowOf(job)).execute();
    });
    this.#announce();
    this.#loop = this.#loop
      .then(() => this.#runNext())
      .catch((error: unknown) => this.#log.error({ err: error }, 'evidence could not be made'));
    return job;
  }

  /** False where it has ended already. */
  async cancel(id: string, actor: JournalActor): Promise<boolean> {
    const job = await this.find(id);
    if (job === null || (job.state !== 'queued' && job.state !== 'running')) return false;
    const isEnded = await this.#end(job, 'cancelled', {}, actor);
    if (isEnded && this.#running?.jobId === id) this.#running.abort.abort(new Error('cancelled'));
    return isEnded;
  }

  /** The bundle goes, the line about it stays. */
  async remove(job: EvidenceJob, actor: JournalActor): Promise<void> {
    await this.#ledger.commit([this.#line('evidence.remove', job, actor, { manifestHash: job.manifestHash })], async (transaction) => {
      await transaction.deleteFrom('evidence_job').where('job_id', '=', job.id).execute();
    });
    await rm(this.fileOf(job), { force: true });
    this.#announce();
  }

  async noteDownload(job: EvidenceJob, actor: JournalActor): Promise<void> {
    await this.#ledger.note(this.#line('evidence.download', job, actor, { manifestHash: job.manifestHash }));
  }

  fileOf({ id }: Pick<EvidenceJob, 'id'>): string {
    return path.join(this.#folder, 'bundles', `${id}.zip`);
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#running?.abort.abort(new Error('the server stops'));
    await this.#loop;
  }

  async #runNext(): Promise<void> {
    if (this.#isStopped) return;
    const [job] = await this.#select((query) => query.where('state', '=', 'queued').orderBy('requested_at_ms').limit(1));
    if (job === undefined) return;
    const running: Running = { jobId: job.id, abort: new AbortController(), progress: { phase: 'journal', share: 0 } };
    this.#running = running;
    const began = await this.#ledger.database
      .updateTable('evidence_job')
      .set({ state: 'running' })
      .where('job_id', '=', job.id)
      .where('state', '=', 'queued')
      .executeTakeFirst();
    if (began.numUpdatedRows === 0n) return; // cancelled in between
    this.#announce();
    try {
      const built = await this.#build(job, running);
      const isEnded = await this.#end(job, 'done', { bytes: built.bytes, manifestHash: built.manifestHash }, serverActor);
      if (!isEnded) await rm(this.fileOf(job), { force: true });
    } catch (error) {
      await rm(this.fileOf(job), { force: true });
      if (this.#isStopped) return; // the next start tells that it ended
      if (running.abort.signal.aborted) return; // told by whoever cancelled it
      this.#log.error({ err: error, job: job.id }, 'an evidence bundle could not be made');
      await this.#end(job, 'failed', { failure: error instanceof DiskNearlyFull ? 'diskFull' : 'error' }, serverActor);
    } finally {
      this.#running = null;
    }
  }

  #build(job: EvidenceJob, running: Running): Promise<BuiltBundle> {
    return buildBundle(
      this.#parts,
      { ...job, bundleId: job.id, madeBy: job.by },
      {
        workFolder: path.join(this.#folder, 'work', job.id),
        outFile: this.fileOf(job),
        nowMs: this.#clock.nowMs(),
        signal: running.abort.signal,
        onProgress: (progress) => {
          const isSeen = progress.phase !== running.progress.phase || progress.share - running.progress.share >= 0.01;
          if (!isSeen) return;
          running.progress = progress;
          this.#announce();
        },
      },
    );
  }

  /** One end for each: who cancels and what finishes at the same moment do not both win. */
  async #end(
    job: EvidenceJob,
    state: 'done' | 'failed' | 'cancelled',
    result: { readonly bytes?: number; readonly manifestHash?: string; readonly failure?: (typeof evidenceFailures)[number] },
    actor: JournalActor,
  ): Promise<boolean> {
    const kind = { done: 'evidence.made', failed: 'evidence.failed', cancelled: 'evidence.cancel' }[state];
    const isEnded = await this.#ledger.exclusively(async (commit) => {
      const now = await this.#ledger.database.selectFrom('evidence_job').select('state').where('job_id', '=', job.id).executeTakeFirst();
      if (now?.state !== 'queued' && now?.state !== 'running') return false;
      await commit([this.#line(kind, job, actor, result)], async (transaction) => {
        await transaction
          .updateTable('evidence_job')
          .set({
            state,
            finished_at_ms: this.#clock.nowMs(),
            bytes: result.bytes ?? null,
            manifest_hash: result.manifestHash ?? null,
            failure: result.failure ?? null,
          })
          .where('job_id', '=', job.id)
          .execute();
      });
      return true;
    });
    this.#announce();
    return isEnded;
  }

  #line(kind: string, job: EvidenceJob, actor: JournalActor, detail: Readonly<Record<string, unknown>>): NewJournalEntry {
    const [only] = job.stationIds;
    return {
      occurredAtMs: this.#clock.nowMs(),
      kind,
      stationId: job.stationIds.length === 1 && only !== undefined ? only : null,
      alarmId: null,
      occurrenceId: null,
      actor,
      detail: { bundleId: job.id, stations: job.isWholeCompany ? 'all' : job.stationIds, fromMs: job.fromMs, toMs: job.toMs, ...detail },
    };
  }

  async #select(refine: (query: JobQuery) => JobQuery): Promise<readonly EvidenceJob[]> {
    return (await refine(allJobs(this.#ledger.database)).execute()).map(jobOf);
  }
}

type JobQuery = ReturnType<typeof allJobs>;

function allJobs(database: Database) {
  return database.selectFrom('evidence_job').selectAll();
}

export interface EvidenceJobsOptions {
  readonly ledger: Ledger;
  readonly parts: BundleParts;
  readonly dataDir: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly announce: () => void;
}

function rowOf(job: EvidenceJob): EvidenceJobTable {
  return {
    job_id: job.id,
    state: job.state,
    station_ids: JSON.stringify(job.stationIds),
    is_whole_company: Number(job.isWholeCompany),
    shows_company_lines: Number(job.showsCompanyLines),
    from_ms: job.fromMs,
    to_ms: job.toMs,
    language: job.language,
    reason: job.reason,
    requested_at_ms: job.requestedAtMs,
    username: job.by.username,
    display_name: job.by.displayName,
    finished_at_ms: job.finishedAtMs,
    bytes: job.bytes,
    manifest_hash: job.manifestHash,
    failure: job.failure,
  };
}

function jobOf(row: EvidenceJobTable): EvidenceJob {
  return {
    id: row.job_id,
    state: evidenceStates.find((state) => state === row.state) ?? 'failed',
    stationIds: JSON.parse(row.station_ids) as string[],
    isWholeCompany: row.is_whole_company === 1,
    showsCompanyLines: row.shows_company_lines === 1,
    fromMs: row.from_ms,
    toMs: row.to_ms,
    language: row.language === 'en' ? 'en' : 'zh',
    reason: row.reason,
    requestedAtMs: row.requested_at_ms,
    by: { username: row.username, displayName: row.display_name },
    finishedAtMs: row.finished_at_ms,
    bytes: row.bytes,
    manifestHash: row.manifest_hash,
    failure: evidenceFailures.find((failure) => failure === row.failure) ?? null,
  };
}
