// A suggestion put into the person's own draft of alarm settings. Nothing of it is in force before a second person has approved the draft.
import { Link } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import type { AlarmSettingsPatch } from '../../domain/alarm-settings/alarm-settings.ts';
import type { LimitChange } from '../../domain/api/performance-api.ts';
import { useMyDraft, type WriteResult } from '../alarm-settings/use-draft.ts';
import { useWords } from '../language/language.ts';
import { usePermission } from '../session/plant-context.tsx';

export interface ProposeChangeProps {
  readonly alarmId: string;
  readonly change: LimitChange;
  readonly present: LimitChange;
}

/** Nothing for whoever may not propose settings. */
export function ProposeChange(props: ProposeChangeProps): ReactNode {
  return usePermission('alarmSettings.propose') ? <Propose {...props} /> : null;
}

function Propose({ alarmId, change, present }: ProposeChangeProps): ReactNode {
  const { t } = useWords();
  const { draft, write } = useMyDraft();
  const [result, setResult] = useState<WriteResult | 'working' | null>(null);

  async function put(): Promise<void> {
    setResult('working');
    setResult(await write(alarmId, changedOnly(change, present)));
  }

  if (result !== null && result !== 'working' && result.kind === 'done')
    return (
      <Link
        to="/alarm-settings"
        search={{ tab: 'drafts', ...(draft === null ? {} : { draft: draft.id }) }}
        className="small"
        data-testid="suggestion-proposed"
      >
        {t('performance.suggestion.proposed')}
      </Link>
    );
  return (
    <>
      <button
        type="button"
        className="button button-small"
        disabled={result === 'working'}
        onClick={() => void put()}
        data-testid="propose-suggestion"
      >
        {t('performance.suggestion.propose')}
      </button>
      {result !== null && result !== 'working' && (
        <span className="notice notice-problem" role="alert">
          {result.reason}
        </span>
      )}
    </>
  );
}

function changedOnly(change: LimitChange, present: LimitChange): AlarmSettingsPatch {
  return {
    ...(change.deadband === present.deadband ? {} : { deadband: change.deadband }),
    ...(change.onDelayMs === present.onDelayMs ? {} : { onDelayMs: change.onDelayMs }),
    ...(change.offDelayMs === present.offDelayMs ? {} : { offDelayMs: change.offDelayMs }),
  };
}
