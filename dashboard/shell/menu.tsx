// A button with a panel under it: closes on Escape, on a click elsewhere, and when focus leaves.
import { type ReactNode, useEffect, useId, useRef, useState } from 'react';

export interface MenuProps {
  /** What the menu is for: its tooltip, and its name where the button is only a picture. */
  readonly label: string;
  readonly isIcon?: boolean;
  readonly button: ReactNode;
  readonly children: (close: () => void) => ReactNode;
  readonly className?: string;
  readonly testId?: string;
}

export function Menu({ label, isIcon = false, button, children, className, testId }: MenuProps): ReactNode {
  const [isOpen, setIsOpen] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const opener = useRef<HTMLButtonElement>(null);
  const panelId = useId();
  useEffect(() => {
    if (!isOpen) return;
    const onPointer = (event: PointerEvent): void => {
      if (event.target instanceof Node && box.current?.contains(event.target) === false) setIsOpen(false);
    };
    document.addEventListener('pointerdown', onPointer);
    return () => document.removeEventListener('pointerdown', onPointer);
  }, [isOpen]);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: only catches Escape and leaving focus of the controls inside
    <div
      ref={box}
      className={`menu ${className ?? ''}`}
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || !isOpen) return;
        setIsOpen(false);
        opener.current?.focus();
      }}
      onBlur={(event) => {
        if (event.relatedTarget !== null && !event.currentTarget.contains(event.relatedTarget)) setIsOpen(false);
      }}
    >
      <button
        ref={opener}
        type="button"
        className="header-button"
        aria-expanded={isOpen}
        aria-controls={panelId}
        aria-label={isIcon ? label : undefined}
        title={label}
        onClick={() => setIsOpen(!isOpen)}
        data-testid={testId}
      >
        {button}
      </button>
      {isOpen && (
        <div id={panelId} className="menu-panel">
          {children(() => setIsOpen(false))}
        </div>
      )}
    </div>
  );
}
