/** A visitor's way through the page, measured: clicks, what moved without them, and step numbers that disagreed. */
import type { BrowserContext, Page } from 'playwright-core';

export interface Visit {
  clicks: number;
  /** Sum of the layout shifts that followed no click or key, and the largest of them with what moved. */
  shift: number;
  moved: string[];
  /** Moments at which the page named two steps at once. */
  disagreements: string[];
  /** Different steps that were named. */
  steps: string[];
}

/** Every page of the context is measured from its first paint. */
export const measureVisits = (context: BrowserContext): Promise<unknown> =>
  context.addInitScript(() => {
    const visit = { clicks: 0, shift: 0, moved: [] as string[], disagreements: [] as string[], steps: [] as string[] };
    Object.assign(globalThis, { visit });
    addEventListener('pointerdown', () => visit.clicks++, true); // a label hands its click on: one press is two of them

    type Source = { node: Node | null; previousRect: DOMRectReadOnly; currentRect: DOMRectReadOnly };
    type Shift = PerformanceEntry & { value: number; hadRecentInput: boolean; sources: Source[] };
    const placeOf = ({ x, y, width, height }: DOMRectReadOnly): string =>
      [x, y, width, height].map(Math.round).join(' ');
    const told = ({ node, previousRect, currentRect }: Source): string => {
      const element = node instanceof Element ? node : node?.parentElement;
      return `${element?.className || element?.tagName} ${placeOf(previousRect)} → ${placeOf(currentRect)}`;
    };
    new PerformanceObserver((list) => {
      for (const { value, hadRecentInput, sources, startTime } of list.getEntries() as Shift[]) {
        if (hadRecentInput) continue;
        visit.shift += value;
        if (value > 0.001)
          visit.moved.push(`${value.toFixed(4)} at ${Math.round(startTime)}: ${sources.map(told).join('; ')}`);
      }
    }).observe({ type: 'layout-shift', buffered: true });

    // Who names a step: the header, headings, the token card, the footer; not one that says that it is kept from earlier.
    const look = (): void => {
      requestAnimationFrame(look);
      const named = [...document.querySelectorAll('header, h2, [aria-label="Token detail"] p, [role="status"]')]
        .map(({ textContent }) => textContent ?? '')
        .filter((text) => !/held|kept|last that are known|cut off/.test(text))
        .flatMap((text) => text.match(/\b(?:step|update) \d+/g) ?? []);
      const different = [...new Set(named)];
      if (different.length > 1) visit.disagreements.push(different.join(' and '));
      if (different.length === 1 && visit.steps.at(-1) !== different[0]) visit.steps.push(different[0]);
    };
    requestAnimationFrame(look);
  });

export const visitOf = (page: Page): Promise<Visit> =>
  page.evaluate(() => (globalThis as unknown as { visit: Visit }).visit);
