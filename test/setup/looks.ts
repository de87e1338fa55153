/** The four looks a page has: light and dark, a desk's width and a phone's. In each axe finds nothing serious, and nothing sticks out. */
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { until } from './until';

const SIZES = [
  { width: 1280, height: 800 },
  { width: 390, height: 844 },
];

/** What can differ between light and dark. */
const OF_COLOURS = ['color-contrast', 'link-in-text-block'];

/** Light or dark, once buttons have taken its colours: half way between two grounds nothing can be read. */
export async function wear(page: Page, colorScheme: 'light' | 'dark'): Promise<void> {
  await page.emulateMedia({ colorScheme });
  await page.evaluate(async () => {
    const transitions = document.getAnimations().filter((animation) => animation instanceof CSSTransition);
    await Promise.allSettled(transitions.map(({ finished }) => finished));
  });
}

/** Throws where axe finds something serious in what is on screen. */
async function expectNothingGrave(page: Page, look: string, rules?: string[], without?: string): Promise<void> {
  const all = new AxeBuilder({ page }).options({ resultTypes: ['violations'] });
  const axe = without ? all.exclude(without) : all;
  const { violations } = await (rules ? axe.withRules(rules) : axe).analyze();
  const grave = violations.filter((v) => v.impact === 'serious' || v.impact === 'critical');
  expect(
    grave.map((v) => `${v.id}: ${v.nodes.map((n) => n.html).join(' ')}`),
    look,
  ).toEqual([]);
}

/** Waits for it: charts hear of another width a frame later. */
async function expectWithin(page: Page, look: string): Promise<void> {
  const sticksOut = () =>
    page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  await until(`a page without sideways scroll (${look})`, async () => (await sticksOut()) <= 0, { seen: sticksOut });
}

/** One page in all its looks: opening it anew for each would check the adapter four times. */
export async function expectQuietLooks(page: Page, prepare?: () => Promise<unknown>): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const)
    for (const size of SIZES) {
      await wear(page, colorScheme);
      await page.setViewportSize(size);
      await prepare?.();
      const look = `${colorScheme}, ${size.width} px`;
      await expectNothingGrave(page, look, colorScheme === 'dark' ? OF_COLOURS : undefined);
      await expectWithin(page, look);
    }
}

/**
 * The same for one of many pages of a kind: both schemes at a desk's width, and that nothing sticks out of a phone's.
 * `without`: what another test looks at, and would take long.
 */
export async function expectQuiet(page: Page, without?: string): Promise<void> {
  const size = page.viewportSize() ?? SIZES[0];
  await wear(page, 'dark');
  await expectNothingGrave(page, 'dark', OF_COLOURS, without);
  await wear(page, 'light');
  await expectNothingGrave(page, 'light', undefined, without);
  await page.setViewportSize(SIZES[1]);
  await expectWithin(page, 'a phone');
  await page.setViewportSize(size);
}
