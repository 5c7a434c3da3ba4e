// For tests: people, a finding, five settled parts, and a hazard brought to a state by its own steps.
import type { Person } from '../incidents/incident.ts';
import type { FiveSettled, HazardEvent, HazardFinding, HazardGrade, HazardRecord } from './hazard.ts';
import { evolve, type LaterEvent, openRecord, refusalOf } from './hazard-machine.ts';

export const wang: Person = { username: 'wang', displayName: '王敏' };
export const li: Person = { username: 'li', displayName: '李强' };
export const chen: Person = { username: 'chen', displayName: '陈晨' };
export const zhao: Person = { username: 'zhao', displayName: '赵刚' };

export const finding: HazardFinding = {
  stationId: 'RS-01',
  pointId: null,
  place: '进站阀门井',
  description: '法兰渗漏',
  source: 'inspection',
  foundBy: '王敏',
  foundOn: '2026-06-01',
  proposedGrade: null,
  link: null,
};

export const allFive: FiveSettled = {
  responsible: { username: 'wang', name: '王敏' },
  measure: '更换垫片',
  fundsYuan: 800,
  deadline: '2026-06-20',
  contingency: '停用该支路，改由旁路供气',
};

export const today = '2026-06-02';
export const atMs = Date.UTC(2026, 5, 2, 2);

type Bare<Event> = Event extends HazardEvent ? Omit<Event, 'atMs' | 'by'> : never;
export type Given = readonly [Bare<LaterEvent>, Person | null];

export function opened(more: Partial<HazardFinding> = {}): HazardRecord {
  return openRecord('h1', { kind: 'report', atMs, by: wang, number: 'YH-2026-0001', finding: { ...finding, ...more } });
}

export function refusal(record: HazardRecord, step: Bare<LaterEvent>, by: Person | null, day = today): string | null {
  return refusalOf(record, { ...step, atMs, by } as LaterEvent, day);
}

/** Takes the step; throws where a rule refuses it. */
export function after(record: HazardRecord, step: Bare<LaterEvent>, by: Person | null = li): HazardRecord {
  const event = { ...step, atMs, by } as LaterEvent;
  const reason = refusalOf(record, event, today);
  if (reason !== null) throw new Error(`${step.kind} from ${record.state}: ${reason}`);
  return evolve(record, event);
}

export const confirmOf = (grade: HazardGrade) =>
  ({ kind: 'confirm', grade, basis: '按判定标准', supervisedBy: grade === 'major' ? '安全总监' : null }) as const;

export function rectifying(grade: HazardGrade = 'ordinary', settled = allFive): HazardRecord {
  return after(after(after(opened(), confirmOf(grade)), { kind: 'plan', settled, reason: null }), { kind: 'start' }, wang);
}

export function submitted(grade: HazardGrade = 'ordinary'): HazardRecord {
  return after(rectifying(grade), { kind: 'submit', result: '垫片已换，检漏合格' }, zhao);
}
