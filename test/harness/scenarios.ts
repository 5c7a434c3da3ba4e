// Stories of the simulated plant, begun and ended by its scenario page.
import type { GatewatchProcess } from './gatewatch-process.ts';

type Demo = Pick<GatewatchProcess, 'controlUrl'>;

/** `options`: what the scenario takes: `station`, `size`, `seconds`. */
export function playScenario(demo: Demo, name: string, options: object): Promise<void> {
  return ask(demo, name, { method: 'POST', body: JSON.stringify(options) });
}

export function endScenario(demo: Demo, name: string): Promise<void> {
  return ask(demo, name, { method: 'DELETE' });
}

async function ask({ controlUrl }: Demo, name: string, request: RequestInit): Promise<void> {
  const response = await fetch(new URL(`scenarios/${name}`, controlUrl ?? ''), request);
  if (response.status !== 200) throw new Error(`${request.method} ${name} answered ${response.status}: ${await response.text()}`);
}
