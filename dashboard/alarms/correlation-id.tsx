// The id under which the log has every step of this alarm, to be copied.
import { type ReactNode, useState } from 'react';
import { useWords } from '../language/language.ts';

/** `buttonClass`: as buttons of the page look. */
export function CorrelationId({ id, buttonClass }: { readonly id: string; readonly buttonClass: string }): ReactNode {
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
      <button type="button" className={buttonClass} onClick={copy} onBlur={() => setIsCopied(false)}>
        {t('correlationId.copy')}
      </button>{' '}
      <span role="status" className="muted">
        {isCopied && t('correlationId.copied')}
      </span>
      <div className="correlation-hint">{t('correlationId.hint')}</div>
    </>
  );
}
