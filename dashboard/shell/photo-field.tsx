// One picture of this machine: what the server takes as a photo (`server/photos/photo-file.ts`).
import type { ReactNode } from 'react';

export function PhotoField({
  label,
  onChosen,
  testId,
}: {
  readonly label: string;
  readonly onChosen: (file: File | null) => void;
  readonly testId: string;
}): ReactNode {
  return (
    <label className="field">
      <span>{label}</span>
      <input
        type="file"
        accept="image/jpeg,image/png,image/webp"
        required
        onChange={(event) => onChosen(event.target.files?.[0] ?? null)}
        data-testid={testId}
      />
    </label>
  );
}
