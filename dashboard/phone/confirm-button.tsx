// A button that a glove does not press by mistake: hold it, or tap it a second time. A tap alone only asks.
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { useWords } from '../language/language.ts';

const holdMs = 700;
/** A bouncing finger is one tap. */
const bounceMs = 350;
const askedForMs = 6_000;

export interface ConfirmButtonProps {
  readonly label: ReactNode;
  /** What it does, for the question: `到场`. */
  readonly name: string;
  readonly onConfirm: () => void;
  readonly className?: string;
  readonly isDisabled?: boolean;
  readonly testId?: string;
}

export function ConfirmButton({ label, name, onConfirm, className = '', isDisabled = false, testId }: ConfirmButtonProps): ReactNode {
  const { t } = useWords();
  const [askedAtMs, setAskedAtMs] = useState<number | null>(null);
  const [isHeld, setIsHeld] = useState(false);
  const hold = useRef<ReturnType<typeof setTimeout> | null>(null);
  const wasHeld = useRef(false);
  const [isReady, setIsReady] = useState(false);
  const isAsking = askedAtMs !== null;

  useEffect(() => {
    setIsReady(false);
    if (askedAtMs === null) return;
    const bounce = setTimeout(() => setIsReady(true), bounceMs);
    const timer = setTimeout(() => setAskedAtMs(null), askedForMs);
    return () => {
      clearTimeout(bounce);
      clearTimeout(timer);
    };
  }, [askedAtMs]);
  useEffect(() => () => release(hold), []);

  function confirm(): void {
    setAskedAtMs(null);
    setIsHeld(false);
    if ('vibrate' in navigator) navigator.vibrate(40);
    onConfirm();
  }

  function press(): void {
    wasHeld.current = false;
    release(hold);
    setIsHeld(true);
    hold.current = setTimeout(() => {
      wasHeld.current = true;
      confirm();
    }, holdMs);
  }

  function letGo(): void {
    release(hold);
    setIsHeld(false);
  }

  function tap(): void {
    if (wasHeld.current) {
      wasHeld.current = false;
      return;
    }
    if (askedAtMs === null) setAskedAtMs(performance.now());
    else if (isReady) confirm();
  }

  return (
    <button
      type="button"
      className={`confirm-button ${className}`}
      disabled={isDisabled}
      data-asking={isAsking ? (isReady ? 'ready' : 'bounce') : undefined}
      data-held={isHeld || undefined}
      data-testid={testId}
      onPointerDown={press}
      onPointerUp={letGo}
      onPointerLeave={letGo}
      onPointerCancel={letGo}
      onContextMenu={(event) => event.preventDefault()}
      onClick={tap}
    >
      <span className="confirm-fill" aria-hidden="true" />
      <span className="confirm-label" aria-live="polite">
        {isAsking ? t('phone.confirm.again', { name }) : label}
      </span>
    </button>
  );
}

function release(timer: { current: ReturnType<typeof setTimeout> | null }): void {
  if (timer.current !== null) clearTimeout(timer.current);
  timer.current = null;
}
