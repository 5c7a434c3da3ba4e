// What axe finds on a page that keeps people out (WCAG): serious and critical faults, each with the first places.
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';

const placesShown = 3;
/** Rules of axe 4 whose faults are moderate or minor at the most: looked for in vain here, and among the slow ones. */
const neverSerious = [
  ...['region', 'landmark-one-main', 'landmark-unique', 'landmark-main-is-top-level', 'heading-order', 'page-has-heading-one'],
  ...['aria-allowed-role', 'empty-heading'],
];

/** By all rules of axe, or by the named ones. */
export async function seriousFaults(page: Page, rules?: readonly string[]): Promise<string[]> {
  // The pages have no frames; without this, axe opens another page for its sum each time, which takes longer than the look itself.
  // Nor are the nodes of the rules that hold gathered: only what does not hold is told.
  const builder = new AxeBuilder({ page })
    .setLegacyMode(true)
    .options({ resultTypes: ['violations'] })
    .disableRules(neverSerious);
  const { violations } = await (rules === undefined ? builder : builder.withRules([...rules])).analyze();
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
