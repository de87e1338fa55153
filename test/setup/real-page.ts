/** The built page on a server of its own, and a real browser to open it: one of each for a file of end-to-end tests. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll } from 'vitest';
import { launchBrowser, serveLab } from './browser';

interface RealPage {
  readonly site: Awaited<ReturnType<typeof serveLab>>;
  readonly browser: Browser;
}

/** Both are there from the first test to the last. */
export function realPage(): RealPage {
  const real: Partial<{ -readonly [K in keyof RealPage]: RealPage[K] }> = {};
  beforeAll(async () => {
    [real.site, real.browser] = await Promise.all([serveLab(), launchBrowser()]);
  });
  afterAll(async () => {
    await real.browser?.close();
    await real.site?.close();
  });
  return real as RealPage;
}
