// The life of a draft of alarm setting changes as one pure function: open → submitted → approved or rejected; withdrawn by its proposer. Rules: RULES.md.
import type { SettingDifference } from '../../domain/alarm-settings/alarm-settings.ts';
import { exhaustive } from '../../domain/exhaustive.ts';

export const draftStates = ['open', 'submitted', 'approved', 'rejected', 'withdrawn'] as const;
export type DraftState = (typeof draftStates)[number];

export interface Person {
  readonly username: string;
  readonly displayName: string;
}

export interface DraftRow {
  readonly alarmId: string;
  /** `from` is the value in force that the row starts from. */
  readonly differences: readonly SettingDifference[];
}

export interface Draft {
  readonly id: string;
  readonly state: DraftState;
  readonly version: number;
  readonly source: 'edit' | 'import';
  readonly fileName: string | null;
  readonly reason: string;
  readonly rows: readonly DraftRow[];
  readonly proposedBy: Person;
  readonly createdAtMs: number;
  readonly changedAtMs: number;
  readonly submittedAtMs: number | null;
  readonly decidedBy: Person | null;
  readonly decidedAtMs: number | null;
  readonly decisionComment: string | null;
  /** Number of the version that the approval made. */
  readonly appliedVersion: number | null;
}

export type DraftEvent =
  | { readonly kind: 'edit'; readonly by: Person; readonly atMs: number; readonly reason: string; readonly rows: readonly DraftRow[] }
  | { readonly kind: 'submit'; readonly by: Person; readonly atMs: number }
  | { readonly kind: 'recall'; readonly by: Person; readonly atMs: number }
  | { readonly kind: 'withdraw'; readonly by: Person; readonly atMs: number }
  | {
      readonly kind: 'approve';
      readonly by: Person;
      readonly atMs: number;
      readonly comment: string | null;
      readonly appliedVersion: number;
    }
  | { readonly kind: 'reject'; readonly by: Person; readonly atMs: number; readonly comment: string };

/** What the rules need to know of the settings in force. */
export interface DraftFacts {
  readonly errors: number;
  readonly conflicts: number;
}

export type DraftRefusal =
  | 'notTheProposer'
  | 'notOpen'
  | 'notSubmitted'
  | 'alreadyDecided'
  | 'noChanges'
  | 'reasonRequired'
  | 'hasErrors'
  | 'hasConflicts'
  | 'approverMustBeAnother'
  | 'commentRequired';

export type DraftTransition =
  | { readonly kind: 'changed'; readonly draft: Draft }
  | { readonly kind: 'refused'; readonly reason: DraftRefusal };

export function newDraft(facts: {
  readonly id: string;
  readonly source: Draft['source'];
  readonly fileName: string | null;
  readonly reason: string;
  readonly rows: readonly DraftRow[];
  readonly by: Person;
  readonly atMs: number;
}): Draft {
  return {
    id: facts.id,
    state: 'open',
    version: 1,
    source: facts.source,
    fileName: facts.fileName,
    reason: facts.reason,
    rows: facts.rows,
    proposedBy: facts.by,
    createdAtMs: facts.atMs,
    changedAtMs: facts.atMs,
    submittedAtMs: null,
    decidedBy: null,
    decidedAtMs: null,
    decisionComment: null,
    appliedVersion: null,
  };
}

export function applyDraftEvent(draft: Draft, event: DraftEvent, facts: DraftFacts): DraftTransition {
  const refused = (reason: DraftRefusal): DraftTransition => ({ kind: 'refused', reason });
  const changed = (change: Partial<Draft>): DraftTransition => ({
    kind: 'changed',
    draft: { ...draft, ...change, version: draft.version + 1, changedAtMs: event.atMs },
  });
  if (draft.state !== 'open' && draft.state !== 'submitted') return refused('alreadyDecided');
  const isProposer = event.by.username === draft.proposedBy.username;
  switch (event.kind) {
    case 'edit':
      if (!isProposer) return refused('notTheProposer');
      if (draft.state !== 'open') return refused('notOpen');
      return changed({ reason: event.reason, rows: event.rows });
    case 'submit':
      if (!isProposer) return refused('notTheProposer');
      if (draft.state !== 'open') return refused('notOpen');
      if (draft.rows.length === 0) return refused('noChanges');
      if (draft.reason === '') return refused('reasonRequired');
      if (facts.conflicts > 0) return refused('hasConflicts');
      if (facts.errors > 0) return refused('hasErrors');
      return changed({ state: 'submitted', submittedAtMs: event.atMs });
    case 'recall':
      if (!isProposer) return refused('notTheProposer');
      if (draft.state !== 'submitted') return refused('notSubmitted');
      return changed({ state: 'open', submittedAtMs: null });
    case 'withdraw':
      return isProposer ? changed({ state: 'withdrawn' }) : refused('notTheProposer');
    case 'approve':
      if (draft.state !== 'submitted') return refused('notSubmitted');
      if (isProposer) return refused('approverMustBeAnother');
      if (facts.conflicts > 0) return refused('hasConflicts');
      if (facts.errors > 0) return refused('hasErrors');
      return changed({
        state: 'approved',
        decidedBy: event.by,
        decidedAtMs: event.atMs,
        decisionComment: event.comment,
        appliedVersion: event.appliedVersion,
      });
    case 'reject':
      if (draft.state !== 'submitted') return refused('notSubmitted');
      if (isProposer) return refused('approverMustBeAnother');
      if (event.comment === '') return refused('commentRequired');
      return changed({ state: 'rejected', decidedBy: event.by, decidedAtMs: event.atMs, decisionComment: event.comment });
    default:
      return exhaustive(event, 'draft event');
  }
}
