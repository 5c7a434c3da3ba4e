// The key beside a control that it stands for: to be seen, not to be read out with the control's name.
import type { ReactNode } from 'react';

export function KeyHint({ name }: { readonly name: string }): ReactNode {
  return (
    <span className="key-hint" aria-hidden="true">
      {name}
    </span>
  );
}
