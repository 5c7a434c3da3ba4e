// Arithmetic of stretches of time: half-open, from the first moment to the first that is not in it. Pure; knows nothing of obligations.
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** In order, without overlaps; what touches is joined, what is empty is left out. */
export function unionOf(spans: readonly Span[]): Span[] {
  const sorted = spans.filter((span) => span.toMs > span.fromMs).toSorted((one, other) => one.fromMs - other.fromMs);
  const joined: Span[] = [];
  for (const span of sorted) {
    const last = joined.at(-1);
    if (last === undefined || span.fromMs > last.toMs) joined.push({ fromMs: span.fromMs, toMs: span.toMs });
    else if (span.toMs > last.toMs) joined[joined.length - 1] = { fromMs: last.fromMs, toMs: span.toMs };
  }
  return joined;
}

export function clip(span: Span, window: Span): Span | null {
  const fromMs = Math.max(span.fromMs, window.fromMs);
  const toMs = Math.min(span.toMs, window.toMs);
  return toMs > fromMs ? { fromMs, toMs } : null;
}

/** What lies in both. */
export function intersectionOf(one: readonly Span[], other: readonly Span[]): Span[] {
  const left = unionOf(one);
  const right = unionOf(other);
  const shared: Span[] = [];
  let position = 0;
  for (const span of left) {
    while (position < right.length && (right[position]?.toMs ?? 0) <= span.fromMs) position += 1;
    for (let next = position; next < right.length; next += 1) {
      const candidate = right[next];
      if (candidate === undefined || candidate.fromMs >= span.toMs) break;
      const both = clip(candidate, span);
      if (both !== null) shared.push(both);
    }
  }
  return shared;
}

/** What of `spans` lies in none of `taken`. */
export function without(spans: readonly Span[], taken: readonly Span[]): Span[] {
  const holes = unionOf(taken);
  const left: Span[] = [];
  let position = 0;
  for (const span of unionOf(spans)) {
    let { fromMs } = span;
    while (position < holes.length && (holes[position]?.toMs ?? 0) <= span.fromMs) position += 1;
    for (let next = position; next < holes.length; next += 1) {
      const hole = holes[next];
      if (hole === undefined || hole.fromMs >= span.toMs) break;
      if (hole.fromMs > fromMs) left.push({ fromMs, toMs: hole.fromMs });
      fromMs = Math.max(fromMs, hole.toMs);
    }
    if (fromMs < span.toMs) left.push({ fromMs, toMs: span.toMs });
  }
  return left;
}

/** Of spans that do not overlap. */
export function totalMs(spans: readonly Span[]): number {
  return spans.reduce((sum, span) => sum + span.toMs - span.fromMs, 0);
}
