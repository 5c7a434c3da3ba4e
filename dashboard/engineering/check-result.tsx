// What a check of a plant file found: every fault with its line and path.
import type { ReactNode } from 'react';
import type { PlantCheckResult } from '../../domain/api/engineering-api.ts';
import { useWords } from '../language/language.ts';

export interface CheckResultProps {
  readonly check: PlantCheckResult;
  /** Absent: lines are told and lead nowhere. */
  readonly onLine?: (line: number) => void;
}

export function CheckResult({ check, onLine }: CheckResultProps): ReactNode {
  const { t, text } = useWords();
  const errors = check.issues.filter(({ severity }) => severity === 'error').length;
  return (
    <div className="check-result" data-testid="check-result" data-valid={check.isValid}>
      <p className="no-margin" role="status">
        <b>{check.isValid ? `✓ ${t('engineering.plant.valid')}` : `✕ ${t('engineering.plant.invalid', { count: errors })}`}</b>{' '}
        {check.counts !== null && <span className="muted number">{t('engineering.plant.counts', check.counts)}</span>}
      </p>
      {check.issues.length > 0 && (
        <ol className="check-issues">
          {check.issues.map((issue, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the same fault may be told twice in one line; the list is replaced as a whole
            <li key={index} data-severity={issue.severity} data-testid="check-issue">
              <IssueLine line={issue.line} {...(onLine === undefined ? {} : { onLine })} />{' '}
              <b>{t(`engineering.plant.${issue.severity}`)}</b> {issue.path !== '' && <code>{issue.path}</code>}{' '}
              <span lang="en">{issue.message}</span>
            </li>
          ))}
        </ol>
      )}
      {check.findings.length > 0 && (
        <details>
          <summary>{t('engineering.plant.findings', { count: check.findings.length })}</summary>
          <ul className="check-issues">
            {check.findings.map(({ alarmId, message }, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: an alarm may have several findings; the list is replaced as a whole
              <li key={index}>
                <code>{alarmId ?? ''}</code> {text(message)}
              </li>
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}

function IssueLine({ line, onLine }: { readonly line: number | null; readonly onLine?: (line: number) => void }): ReactNode {
  const { t } = useWords();
  if (line === null) return <span className="muted">{t('engineering.plant.noLine')}</span>;
  const words = t('engineering.plant.line', { line });
  if (onLine === undefined) return <span className="number">{words}</span>;
  return (
    <button type="button" className="button button-small button-quiet number" onClick={() => onLine(line)}>
      {words}
    </button>
  );
}
