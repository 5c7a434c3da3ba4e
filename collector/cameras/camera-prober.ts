// One camera: a look at its stream with the check of the picture, its clock, what its recorder has of it. States readings, keeps the newest picture and a short log.
import { type CameraSignal, type PictureState, pictureStates } from '../../domain/cameras/camera.ts';
import { judgePicture, type PictureMemory } from '../../domain/cameras/judge-picture.ts';
import type { CameraProbe } from '../../domain/messages/camera-command.ts';
import type { EngineeringAnswer } from '../../domain/messages/engineering-command.ts';
import { type Span, totalMs, unionOf } from '../../domain/obligations/spans.ts';
import type { CameraDevice, Plant, SignIn } from '../../domain/plant/plant.ts';
import { Quality } from '../../domain/readings/quality.ts';
import { createReadingBatch, pushReading } from '../../domain/readings/reading-batch.ts';
import type { Clock } from '../../domain/time/clock.ts';
import type { DriverSink } from '../drivers/driver.ts';
import { commandFailureOf, failed } from './camera-failure.ts';
import type { Credentials } from './digest.ts';
import { type DeviceInformation, OnvifClient, OnvifError } from './onvif-client.ts';
import type { PictureDecoder } from './picture-decoder.ts';
import { lookAtStream, type StreamLook } from './rtsp-client.ts';

export type ReadSecret = (user: { readonly passwordEnv: string | null; readonly passwordFile: string | null }) => Promise<string>;

export interface ProberOptions {
  readonly plant: Plant;
  readonly camera: CameraDevice;
  readonly sink: DriverSink;
  readonly clock: Clock;
  readonly decoder: PictureDecoder;
  readonly readSecret: ReadSecret;
  readonly signal: AbortSignal;
}

const logLength = 60;
/** What the recorder has is asked for less often than the picture. */
const recorderEveryMs = 10 * 60_000;
const recorderRetryMs = 60_000;
const informationEveryMs = 3_600_000;
const dayMs = 86_400_000;
/** The newest minutes may not be written yet. */
const recorderLagMs = 2 * 60_000;

interface Measured {
  readonly value: number;
  readonly quality: number;
}
interface Look {
  readonly failure: Extract<StreamLook, { kind: 'failed' }>['reason'] | null;
  readonly probe: CameraProbe;
}

const none: Measured = { value: Number.NaN, quality: Quality.badNotYetRead };
const lost: Measured = { value: Number.NaN, quality: Quality.badCommFail };
const good = (value: number): Measured => ({ value, quality: Quality.good });

export class CameraProber {
  readonly camera: CameraDevice;
  readonly #options: ProberOptions;
  readonly #measured = new Map<CameraSignal, Measured>();
  readonly #log: CameraProbe[] = [];
  #memory: PictureMemory | null = null;
  #newest: { readonly atMs: number; readonly jpeg: Buffer; readonly state: PictureState } | null = null;
  #information: (DeviceInformation & { readonly profiles: number | null }) | null = null;
  #informationDueMs = 0;
  #recorderDueMs = 0;
  clockOffsetMs: number | null = null;

  constructor(options: ProberOptions) {
    this.#options = options;
    this.camera = options.camera;
  }

  async probe(): Promise<void> {
    const look = await this.#look();
    if (this.#options.signal.aborted) return;
    await Promise.all([this.#askCamera(), this.#askRecorder()]);
    this.#tell(look);
  }

  /** As connection, line of the log, and readings. */
  #tell({ failure, probe }: Look): void {
    const { clock, sink, signal } = this.#options;
    if (signal.aborted) return;
    const { index, probeEveryMs } = this.camera;
    if (failure === null) sink.connection(index, { kind: 'connected' });
    else sink.connection(index, { kind: 'failed', reason: failure, retryInMs: probeEveryMs });
    this.#note({ ...probe, clockOffsetMs: this.clockOffsetMs });
    this.#state(clock.nowMs());
  }

  /** The one thing done by the timer and by people alike, so that a look of a person counts as a look. */
  async #look(): Promise<Look> {
    const { clock, decoder } = this.#options;
    const seen = await this.#visit(null);
    const probe = { atMs: clock.nowMs(), tookMs: seen.tookMs, figures: null, clockOffsetMs: null };
    if (seen.kind === 'failed') {
      this.#measured.set('picture', lost);
      return { failure: seen.reason, probe: { ...probe, outcome: seen.reason, detail: seen.detail } };
    }
    if (seen.kind === 'noPicture') return { failure: null, probe: { ...probe, outcome: this.#saw('noPicture'), detail: '' } };
    const decoding = await decoder.decode(seen.frame, true);
    if (decoding.kind === 'unavailable') {
      // It streams; whether the picture is any good nobody here can tell.
      this.#measured.set('picture', { value: 0, quality: Quality.uncertainInaccurate });
      return { failure: null, probe: { ...probe, outcome: 'unchecked', detail: 'no decoder' } };
    }
    if (decoding.kind === 'failed')
      return { failure: null, probe: { ...probe, outcome: this.#saw('noPicture'), detail: 'cannot be decoded' } };
    const { gray, jpeg } = decoding.picture;
    const verdict = judgePicture(gray, this.#memory, probe.atMs, this.camera.picture);
    this.#memory = verdict.memory;
    if (jpeg !== null) this.#newest = { atMs: probe.atMs, jpeg, state: verdict.state };
    return { failure: null, probe: { ...probe, outcome: this.#saw(verdict.state), detail: '', figures: verdict.figures } };
  }

  #saw(state: PictureState): PictureState {
    this.#measured.set('picture', good(pictureStates.indexOf(state)));
    return state;
  }

  async #visit(recorded: { readonly url: string; readonly atMs: number; readonly user: SignIn | null } | null): Promise<StreamLook> {
    const { clock, signal } = this.#options;
    const { rtsp, user, timeoutMs } = this.camera;
    let credentials: Credentials | null;
    try {
      credentials = await this.#credentials(recorded === null ? user : recorded.user);
    } catch (error) {
      return { kind: 'failed', reason: 'configuration', detail: (error as Error).message, tookMs: 0 };
    }
    return lookAtStream({
      url: recorded?.url ?? rtsp,
      credentials,
      timeoutMs,
      clock,
      signal,
      ...(recorded === null ? {} : { recordedAtMs: recorded.atMs }),
    });
  }

  async #credentials(user: SignIn | null): Promise<Credentials | null> {
    return user === null ? null : { name: user.name, password: await this.#options.readSecret(user) };
  }

  async #askCamera(): Promise<void> {
    const { clock } = this.#options;
    const { onvif, user, timeoutMs } = this.camera;
    if (onvif === null) return;
    let client: OnvifClient;
    try {
      client = new OnvifClient({ url: onvif, credentials: await this.#credentials(user), timeoutMs, clock });
      this.clockOffsetMs = await client.clockOffsetMs();
      this.#measured.set('clockOffset', good(this.clockOffsetMs / 1_000));
    } catch {
      this.clockOffsetMs = null;
      this.#measured.set('clockOffset', lost);
      return;
    }
    if (clock.monotonicMs() < this.#informationDueMs) return;
    // The clock is told to everybody, the make of a device only to whom it lets in.
    const information = await client.deviceInformation().catch(() => null);
    this.#information = information === null ? null : { ...information, profiles: await client.profileCount().catch(() => null) };
    this.#informationDueMs = clock.monotonicMs() + (this.#information === null ? recorderRetryMs : informationEveryMs);
  }

  async #askRecorder(): Promise<void> {
    const { clock } = this.#options;
    if (this.camera.recorder === null || clock.monotonicMs() < this.#recorderDueMs) return;
    const toMs = clock.nowMs() - recorderLagMs;
    try {
      const { spans, earliestMs } = await this.#recorded({ fromMs: toMs - dayMs, toMs });
      this.#measured.set('recordedShare', good((totalMs(unionOf(spans)) / dayMs) * 100));
      this.#measured.set('retention', good(earliestMs === null ? 0 : Math.max(0, (clock.nowMs() - earliestMs) / dayMs)));
      this.#recorderDueMs = clock.monotonicMs() + recorderEveryMs;
    } catch {
      this.#measured.set('recordedShare', lost);
      this.#measured.set('retention', lost);
      this.#recorderDueMs = clock.monotonicMs() + recorderRetryMs;
    }
  }

  async #recorder(): Promise<{ readonly client: OnvifClient; readonly token: string; readonly earliestMs: number | null } | null> {
    const { recorder, timeoutMs } = this.camera;
    if (recorder === null) return null;
    const client = new OnvifClient({
      url: recorder.onvif,
      credentials: await this.#credentials(recorder.user),
      timeoutMs,
      clock: this.#options.clock,
    });
    // A recorder judges the age of a sign-in by its own clock.
    await client.clockOffsetMs();
    const recordings = await client.recordings();
    const found = recorder.recording === null ? recordings[0] : recordings.find(({ token }) => token === recorder.recording);
    if (found === undefined) throw new OnvifError('configuration', `the recorder has no recording ${recorder.recording ?? ''}`.trim());
    return { client, token: found.token, earliestMs: found.earliestMs };
  }

  async #recorded(window: Span): Promise<{ readonly spans: readonly Span[]; readonly earliestMs: number | null }> {
    const recorder = await this.#recorder();
    if (recorder === null) throw new OnvifError('configuration', 'the camera has no recorder');
    return { spans: await recorder.client.recordedSpans(recorder.token, window), earliestMs: recorder.earliestMs };
  }

  #note(probe: CameraProbe): void {
    this.#log.unshift(probe);
    if (this.#log.length > logLength) this.#log.pop();
  }

  #state(nowMs: number): void {
    const { plant, sink } = this.#options;
    const batch = createReadingBatch(plant.pointTable, this.camera.pointIndexes.length);
    for (const pointIndex of this.camera.pointIndexes) {
      const source = plant.points[pointIndex]?.source;
      if (source?.kind !== 'camera') continue;
      const { value, quality } = this.#measured.get(source.signal) ?? none;
      pushReading(batch, pointIndex, nowMs, value, quality);
    }
    sink.readings(batch);
  }

  async picture(maxAgeMs: number, recordedAtMs: number | null): Promise<EngineeringAnswer> {
    if (recordedAtMs !== null) return this.#recordedPicture(recordedAtMs);
    const newest = this.#newest;
    if (newest === null || this.#options.clock.nowMs() - newest.atMs > maxAgeMs) {
      const look = await this.#look();
      this.#tell(look);
      const { failure, probe } = look;
      if (failure !== null) return failed(commandFailureOf(failure), probe.detail);
      if (probe.outcome === 'unchecked') return failed('noDecoder');
    }
    const shown = this.#newest;
    if (shown === null || (shown === newest && this.#options.clock.nowMs() - shown.atMs > maxAgeMs)) return failed('noPicture');
    return { kind: 'cameraPicture', atMs: shown.atMs, jpeg: shown.jpeg.toString('base64'), state: shown.state };
  }

  async #recordedPicture(atMs: number): Promise<EngineeringAnswer> {
    const recorder = await this.#recorder();
    if (recorder === null) return failed('notRecorded', 'no recorder');
    const [span] = await recorder.client.recordedSpans(recorder.token, { fromMs: atMs - 1_000, toMs: atMs + 1_000 });
    if (span === undefined) return failed('notRecorded');
    const url = await recorder.client.replayUri(recorder.token);
    const seen = await this.#visit({ url, atMs, user: this.camera.recorder?.user ?? null });
    if (seen.kind === 'failed') return failed(commandFailureOf(seen.reason), seen.detail);
    if (seen.kind === 'noPicture') return failed('noPicture');
    const decoding = await this.#options.decoder.decode(seen.frame, true);
    if (decoding.kind === 'unavailable') return failed('noDecoder');
    if (decoding.kind === 'failed' || decoding.picture.jpeg === null) return failed('noPicture', 'cannot be decoded');
    return { kind: 'cameraPicture', atMs, jpeg: decoding.picture.jpeg.toString('base64'), state: null };
  }

  async recordings(window: Span): Promise<EngineeringAnswer> {
    const { spans, earliestMs } = await this.#recorded(window);
    return { kind: 'cameraRecordings', earliestMs, spans: spans.map(({ fromMs, toMs }) => ({ fromMs, toMs })) };
  }

  log(): EngineeringAnswer {
    return { kind: 'cameraProbes', device: this.#information, probes: [...this.#log] };
  }
}
