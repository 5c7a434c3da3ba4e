// Findings of rationalisation as a list: errors first, each in words.
import type { ReactNode } from 'react';
import type { FindingView } from '../../domain/api/alarm-settings-api.ts';
import { useWords } from '../language/language.ts';

export function FindingList({
  findings,
  withAlarm = false,
}: {
  readonly findings: readonly FindingView[];
  readonly withAlarm?: boolean;
}): ReactNode {
  const { text } = useWords();
  const ordered = findings.toSorted((a, b) => Number(b.severity === 'error') - Number(a.severity === 'error'));
  return (
    <ul className="findings" data-testid="findings">
      {ordered.map((finding) => (
        <li key={`${finding.alarmId} ${finding.code} ${finding.field}`} data-severity={finding.severity}>
          <span aria-hidden="true">{finding.severity === 'error' ? '✕' : '△'}</span>{' '}
          {withAlarm && finding.alarmId !== null && <b>{finding.alarmId} </b>}
          {text(finding.message)}
        </li>
      ))}
    </ul>
  );
}
