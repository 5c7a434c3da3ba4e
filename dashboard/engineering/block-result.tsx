// A made block of YAML with its check, to be copied.
import { type ReactNode, useState } from 'react';
import type { PlantBlock } from '../../domain/api/engineering-api.ts';
import { useWords } from '../language/language.ts';
import { CheckResult } from './check-result.tsx';

export function BlockResult({ block, hint }: { readonly block: PlantBlock; readonly hint: string }): ReactNode {
  const { t } = useWords();
  const [isCopied, setIsCopied] = useState(false);
  return (
    <div className="block-result" data-testid="block-result">
      <p className="no-margin">
        {t('engineering.plant.result')} <span className="muted">{hint}</span>{' '}
        <button
          type="button"
          className="button button-small"
          onClick={() =>
            void navigator.clipboard.writeText(block.text).then(
              () => setIsCopied(true),
              // Without leave to write the clipboard, the text can still be selected.
              () => undefined,
            )
          }
        >
          {t('engineering.plant.copyText')}
        </button>
        <span role="status" className="muted">
          {isCopied && t('engineering.plant.copied')}
        </span>
      </p>
      <CheckResult check={block.check} />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard (axe scrollable-region-focusable) */}
      <pre className="plant-text" tabIndex={0} data-testid="block-text">
        {block.text}
      </pre>
    </div>
  );
}
