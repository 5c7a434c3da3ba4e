// Looks at every camera of this collector every half minute, a few at a time, and states what it found as readings: picture, clock, recording.
// Also answers what the server asks: a picture now or of a recorded moment, the recorded stretches, how the last looks went.
import type { CameraCommand } from '../../domain/messages/camera-command.ts';
import type { EngineeringAnswer } from '../../domain/messages/engineering-command.ts';
import type { CameraDevice, Plant } from '../../domain/plant/plant.ts';
import type { Clock, TimerHandle } from '../../domain/time/clock.ts';
import type { DriverSink } from '../drivers/driver.ts';
import { commandFailureOf, failed } from './camera-failure.ts';
import { CameraProber, type ReadSecret } from './camera-prober.ts';
import { OnvifError } from './onvif-client.ts';
import { createPictureDecoder, type PictureDecoder } from './picture-decoder.ts';

export interface CameraWatchOptions {
  readonly plant: Plant;
  readonly cameras: readonly CameraDevice[];
  readonly sink: DriverSink;
  readonly clock: Clock;
  readonly log: { warn(fields: object, message: string): void };
  readonly random: () => number;
  readonly readSecret: ReadSecret;
  readonly decoder?: PictureDecoder;
}

export interface CameraWatch {
  start(): void;
  stop(): Promise<void>;
  answer(command: CameraCommand): Promise<EngineeringAnswer>;
  clockOffsetMs(deviceIndex: number): number | null;
}

/** Looks of the timer under way at once: so many that a fourth of all cameras may hang without the others being looked at too late. */
const placesFor = (cameras: number) => Math.max(4, Math.min(32, Math.ceil(cameras / 8)));
/** What people ask for has places of its own: nobody waits behind cameras that hang. */
const placesForPeople = 8;
/** The first look comes soon after the start, but not of all cameras at once. */
const firstWithinMs = 5_000;

export function createCameraWatch(options: CameraWatchOptions): CameraWatch {
  const { clock, random, cameras } = options;
  const decoder = options.decoder ?? createPictureDecoder(clock);
  const stopping = new AbortController();
  const places = new Places(placesFor(cameras.length));
  const peoplesPlaces = new Places(placesForPeople);
  const probers = cameras.map((camera) => new CameraProber({ ...options, camera, decoder, signal: stopping.signal }));
  const timers = new Map<CameraProber, TimerHandle>();
  const working = new Set<Promise<void>>();

  const later = (prober: CameraProber, delayMs: number) => {
    if (stopping.signal.aborted) return;
    timers.set(
      prober,
      clock.after(delayMs, () => {
        const work = places
          .use(() => prober.probe())
          .catch((error: unknown) =>
            options.log.warn({ err: error, camera: prober.camera.id }, 'a look at a camera failed in a way that was not foreseen'),
          )
          .finally(() => {
            working.delete(work);
            // A tenth of jitter: cameras of one recorder are not asked in step for ever.
            later(prober, prober.camera.probeEveryMs * (0.95 + 0.1 * random()));
          });
        working.add(work);
      }),
    );
  };

  return {
    start() {
      for (const prober of probers) later(prober, random() * Math.min(firstWithinMs, prober.camera.probeEveryMs));
    },
    async stop() {
      stopping.abort();
      for (const timer of timers.values()) timer.cancel();
      await Promise.all(working);
      await decoder.stop();
    },
    async answer(command) {
      const prober = probers.find(({ camera }) => camera.id === command.deviceId);
      if (prober === undefined) return failed('unknownDevice');
      try {
        switch (command.kind) {
          case 'cameraPicture':
            return await peoplesPlaces.use(() => prober.picture(command.maxAgeMs, command.recordedAtMs));
          case 'cameraRecordings':
            return await peoplesPlaces.use(() => prober.recordings(command));
          case 'cameraProbes':
            return prober.log();
        }
      } catch (error) {
        if (error instanceof OnvifError) return failed(commandFailureOf(error.reason), error.message);
        throw error;
      }
    },
    clockOffsetMs: (deviceIndex) => probers.find(({ camera }) => camera.index === deviceIndex)?.clockOffsetMs ?? null,
  };
}

/** So many at once; the others wait in order. */
class Places {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(count: number) {
    this.#free = count;
  }

  async use<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free += 1;
      else next();
    }
  }
}
