// The four steps of a team in an incident as the phone shows them: done, done but unsent, next, or later. Pure.
import type { IncidentView } from '../../../domain/api/incident-api.ts';
import type { QueuedAction } from '../queue/queued-action.ts';

export const teamSteps = ['onTheWay', 'arrive', 'control', 'restore'] as const;
export type TeamStep = (typeof teamSteps)[number];

export type StepState =
  /** `atMs` null where only later news of the person is known. */
  | { readonly kind: 'done'; readonly atMs: number | null; readonly by: string | null }
  | { readonly kind: 'unsent'; readonly atMs: number }
  /** The one to press now. */
  | { readonly kind: 'next' }
  | { readonly kind: 'later' };

type Known = Pick<IncidentView, 'team' | 'milestones' | 'timeline'>;

const onTheWayOrFurther: ReadonlySet<string> = new Set(['onTheWay', 'onSite', 'left']);
const onSiteOrFurther: ReadonlySet<string> = new Set(['onSite', 'left']);

/** On the way and arrived are of the person himself; under control and restored are of the incident, whoever reported it. */
export function stepStates(incident: Known, username: string, waiting: readonly QueuedAction[]): Readonly<Record<TeamStep, StepState>> {
  const unsent = new Map<TeamStep, number>();
  for (const { deed, madeAtMs } of waiting) {
    if (deed.kind !== 'incident') continue;
    const step = teamSteps.find((name) => name === deed.step.kind);
    if (step !== undefined) unsent.set(step, madeAtMs);
    // What was under control is so no more.
    if (deed.step.kind === 'relapse') for (const undone of ['control', 'restore'] as const) unsent.delete(undone);
  }
  const isRelapseUnsent = waiting.some(({ deed }) => deed.kind === 'incident' && deed.step.kind === 'relapse');
  const me = incident.team.find((member) => member.username === username);
  const reached: Readonly<Record<TeamStep, { readonly atMs: number | null; readonly by: string | null } | null>> = {
    onTheWay: me !== undefined && onTheWayOrFurther.has(me.state) ? { atMs: saidAtMs(incident, username, 'onTheWay'), by: null } : null,
    arrive: me !== undefined && onSiteOrFurther.has(me.state) ? { atMs: saidAtMs(incident, username, 'arrive'), by: null } : null,
    control: isRelapseUnsent ? null : milestone(incident.milestones.controlled),
    restore: isRelapseUnsent ? null : milestone(incident.milestones.restored),
  };
  const known = (step: TeamStep): StepState | null => {
    const done = reached[step];
    if (done !== null) return { kind: 'done', ...done };
    const atMs = unsent.get(step);
    return atMs === undefined ? null : { kind: 'unsent', atMs };
  };
  // Who arrived was on his way, whether or not he said so: the step to press is the one after the furthest.
  const furthest = teamSteps.findLastIndex((step) => known(step) !== null);
  const states = teamSteps.map((step, index): [TeamStep, StepState] => [
    step,
    known(step) ?? (index === furthest + 1 ? { kind: 'next' } : { kind: 'later' }),
  ]);
  return Object.fromEntries(states) as Record<TeamStep, StepState>;
}

function milestone(reached: IncidentView['milestones']['controlled']): { readonly atMs: number; readonly by: string } | null {
  return reached === null ? null : { atMs: reached.atMs, by: reached.by.displayName };
}

/** When the person last said so himself, or another for him. */
function saidAtMs(incident: Known, username: string, step: TeamStep): number | null {
  let atMs: number | null = null;
  for (const entry of incident.timeline) {
    if (entry.source !== 'incident' || entry.event.kind !== step) continue;
    const who = 'person' in entry.event && entry.event.person !== null ? entry.event.person : entry.event.by;
    if (who?.username === username) atMs = entry.event.atMs;
  }
  return atMs;
}
