// The code of somebody's second factor where he signs on another's console: out of the way until it is needed.
import { type ReactNode, useState } from 'react';
import { useWords } from '../language/language.ts';

export interface CodeFieldProps {
  /** For forms that read their fields by name. */
  readonly name?: string;
  readonly value?: string;
  readonly onChange?: (code: string) => void;
}

export function CodeField({ name, value, onChange }: CodeFieldProps): ReactNode {
  const { t } = useWords();
  const [isOpen, setIsOpen] = useState(false);
  if (!isOpen)
    return (
      <button
        type="button"
        className="button button-small button-quiet code-toggle"
        onClick={() => setIsOpen(true)}
        data-testid="code-toggle"
      >
        {t('account.codeToggle')}
      </button>
    );
  return (
    <label className="field">
      <span>{t('account.codeOrRecovery')}</span>
      <input
        name={name}
        value={value}
        maxLength={32}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        onChange={onChange === undefined ? undefined : (event) => onChange(event.target.value)}
        data-testid="second-code"
      />
    </label>
  );
}
