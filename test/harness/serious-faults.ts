// What axe finds on a page that keeps people out (WCAG): serious and critical faults, each with the first places.
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';

const placesShown = 3;

export async function seriousFaults(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(
      ({ id, nodes }) =>
        `${id}: ${nodes
          .slice(0, placesShown)
          .map((node) => node.target.join(' '))
          .join(', ')}`,
    );
}
