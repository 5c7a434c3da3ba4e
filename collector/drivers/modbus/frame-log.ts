// The last frames of one line, as they were on the wire, for an engineer who looks. Fixed size; nothing is formatted until somebody asks.
import type { Clock } from '../../../domain/time/clock.ts';
import type { Framing, OnFrame } from './guarded-port.ts';

export interface LoggedFrame {
  readonly atMs: number;
  readonly direction: 'sent' | 'received' | 'refused';
  readonly bytes: Buffer;
}

const keptFrames = 64;
/** A frame is at most 260 bytes; what a faulty device sends instead may be anything. */
const keptBytes = 300;

export class FrameLog {
  readonly #clock: Clock;
  readonly framing: Framing;
  readonly #ring: LoggedFrame[] = [];
  #next = 0;

  constructor(clock: Clock, framing: Framing) {
    this.#clock = clock;
    this.framing = framing;
  }

  readonly note: OnFrame = (direction, bytes) => {
    this.#ring[this.#next] = { atMs: this.#clock.nowMs(), direction, bytes: Buffer.from(bytes.subarray(0, keptBytes)) };
    this.#next = (this.#next + 1) % keptFrames;
  };

  /** Oldest first, of one unit only; what was refused may be of any. */
  ofUnit(unitId: number): readonly LoggedFrame[] {
    const place = this.framing === 'tcp' ? 6 : 0;
    const inOrder = [...this.#ring.slice(this.#next), ...this.#ring.slice(0, this.#next)];
    return inOrder.filter(({ direction, bytes }) => direction === 'refused' || bytes[place] === unitId);
  }
}
