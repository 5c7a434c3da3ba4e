// The small signs of a hazard: its grade, and how it stands against its deadline, in words and not by colour alone.
import type { ReactNode } from 'react';
import type { HazardSummary } from '../../domain/api/hazard-api.ts';
import type { HazardGrade } from '../../domain/hazards/hazard.ts';
import { hazardGradeWords } from '../../domain/hazards/hazard-words.ts';
import { daysBetween } from '../../domain/time/calendar-date.ts';
import { useWords } from '../language/language.ts';
import { useZone } from '../session/plant-context.tsx';
import { formatDate } from '../time/plant-time.ts';
import { useNow } from '../values/use-now.ts';

export function GradeTag({
  grade,
  proposed = null,
}: {
  readonly grade: HazardGrade | null;
  readonly proposed?: HazardGrade | null;
}): ReactNode {
  const { t, text } = useWords();
  if (grade === null)
    return (
      <span className="muted">
        {t('hazards.notGraded')}
        {proposed !== null && <span className="small"> ({t('hazards.suggested', { grade: text(hazardGradeWords[proposed]) })})</span>}
      </span>
    );
  return (
    <span className={grade === 'major' ? 'tag hazard-major' : 'tag'} data-grade={grade}>
      {text(hazardGradeWords[grade])}
    </span>
  );
}

/** The plant's calendar day. */
export function useToday(): string {
  return formatDate(useNow(30_000), useZone());
}

export function Deadline({ hazard }: { readonly hazard: Pick<HazardSummary, 'deadline' | 'standing'> }): ReactNode {
  const { t } = useWords();
  const today = useToday();
  const { deadline, standing } = hazard;
  if (deadline === null) return <span className="muted">—</span>;
  const days = daysBetween(today, deadline);
  return (
    <span className="hazard-deadline number" data-standing={standing}>
      {deadline}
      {standing === 'overdue' && <b> {t('hazards.overdueDays', { count: -days })}</b>}
      {standing === 'atRisk' && <b> {days === 0 ? t('hazards.dueToday') : t('hazards.leftDays', { count: days })}</b>}
    </span>
  );
}

export function SuspendedTag(): ReactNode {
  const { t } = useWords();
  return <span className="tag hazard-suspended">{t('hazards.suspended')}</span>;
}
