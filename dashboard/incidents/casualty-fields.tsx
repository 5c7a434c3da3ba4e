// The four numbers of people: dead, injured, missing, evacuated.
import type { ReactNode } from 'react';
import type { Casualties } from '../../domain/incidents/incident.ts';
import { useWords } from '../language/language.ts';

const names = ['dead', 'injured', 'missing', 'evacuated'] as const;

export function CasualtyFields({
  casualties,
  onChange,
}: {
  readonly casualties: Casualties;
  readonly onChange: (casualties: Casualties) => void;
}): ReactNode {
  const { t } = useWords();
  return (
    <div className="field-four">
      {names.map((name) => (
        <label key={name} className="field">
          <span>{t(`incidents.casualties.${name}`)}</span>
          <input
            type="number"
            className="number"
            min={0}
            max={100_000}
            step={1}
            value={casualties[name]}
            onChange={(event) => {
              const value = Math.floor(event.target.valueAsNumber);
              onChange({ ...casualties, [name]: Number.isFinite(value) ? Math.min(100_000, Math.max(0, value)) : 0 });
            }}
            data-testid={`casualties-${name}`}
          />
        </label>
      ))}
    </div>
  );
}
