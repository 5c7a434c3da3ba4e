// A screen that fails says so and offers to load again; it never leaves an operator before a blank page.
import { Component, type ReactNode, useEffect } from 'react';
import { useWords } from '../language/language.ts';
import { isWallPage } from '../wall/wall-address.ts';
import { isMissingPiece, reloadWhenAnswered } from './missing-piece.ts';

const wallReloadMs = 15_000;

interface CrashState {
  readonly error: Error | null;
}

export class CrashBoundary extends Component<{ readonly children: ReactNode }, CrashState> {
  override state: CrashState = { error: null };

  static getDerivedStateFromError(error: unknown): CrashState {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }

  override render(): ReactNode {
    return this.state.error === null ? this.props.children : <Crashed error={this.state.error} />;
  }
}

export function Crashed({ error }: { readonly error: unknown }): ReactNode {
  const { t } = useWords();
  const isMissing = isMissingPiece(error);
  useEffect(() => (isMissing ? reloadWhenAnswered() : undefined), [isMissing]);
  useEffect(() => {
    // Nobody presses the button of a wall screen.
    if (isMissing || !isWallPage()) return;
    const timer = setTimeout(() => location.reload(), wallReloadMs);
    return () => clearTimeout(timer);
  }, [isMissing]);
  return (
    <div className="empty" role="alert" data-testid="crashed">
      <strong>{t(isMissing ? 'common.notFetched' : 'common.crashed')}</strong>
      <p>{t(isMissing ? 'common.notFetchedHint' : 'common.crashedHint')}</p>
      <p className="small">{error instanceof Error ? error.message : String(error)}</p>
      <button type="button" className="button" onClick={() => location.reload()}>
        {t('common.reload')}
      </button>
    </div>
  );
}
