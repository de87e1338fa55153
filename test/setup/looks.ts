/** The four looks a page has: light and dark, a desk's width and a phone's. In each axe finds nothing serious, and nothing sticks out. */
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';

const SIZES = [
  { width: 1280, height: 800 },
  { width: 390, height: 844 },
];

/** What can differ between light and dark. */
const OF_COLOURS = ['color-contrast', 'link-in-text-block'];

/** One page in all its looks: opening it anew for each would check the adapter four times. */
export async function expectQuietLooks(page: Page, prepare?: () => Promise<unknown>): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const)
    for (const size of SIZES) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize(size);
      await prepare?.();
      const axe = new AxeBuilder({ page }).options({ resultTypes: ['violations'] });
      const { violations } = await (colorScheme === 'light' ? axe : axe.withRules(OF_COLOURS)).analyze();
      const grave = violations.filter((v) => v.impact === 'serious' || v.impact === 'critical');
      const look = `${colorScheme}, ${size.width} px`;
      expect(
        grave.map((v) => `${v.id}: ${v.nodes.map((n) => n.html).join(' ')}`),
        look,
      ).toEqual([]);
      const [scroll, client] = await page.evaluate(() => [
        document.documentElement.scrollWidth,
        document.documentElement.clientWidth,
      ]);
      expect(scroll, look).toBeLessThanOrEqual(client);
    }
}
