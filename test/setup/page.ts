/** One page of the lab in a real browser, with what every end-to-end test asks of it. */
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { giveCheck, keepCheck } from './checked';
import { until } from './until';

type Visit = BrowserContextOptions & { recorded?: boolean | string; fresh?: boolean };

export class LabPage {
  private constructor(
    readonly page: Page,
    /** Requests to other hosts, what the page's policy refused, and errors that nobody caught. */
    readonly strangers: string[],
    private readonly own: boolean,
  ) {}

  /**
   * @param from a browser, for a visitor who was never here, or a context, for one who comes again
   * @param url the lab's address, @param query the link's settings; the recorded runs stay away unless asked for, or are
   *   this text; a `fresh` visitor's device is checked before his eyes
   */
  static async open(
    from: Browser | BrowserContext,
    url: string,
    query = '',
    { recorded = false, fresh = false, ...options }: Visit = {},
  ): Promise<LabPage> {
    const own = 'newContext' in from;
    const context = own ? await from.newContext({ viewport: { width: 1280, height: 800 }, ...options }) : from;
    const page = await context.newPage();
    page.setDefaultTimeout(120_000); // a device made ready beside other tests' takes its time
    const strangers: string[] = [];
    page.on('request', (request) => {
      const asked = request.url();
      if (!asked.startsWith(url) && !/^(data|blob):/.test(asked)) strangers.push(asked);
    });
    page.on('pageerror', (error) => strangers.push(`error: ${error.message}`));
    page.on('console', (message) => {
      if (message.text().includes('Content Security Policy')) strangers.push(`policy: ${message.text()}`);
    });
    if (recorded !== true)
      await page.route('**/recorded/*.json', (route) =>
        recorded ? route.fulfill({ contentType: 'application/json', body: recorded }) : route.abort(),
      );
    await page.addInitScript(() => {
      const said = new Set<string>();
      Object.assign(globalThis, { said });
      const look = (): unknown => said.add(document.querySelector('header > span[title]')?.textContent ?? '');
      new MutationObserver(look).observe(document, { subtree: true, childList: true, characterData: true });
    });
    if (own && !fresh) await giveCheck(page, url);
    await page.goto(url + query);
    return new LabPage(page, strangers, own);
  }

  button(name: string | RegExp) {
    return this.page.getByRole('button', typeof name === 'string' ? { name, exact: true } : { name });
  }

  /** Clicks a button once it is enabled. */
  click(name: string | RegExp) {
    return this.button(name).click();
  }

  get scored() {
    return this.page.getByRole('region', { name: 'Token heatmap' }).locator('span[data-u]');
  }

  /** Everything that the header has said of the device. */
  saidOfDevice(): Promise<string[]> {
    return this.page.evaluate(() => [...(globalThis as unknown as { said: Set<string> }).said]);
  }

  async stepsDone(): Promise<number> {
    const bar = this.page.getByRole('progressbar', { name: 'Steps done' });
    return (await bar.count()) > 0 ? Number(await bar.getAttribute('value')) : 0;
  }

  /** Polls the page: SwiftShader takes a second or so a step. */
  async until(what: string, holds: () => Promise<boolean>): Promise<void> {
    const says = async () => ((await this.page.locator('body').textContent()) ?? '').replace(/\s+/g, ' ');
    await until(what, holds, { seen: async () => `The page says:\n${await says()}` });
  }

  /** A context that was made for this page goes with it. */
  async close(): Promise<void> {
    await keepCheck(this.page);
    await (this.own ? this.page.context().close() : this.page.close());
  }
}
