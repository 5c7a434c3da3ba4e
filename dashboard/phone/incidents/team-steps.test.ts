import { describe, expect, test } from 'vitest';
import type { QueuedAction } from '../queue/queued-action.ts';
import { stepStates, teamSteps } from './team-steps.ts';

type Known = Parameters<typeof stepStates>[0];
const reached = (displayName: string) => ({ atMs: 50, receivedAtMs: 60, by: { username: 'x', displayName } });
const nothing: Known = {
  team: [],
  milestones: { acknowledged: null, dispatched: null, onSite: null, controlled: null, restored: null },
  timeline: [],
};
const member = (state: 'called' | 'onTheWay' | 'onSite' | 'left', username = 'team'): Known['team'][number] => ({
  username,
  displayName: username,
  state,
  atMs: 40,
  position: null,
  positionAtMs: null,
});
const queued = (kind: 'onTheWay' | 'arrive' | 'control' | 'restore' | 'relapse' | 'note', madeAtMs = 70): QueuedAction => ({
  actionId: '00000000-0000-4000-8000-000000000001',
  username: 'team',
  displayName: '赵刚',
  madeAtMs,
  stationId: 'RS-01',
  deed: {
    kind: 'incident',
    incidentId: 'i',
    number: 'I-1',
    step: kind === 'relapse' ? { kind, reason: 'r' } : kind === 'note' ? { kind, text: 't' } : { kind },
    position: null,
  },
  state: { kind: 'waiting' },
});
const kinds = (incident: Known, waiting: readonly QueuedAction[] = []) =>
  teamSteps.map((step) => stepStates(incident, 'team', waiting)[step].kind);

describe('the four buttons', () => {
  test('one after the other is the next', () => {
    expect(kinds(nothing)).toEqual(['next', 'later', 'later', 'later']);
    expect(kinds({ ...nothing, team: [member('called')] })).toEqual(['next', 'later', 'later', 'later']);
    expect(kinds({ ...nothing, team: [member('onTheWay')] })).toEqual(['done', 'next', 'later', 'later']);
    expect(kinds({ ...nothing, team: [member('onSite')] })).toEqual(['done', 'done', 'next', 'later']);
    const controlled = { ...nothing.milestones, controlled: reached('赵刚') };
    expect(kinds({ ...nothing, team: [member('onSite')], milestones: controlled })).toEqual(['done', 'done', 'done', 'next']);
    expect(kinds({ ...nothing, team: [member('left')], milestones: { ...controlled, restored: reached('赵刚') } })).toEqual([
      'done',
      'done',
      'done',
      'done',
    ]);
  });

  test('a colleague on site does not put oneself there', () => {
    expect(kinds({ ...nothing, team: [member('onSite', 'other')] })).toEqual(['next', 'later', 'later', 'later']);
  });

  test('each step has its own time, and none where only later news is known', () => {
    const said = (kind: 'onTheWay' | 'arrive', atMs: number, by = 'team'): Known['timeline'][number] => ({
      source: 'incident',
      position: atMs,
      isAddendum: false,
      event: {
        kind,
        atMs,
        receivedAtMs: atMs,
        statedAtMs: atMs,
        by: { username: by, displayName: by },
        actionId: null,
        position: null,
        person: null,
        comment: null,
      },
    });
    const incident = { ...nothing, team: [member('onSite')], timeline: [said('onTheWay', 30, 'other'), said('arrive', 40)] };
    expect(stepStates(incident, 'team', []).onTheWay).toEqual({ kind: 'done', atMs: null, by: null });
    expect(stepStates(incident, 'team', []).arrive).toEqual({ kind: 'done', atMs: 40, by: null });
    const both = { ...incident, timeline: [said('onTheWay', 20), ...incident.timeline] };
    expect(stepStates(both, 'team', []).onTheWay).toEqual({ kind: 'done', atMs: 20, by: null });
  });

  test('what another reported under control is done for all, and who did it is told', () => {
    const incident = { ...nothing, milestones: { ...nothing.milestones, controlled: reached('王敏') } };
    expect(stepStates(incident, 'team', []).control).toEqual({ kind: 'done', atMs: 50, by: '王敏' });
    expect(kinds(incident)).toEqual(['later', 'later', 'done', 'next']);
  });

  test('unsent counts for the next, and is shown as unsent with its time', () => {
    expect(kinds(nothing, [queued('onTheWay'), queued('note'), queued('arrive')])).toEqual(['unsent', 'unsent', 'next', 'later']);
    expect(stepStates(nothing, 'team', [queued('arrive', 99)]).arrive).toEqual({ kind: 'unsent', atMs: 99 });
  });

  test('a relapse that is still on the phone asks for control again', () => {
    const incident = { ...nothing, team: [member('onSite')], milestones: { ...nothing.milestones, controlled: reached('赵刚') } };
    expect(kinds(incident, [queued('relapse')])).toEqual(['done', 'done', 'next', 'later']);
    expect(kinds(incident, [queued('relapse'), queued('control')])).toEqual(['done', 'done', 'unsent', 'next']);
  });
});
