// What happens to places that are filled already when a week is copied or a rotation fills it.
import type { ReactNode } from 'react';
import { useWords } from '../language/language.ts';

export function OnExisting({
  value,
  onChange,
}: {
  readonly value: 'keep' | 'replace';
  readonly onChange: (value: 'keep' | 'replace') => void;
}): ReactNode {
  const { t } = useWords();
  return (
    <fieldset className="scope">
      <legend>{t('duty.roster.onExisting')}</legend>
      <div className="choices">
        {(['keep', 'replace'] as const).map((name) => (
          <button key={name} type="button" aria-pressed={value === name} onClick={() => onChange(name)}>
            {t(`duty.roster.${name}`)}
          </button>
        ))}
      </div>
    </fieldset>
  );
}
