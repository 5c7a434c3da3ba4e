// Runs one bench by itself and prints its load and figures, each with what it was compared with.
import type { Bench } from './bench.ts';

export async function runAlone(bench: Bench, options: { readonly quick: boolean; print(line: string): void }): Promise<void> {
  const { quick: isQuick, print } = options;
  print(`${bench.name}: ${bench.load({ isQuick, print })}`);
  for (const { figure, value, unit, goal, peer } of await bench.run({ isQuick, print })) {
    const compared = peer === null ? '' : ` · ${peer.name} ${rounded(peer.value)} · ratio ${rounded(value / peer.value)}`;
    print(`${figure}: ${rounded(value)} ${unit}${goal === '' ? '' : ` (goal ${goal})`}${compared}`);
  }
}

function rounded(value: number): string {
  return Math.abs(value) >= 1_000 ? Math.round(value).toLocaleString('en') : String(Number(value.toPrecision(3)));
}
