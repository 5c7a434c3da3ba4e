// Decodes key frames in a worker, one after the other. A picture that takes too long ends the worker; the next one gets a new worker.
import { Worker } from 'node:worker_threads';
import { z } from 'zod';
import type { GrayPicture } from '../../domain/cameras/judge-picture.ts';
import type { Clock } from '../../domain/time/clock.ts';
import { decodedHeight, decodedWidth } from './decoded-size.ts';
import type { KeyFrame } from './key-frame.ts';

export interface DecodedPicture {
  readonly gray: GrayPicture;
  readonly jpeg: Buffer | null;
}

/** `failed`: the bytes are no picture. `unavailable`: nothing here could try, which says nothing about the camera. */
export type Decoding =
  | { readonly kind: 'picture'; readonly picture: DecodedPicture }
  | { readonly kind: 'failed' }
  | { readonly kind: 'unavailable' };

export interface PictureDecoder {
  decode(frame: KeyFrame, withJpeg: boolean): Promise<Decoding>;
  stop(): Promise<void>;
}

const messageSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('ready') }),
  z.object({
    kind: z.literal('decoded'),
    id: z.number(),
    levels: z.instanceof(Uint8Array).nullable(),
    jpeg: z.instanceof(Uint8Array).nullable(),
  }),
]);
const longestMs = 15_000;

export function createPictureDecoder(clock: Clock): PictureDecoder {
  return new WorkerDecoder(clock);
}

class WorkerDecoder implements PictureDecoder {
  readonly #clock: Clock;
  #worker: Worker | null = null;
  #isUnavailable = false;
  #isStopped = false;
  #tail: Promise<unknown> = Promise.resolve();
  #next = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  decode(frame: KeyFrame, withJpeg: boolean): Promise<Decoding> {
    const result = this.#tail.then(() => this.#decodeOne(frame, withJpeg));
    this.#tail = result;
    return result;
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#worker?.terminate();
    this.#worker = null;
    await this.#tail;
  }

  #decodeOne(frame: KeyFrame, withJpeg: boolean): Promise<Decoding> {
    if (this.#isStopped) return Promise.resolve({ kind: 'unavailable' });
    if (this.#isUnavailable) return Promise.resolve({ kind: 'unavailable' });
    const isNew = this.#worker === null;
    const worker = this.#worker ?? this.#startWorker();
    this.#next += 1;
    const id = this.#next;
    return new Promise<Decoding>((resolve) => {
      let isReady = !isNew;
      const finish = (decoding: Decoding, isBroken: boolean) => {
        timer.cancel();
        worker.off('exit', onExit).off('message', onMessage);
        if (isBroken) this.#drop(worker);
        resolve(decoding);
      };
      const timer = this.#clock.after(longestMs, () => finish({ kind: 'unavailable' }, true));
      // A worker that cannot even begin has no decoder to run; one that dies at a picture is replaced.
      const onExit = () => {
        this.#isUnavailable ||= !isReady && !this.#isStopped;
        finish({ kind: 'unavailable' }, true);
      };
      const onMessage = (data: unknown) => {
        const message = messageSchema.parse(data);
        if (message.kind === 'ready') isReady = true;
        else if (message.id === id) finish(decodingOf(message.levels, message.jpeg), false);
      };
      worker.on('exit', onExit).on('message', onMessage);
      worker.postMessage({ id, codec: frame.codec, bytes: new Uint8Array(frame.bytes), withJpeg });
    });
  }

  #startWorker(): Worker {
    const worker = new Worker(new URL('./decode-worker.ts', import.meta.url), { execArgv: ['--disable-warning=ExperimentalWarning'] });
    worker.on('error', () => undefined); // it ends, and that is heard
    worker.on('exit', () => this.#drop(worker));
    this.#worker = worker;
    return worker;
  }

  #drop(worker: Worker): void {
    if (this.#worker === worker) this.#worker = null;
    void worker.terminate();
  }
}

function decodingOf(levels: Uint8Array | null, jpeg: Uint8Array | null): Decoding {
  if (levels === null || levels.length < decodedWidth * decodedHeight) return { kind: 'failed' };
  const gray = { width: decodedWidth, height: decodedHeight, levels: levels.subarray(0, decodedWidth * decodedHeight) };
  return { kind: 'picture', picture: { gray, jpeg: jpeg === null ? null : Buffer.from(jpeg) } };
}
