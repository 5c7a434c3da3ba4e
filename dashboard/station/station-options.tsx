// The stations as choices of a select, each by its id and its name in the language of the page.
import type { ReactNode } from 'react';
import type { LocalizedText } from '../../domain/text/localized-text.ts';
import { useWords } from '../language/language.ts';

export function StationOptions({
  stations,
}: {
  readonly stations: readonly { readonly id: string; readonly name: LocalizedText }[];
}): ReactNode {
  const { text } = useWords();
  return stations.map((station) => (
    <option key={station.id} value={station.id}>
      {station.id} {text(station.name)}
    </option>
  ));
}
