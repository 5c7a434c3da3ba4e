// What is wrong with which simulated camera, and since when; and what was never recorded. Set by scenarios and tests, read by the sockets.

export const cameraFaultKinds = [
  'black',
  'covered',
  'blurred',
  'frozen',
  'clock',
  'noRecording',
  'wrongPassword',
  'silent',
  'refuse',
  'noPicture',
] as const;
export type CameraFaultKind = (typeof cameraFaultKinds)[number];

export interface RecordedSpan {
  readonly fromMs: number;
  readonly toMs: number;
}

export class CameraFaults {
  readonly #since = new Map<string, Map<CameraFaultKind, number>>();
  readonly #gaps = new Map<string, RecordedSpan[]>();

  begin(cameraId: string, kind: CameraFaultKind, atMs: number): void {
    const own = this.#since.get(cameraId) ?? new Map<CameraFaultKind, number>();
    if (!own.has(kind)) own.set(kind, atMs);
    this.#since.set(cameraId, own);
  }

  end(cameraId: string, kind: CameraFaultKind, atMs: number): void {
    const fromMs = this.sinceMs(cameraId, kind);
    this.#since.get(cameraId)?.delete(kind);
    if (kind === 'noRecording' && fromMs !== null) this.addGap(cameraId, { fromMs, toMs: atMs });
  }

  has(cameraId: string, kind: CameraFaultKind): boolean {
    return this.sinceMs(cameraId, kind) !== null;
  }

  sinceMs(cameraId: string, kind: CameraFaultKind): number | null {
    return this.#since.get(cameraId)?.get(kind) ?? null;
  }

  /** A stretch of the past that was not recorded. */
  addGap(cameraId: string, gap: RecordedSpan): void {
    this.#gaps.set(cameraId, [...(this.#gaps.get(cameraId) ?? []), gap]);
  }

  /** In order, up to now. */
  recordedSpans(cameraId: string, fromMs: number, nowMs: number): RecordedSpan[] {
    const stoppedMs = this.sinceMs(cameraId, 'noRecording');
    const gaps = [...(this.#gaps.get(cameraId) ?? []), ...(stoppedMs === null ? [] : [{ fromMs: stoppedMs, toMs: nowMs }])];
    const spans: RecordedSpan[] = [];
    let beginMs = fromMs;
    for (const gap of gaps.toSorted((one, other) => one.fromMs - other.fromMs)) {
      if (gap.fromMs > beginMs) spans.push({ fromMs: beginMs, toMs: gap.fromMs });
      beginMs = Math.max(beginMs, gap.toMs);
    }
    if (beginMs < nowMs) spans.push({ fromMs: beginMs, toMs: nowMs });
    return spans;
  }
}
