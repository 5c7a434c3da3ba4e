// Journal lines about obligations and certificates in words.
import type { JournalEntry } from '../../domain/journal/journal-entry.ts';
import { findingCauses, obligationStates } from '../../domain/obligations/obligation.ts';
import { causeWords, stateWords } from '../../domain/obligations/obligation-words.ts';
import { useWords } from '../language/language.ts';

/** Null where the line is not about an obligation, or is of a form that this page does not know. */
export function useObligationJournal(): (entry: JournalEntry) => string | null {
  const { t, text } = useWords();
  const stateText = (value: unknown): string => {
    const state = obligationStates.find((candidate) => candidate === value);
    return state === undefined ? '—' : text(stateWords[state]);
  };
  return ({ kind, detail }) => {
    if (kind === 'obligation.begin') {
      const count = (name: string): string => String(detail[name] ?? 0);
      return t('obligations.journalBegin', {
        met: count('met'),
        atRisk: count('atRisk'),
        breached: count('breached'),
        notMeasured: count('notMeasured'),
      });
    }
    if (kind === 'obligation.state') {
      const cause = findingCauses.find((candidate) => candidate === detail.cause);
      return [
        t('obligations.journalText', {
          obligation: String(detail.obligation ?? detail.obligationId ?? ''),
          before: stateText(detail.before),
          state: stateText(detail.state),
        }),
        ...(cause === undefined ? [] : [text(causeWords[cause])]),
        ...(typeof detail.subject === 'string' && detail.subject !== '' ? [detail.subject] : []),
      ].join(' · ');
    }
    if (kind === 'contacts.call') {
      const unreachable = Array.isArray(detail.unreachable) ? detail.unreachable.map(String) : [];
      const said = typeof detail.note === 'string' && detail.note !== '' ? [detail.note] : [];
      const result =
        unreachable.length === 0
          ? t('obligations.contacts.reached')
          : t('obligations.contacts.notReached', { numbers: unreachable.join(', ') });
      return [result, ...said].join(' · ');
    }
    if (kind.startsWith('certificate.'))
      return [detail.holder, detail.title, detail.number, detail.reason]
        .filter((part): part is string => typeof part === 'string' && part !== '')
        .join(' · ');
    return null;
  };
}
