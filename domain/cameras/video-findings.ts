// What the records of a camera mean for the obligation of video surveillance. Pure; rules CA10 to CA14 of domain/cameras/RULES.md.
import { type Finding, findingIn, type ObligationWindow } from '../obligations/obligation.ts';
import { type Span, unionOf, without } from '../obligations/spans.ts';

export const cameraAspects = ['picture', 'clock', 'retention'] as const;
export type CameraAspect = (typeof cameraAspects)[number];

/** A stretch in which every look found the same. `toMs`: the last look, or the one that found something else. */
export interface CameraRun extends Span {
  readonly aspect: CameraAspect;
  readonly state: string;
}

export interface RecordedDay extends Span {
  /** Share of the time that is over and that the recorder was asked for; null where it was not heard. */
  readonly share: number | null;
}

export interface CameraRecords {
  readonly id: string;
  readonly darkAfterMs: number;
  /** Two looks further apart than this leave time in which nobody looked. */
  readonly lookedEveryMs: number;
  readonly hasRecorder: boolean;
  readonly runs: readonly CameraRun[];
  readonly days: readonly RecordedDay[];
}

export const recordedShareWanted = 0.99;

export function videoFindings(records: CameraRecords, span: Span): Finding[] {
  // As it was at the end of the period, whenever it is asked for: what was found later changes nothing of it.
  const runs = records.runs.filter(({ fromMs }) => fromMs < span.toMs).map((run) => ({ ...run, toMs: Math.min(run.toMs, span.toMs) }));
  const camera = { ...records, runs };
  const window: ObligationWindow = { ...span, plannedToMs: span.toMs, nowMs: span.toMs };
  return [
    ...darkTime(camera, window),
    ...timeNotLooked(camera, window),
    ...recordingGaps(camera, window),
    ...longRuns(camera, 'retention', 'short', 0).flatMap((run) => findingOf(camera, window, run, 'breached', 'retentionShort')),
    ...longRuns(camera, 'clock', 'off', camera.darkAfterMs).flatMap((run) => findingOf(camera, window, run, 'atRisk', 'cameraClockOff')),
  ];
}

function darkTime(camera: CameraRecords, window: ObligationWindow): Finding[] {
  const dark = camera.runs.filter(({ aspect, state }) => aspect === 'picture' && state !== 'good' && state !== 'unchecked');
  return joined(dark, camera.lookedEveryMs).flatMap((span) => {
    const toMs = lastsTo(camera, span, window);
    const states = [...new Set(dark.filter((run) => run.fromMs < span.toMs + 1 && run.toMs >= span.fromMs).map(({ state }) => state))];
    const detail = { states: states.join(', ') };
    const lastedMs = span.toMs - span.fromMs;
    const finding = { cause: 'cameraDark', subject: camera.id, fromMs: span.fromMs, toMs, detail } as const;
    if (lastedMs > camera.darkAfterMs) return findingIn(window, { state: 'breached', ...finding }); // [CA10]
    return toMs === null && lastedMs >= camera.darkAfterMs / 2 ? findingIn(window, { state: 'atRisk', ...finding }) : [];
  });
}

function timeNotLooked(camera: CameraRecords, window: ObligationWindow): Finding[] {
  const pictures = camera.runs.filter(({ aspect }) => aspect === 'picture');
  const looked = pictures.map(({ fromMs, toMs }) => ({ fromMs, toMs: toMs + camera.lookedEveryMs }));
  const firstMs = pictures[0]?.fromMs ?? window.toMs;
  const unchecked = joined(
    pictures.filter(({ state }) => state === 'unchecked'),
    camera.lookedEveryMs,
  );
  return [
    ...without([window], looked).flatMap(({ fromMs, toMs }) =>
      findingIn(window, {
        state: 'notMeasured',
        cause: fromMs < firstMs ? 'beforeRecords' : 'cameraNotLookedAt', // [CA11]
        subject: camera.id,
        fromMs,
        toMs: toMs >= window.toMs ? null : toMs,
      }),
    ),
    ...unchecked.flatMap((span) => findingOf(camera, window, span, 'notMeasured', 'pictureUnchecked')),
  ];
}

function recordingGaps(camera: CameraRecords, window: ObligationWindow): Finding[] {
  const whole = { subject: camera.id, fromMs: window.fromMs, toMs: null };
  if (!camera.hasRecorder) return findingIn(window, { state: 'notMeasured', cause: 'noRecorder', ...whole });
  const unknown = without(
    [window],
    camera.days.filter(({ share }) => share !== null),
  ).map(({ fromMs, toMs }): Span => ({ fromMs, toMs }));
  const lastKnownMs = Math.max(window.fromMs, ...camera.days.filter(({ share }) => share !== null).map(({ toMs }) => toMs));
  return [
    ...camera.days.flatMap(({ share, fromMs, toMs }) =>
      share === null || share >= recordedShareWanted
        ? []
        : findingIn(window, {
            state: 'breached', // [CA12]
            cause: 'recordingGaps',
            subject: camera.id,
            fromMs,
            toMs: toMs >= lastKnownMs && window.toMs - toMs < recorderHeardWithinMs ? null : toMs,
            detail: { recorded: Math.floor(share * 1_000) / 10 },
          }),
    ),
    // The newest hours are asked for now and again, not every minute.
    ...unknown
      .filter(({ fromMs, toMs }) => !(toMs >= window.toMs && toMs - fromMs < recorderHeardWithinMs))
      .flatMap(({ fromMs, toMs }) =>
        findingIn(window, {
          state: 'notMeasured',
          cause: 'recordingUnknown',
          subject: camera.id,
          fromMs,
          toMs: toMs >= window.toMs ? null : toMs,
        }),
      ),
  ];
}

const recorderHeardWithinMs = 3 * 3_600_000;

function longRuns(camera: CameraRecords, aspect: CameraAspect, state: string, longerThanMs: number): Span[] {
  return joined(
    camera.runs.filter((run) => run.aspect === aspect && run.state === state),
    camera.lookedEveryMs,
  ).filter((span) => span.toMs - span.fromMs >= longerThanMs);
}

function findingOf(
  camera: CameraRecords,
  window: ObligationWindow,
  span: Span,
  state: Finding['state'],
  cause: Finding['cause'],
): Finding[] {
  return findingIn(window, { state, cause, subject: camera.id, fromMs: span.fromMs, toMs: lastsTo(camera, span, window) });
}

/** Null: as far as the looks tell, it goes on. */
function lastsTo(camera: CameraRecords, span: Span, window: ObligationWindow): number | null {
  return span.toMs + camera.lookedEveryMs >= window.toMs ? null : span.toMs;
}

/** Runs that follow each other without a look missed between are one stretch. */
function joined(runs: readonly Span[], lookedEveryMs: number): Span[] {
  return unionOf(runs.map(({ fromMs, toMs }) => ({ fromMs, toMs: Math.max(toMs, fromMs + 1) + lookedEveryMs }))).map(
    ({ fromMs, toMs }) => ({
      fromMs,
      toMs: toMs - lookedEveryMs,
    }),
  );
}
