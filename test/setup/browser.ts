/** Real headless browsers for the end-to-end tests, and the built page for them to open. */
import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';
import { unpackChromium } from '../../scripts/chromium-package.mjs';
import { serveBuilt } from '../../scripts/serve.mjs';

/** The machine's own Chromium, or the one that @sparticuz/chromium carries for Linux x64. */
export type BrowserSource = 'system' | 'package';

/** SwiftShader, so that every machine renders and computes alike; and no talk to the world. */
const FLAGS = [
  '--no-sandbox',
  '--enable-unsafe-webgpu',
  '--use-webgpu-adapter=swiftshader',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const SYSTEM_BROWSERS = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

interface Executable {
  executablePath: string;
  env?: Record<string, string>;
}

/** Where the browser of this source is; null where there is none. CHROMIUM_PATH names the system's. */
export function findBrowser(source: BrowserSource): Executable | null {
  if (source === 'package') return unpackChromium();
  const named = process.env.CHROMIUM_PATH;
  if (named && !existsSync(named)) throw new Error(`CHROMIUM_PATH=${named} does not exist.`);
  const executablePath = named || SYSTEM_BROWSERS.find((path) => existsSync(path));
  return executablePath ? { executablePath } : null;
}

/**
 * A headless browser with WebGPU; the system's where there is one, unless `source` asks for one of the two. Its pages come
 * from the server, as at a first visit: only a context that allows service workers keeps them (test/e2e/offline.test.ts).
 */
export async function launchBrowser(source?: BrowserSource): Promise<Browser> {
  const found = source ? findBrowser(source) : (findBrowser('system') ?? findBrowser('package'));
  if (!found) throw new Error('No Chromium was found. Install one, or set CHROMIUM_PATH.');
  const browser = await chromium.launch({
    executablePath: found.executablePath,
    headless: true,
    args: FLAGS,
    env: { ...ownEnvironment(), ...found.env },
  });
  const make = browser.newContext.bind(browser);
  browser.newContext = (options) => make({ serviceWorkers: 'block', ...options });
  return browser;
}

/** The engine's adapter variables stay out: Chromium brings its own driver and loader. */
function ownEnvironment(): Record<string, string> {
  const { VK_ICD_FILENAMES: _, LD_LIBRARY_PATH: __, ...rest } = process.env;
  return Object.fromEntries(Object.entries(rest).filter((entry): entry is [string, string] => entry[1] !== undefined));
}

/**
 * The page as `npm start` serves it, on a free port; this machine's other ports stand in for the Hub. Under another path
 * and from another folder where they are given.
 */
export async function serveLab({ base = '/', folder }: { base?: string; folder?: string } = {}) {
  const server = await serveBuilt({ port: 0, strictPort: true, allow: ['http://127.0.0.1:*'], base, folder });
  const address = server.httpServer.address();
  if (address === null || typeof address === 'string') throw new Error('The preview server gave no port.');
  return { url: `http://127.0.0.1:${address.port}${base}`, close: () => server.close() };
}
