// The id under which the log has every step of this alarm, to be copied.
import { type ReactNode, useState } from 'react';
import { useWords } from '../language/language.ts';

export function CorrelationId({ id }: { readonly id: string }): ReactNode {
  const { t } = useWords();
  const [isCopied, setIsCopied] = useState(false);
  const copy = (): void =>
    void navigator.clipboard?.writeText(id).then(
      () => setIsCopied(true),
      // Without leave to write the clipboard, the text can still be selected.
      () => undefined,
    );
  return (
    <>
      <span className="correlation-id" data-testid="correlation-id">
        {id}
      </span>{' '}
      <button type="button" className="button button-small" onClick={copy} onBlur={() => setIsCopied(false)}>
        {t('alarm.copyId')}
      </button>{' '}
      <span role="status" className="muted">
        {isCopied && t('alarm.idCopied')}
      </span>
      <div className="muted small">{t('alarm.correlationIdHint')}</div>
    </>
  );
}
