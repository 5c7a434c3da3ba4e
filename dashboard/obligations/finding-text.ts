// A finding in words: what it is about, and the figures of its detail. A figure that this page does not know is left to its cause.
import { useMemo } from 'react';
import type { Finding } from '../../domain/obligations/obligation.ts';
import { causeWords } from '../../domain/obligations/obligation-words.ts';
import { useWords } from '../language/language.ts';
import { useZone } from '../session/plant-context.tsx';
import { formatDate } from '../time/plant-time.ts';
import { usePointById } from '../values/all-points.ts';
import { useDurationText } from '../values/duration-text.ts';

export function shareText(share: number, digits = 2): string {
  // Never rounded up to a share that was not reached.
  const factor = 10 ** (digits + 2);
  return `${(Math.floor(share * factor) / (factor / 100)).toFixed(digits)} %`;
}

export function useFindingText() {
  const { t, text } = useWords();
  const zone = useZone();
  const durationText = useDurationText();
  const pointById = usePointById();
  return useMemo(
    () => ({
      subject({ subject }: Finding): string {
        if (subject === null || subject === '' || subject === '-') return '';
        const point = pointById.get(subject);
        return point === undefined ? subject : `${subject} ${text(point.name)}`;
      },
      detail({ detail, cause }: Finding): string {
        const parts: string[] = [];
        const number = (name: string): number | null => (typeof detail[name] === 'number' ? detail[name] : null);
        const word = (name: string): string | null => (typeof detail[name] === 'string' ? detail[name] : null);
        const coverage = number('coverage');
        if (coverage !== null)
          parts.push(t('obligations.say.coverage', { coverage: shareText(coverage), required: shareText(number('required') ?? 0) }));
        const reason = word('reason');
        if (reason !== null && reason in causeWords && reason !== cause) parts.push(text(causeWords[reason as keyof typeof causeWords]));
        const kind = word('kind');
        if (kind === 'shelved' || kind === 'outOfService') parts.push(t(`obligations.say.${kind}`));
        const allowed = number('allowedMs');
        if (allowed !== null) parts.push(t('obligations.say.allowed', { duration: durationText(allowed) }));
        const from = word('from');
        if (from !== null) parts.push(t('obligations.say.handover', { from, to: word('to') ?? '' }));
        const last = number('lastMs');
        if (last !== null) parts.push(t('obligations.say.last', { date: formatDate(last, zone) }));
        const due = number('dueMs');
        if (due !== null) parts.push(t('obligations.say.due', { date: formatDate(due, zone) }));
        const revised = word('revised');
        if (revised !== null) parts.push(t('obligations.say.revised', { date: revised }));
        const fault = word('fault');
        if (fault !== null) parts.push(t('obligations.say.fault', { rule: fault }));
        const grade = word('grade');
        if (grade === 'major' || grade === 'ordinary') parts.push(t(`obligations.say.${grade}`));
        for (const name of ['title', 'name', 'by', 'consoles']) {
          const value = word(name);
          if (value !== null && value !== '') parts.push(value);
        }
        return parts.join(' · ');
      },
      cause: (finding: Finding): string => text(causeWords[finding.cause]),
    }),
    [t, text, zone, durationText, pointById],
  );
}
