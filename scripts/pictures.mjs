/**
 * Pictures of the lab, taken in Chromium (CHROMIUM_PATH names it; it needs a display of none and no GPU):
 *
 *     node scripts/pictures.mjs icons      public/icon-192.png and icon-512.png from public/icon.svg
 *     node scripts/pictures.mjs preview    public/preview.jpg, which other sites show beside a link: the recorded run
 *     node scripts/pictures.mjs step       public/recorded/hood.json: a step of the built-in model, measured by the page itself
 *     node scripts/pictures.mjs film       docs/run.webp: the recorded run, a frame for each step with tokens
 *     node scripts/pictures.mjs chapters FOLDER [LANGUAGE]   every lesson, light and dark, at 1280 px and 390 px, to look at
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { root } from './chromium-package.mjs';
import { buildWhereStale, serveBuilt } from './serve.mjs';

/** Steps of the recorded run whose tokens are recorded too. */
const FILMED = [1, ...Array.from({ length: 20 }, (_, i) => 6 * (i + 1))];
const FRAME_MS = 450;

const [what, folder, language = 'en'] = process.argv.slice(2);
const work = { icons, preview, step, film, chapters }[what];
if (!work || (work === chapters && !folder)) {
  console.error('node scripts/pictures.mjs icons | preview | step | film | chapters FOLDER [LANGUAGE]');
  process.exit(2);
}
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
  args: ['--no-sandbox', ...(what === 'film' ? [] : ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'])],
});
try {
  await work();
} finally {
  await browser.close();
}

/** The icon without round corners, its squares where every launcher's mask leaves them. */
async function icons() {
  const svg = readFileSync(join(root, 'public/icon.svg'), 'utf8')
    .replace(
      /<rect width="32" height="32" rx="6" fill="(#\w+)"\/>/,
      '<rect width="32" height="32" fill="$1"/><g transform="translate(1.6 1.6) scale(.9)">',
    )
    .replace('</svg>', '</g></svg>');
  for (const size of [192, 512]) {
    const page = await browser.newPage({ viewport: { width: size, height: size } });
    await page.setContent(`<style>*{margin:0}svg{display:block;width:100vw}</style>${svg}`);
    await page.screenshot({ path: join(root, `public/icon-${size}.png`) });
    await page.close();
  }
}

/** A step of the recorded run in which there is much to see, and the card of a token that the teacher would not have written. */
async function preview() {
  await onPage({ width: 1440, height: 756, scale: 1200 / 1440 }, '', async (page) => {
    await page.getByText('Recorded run: reward').first().waitFor();
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await page.reload(); // the whole replay at once
    await page.locator('span[data-u]').nth(20).waitFor();
    await page.getByRole('slider').fill('30');
    await page.getByText('of step 30').waitFor();
    await page.locator('span[data-tint="-3"]').first().click();
    await page.screenshot({ path: join(root, 'public/preview.jpg'), type: 'jpeg', quality: 82 });
  });
}

/** What “Under the hood” shows before a visitor has measured a step of his own. */
async function step() {
  await onPage({ width: 1280, height: 800 }, '#learn?chapter=hood', async (page) => {
    const measured = page.waitForEvent('download', { timeout: 600_000 });
    await page.getByRole('button', { name: 'Measure a step' }).click();
    await page.getByRole('button', { name: 'Download the measurement' }).click({ timeout: 600_000 });
    await (await measured).saveAs(join(root, 'public/recorded/hood.json'));
  });
}

/**
 * The recorded run, a frame for each step with tokens; the last one stays for a while. Nothing is computed: without an
 * adapter the page is the same above its notices.
 */
async function film() {
  const size = { width: 1120, height: 640 }; // below the line of the pages, which says that there is no adapter
  await onPage({ width: size.width, height: 860 }, '', async (page) => {
    const frames = [];
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await page.reload(); // the whole replay at once
    await page.locator('span[data-u]').nth(20).waitFor();
    for (const step of FILMED) {
      const shown = page.getByText(new RegExp(`of step ${step}(?!\\d)`)).first();
      await page.getByRole('slider').fill(String(step));
      await shown.waitFor();
      frames.push((await page.screenshot({ type: 'png', clip: { x: 0, y: 42, ...size } })).toString('base64'));
    }
    // A page of its own: the lab's policy lets no picture in from here.
    const other = await browser.newPage();
    const pictures = [];
    for (const frame of frames) pictures.push(Buffer.from(await other.evaluate(asWebp, frame), 'base64'));
    writeFileSync(join(root, 'docs/run.webp'), animation(pictures, size));
    if (process.env.STILL) writeFileSync(process.env.STILL, Buffer.from(frames[6], 'base64'));
  });
}

/** Every chapter and room of the lessons as FOLDER/write-light-1280.png, from its first line to its last. */
async function chapters() {
  mkdirSync(folder, { recursive: true });
  await onPage({ width: 1280, height: 800 }, '#learn', async (page) => {
    await page.evaluate((language) => localStorage.setItem('antisd-language', language), language);
    await page.reload();
    await page.locator('nav a[href*="chapter="]').first().waitFor();
    const places = await page.locator('nav a[href*="chapter="]').evaluateAll((links) => links.map(({ hash }) => hash));
    for (const place of new Set(places)) {
      await page.evaluate((place) => location.assign(place), place);
      await page.locator('main').getByRole('heading').first().waitFor();
      for (const width of [1280, 390])
        for (const colorScheme of ['light', 'dark']) {
          await page.emulateMedia({ colorScheme });
          await page.setViewportSize({ width, height: 800 });
          await page.setViewportSize({ width, height: 800 + (await page.evaluate(settled)) });
          const name = `${place.split('=')[1]}-${colorScheme}-${width}.png`;
          await page.screenshot({ path: join(folder, name), animations: 'disabled' });
        }
    }
  });
}

/** In a page: the height of what is scrolled out of sight, px, once it stays: figures and recordings come later. */
async function settled() {
  for (let [height, since] = [-1, performance.now()]; ; await new Promise(requestAnimationFrame)) {
    const scrolled = [document.documentElement, ...document.querySelectorAll('main, main > *')];
    const now = Math.max(...scrolled.map((element) => element.scrollHeight - element.clientHeight));
    if (now !== height) [height, since] = [now, performance.now()];
    else if (performance.now() - since > 700) return height;
  }
}

async function onPage({ scale = 1, ...viewport }, query, act) {
  buildWhereStale();
  const server = await serveBuilt({ port: 0 });
  const context = await browser.newContext({
    ...{ viewport, deviceScaleFactor: scale, colorScheme: 'light', serviceWorkers: 'block' },
  });
  const page = await context.newPage();
  page.setDefaultTimeout(600_000); // a machine may do other work beside it
  await page.goto(`${server.resolvedUrls.local[0]}${query}`);
  await act(page);
  await context.close();
  await server.close();
}

/** In a page: a PNG as a still WebP, both in base64. */
async function asWebp(png) {
  const picture = new Image();
  picture.src = `data:image/png;base64,${png}`;
  await picture.decode();
  const canvas = new OffscreenCanvas(picture.width, picture.height);
  canvas.getContext('2d').drawImage(picture, 0, 0);
  const blob = await canvas.convertToBlob({ type: 'image/webp', quality: 0.6 });
  const bytes = new Uint8Array(await blob.arrayBuffer());
  return btoa(bytes.reduce((text, byte) => text + String.fromCharCode(byte), ''));
}

/** Still WebP files as one that moves, without end (developers.google.com/speed/webp/docs/riff_container). */
function animation(stills, { width, height }) {
  const size = Buffer.alloc(6);
  size.writeUIntLE(width - 1, 0, 3);
  size.writeUIntLE(height - 1, 3, 3);
  const frames = stills.map((still, i) => {
    const head = Buffer.alloc(16);
    size.copy(head, 6);
    head.writeUIntLE(i === stills.length - 1 ? 10 * FRAME_MS : FRAME_MS, 12, 3);
    return chunk('ANMF', Buffer.concat([head, ...imageIn(still)]));
  });
  const parts = [
    chunk('VP8X', Buffer.concat([Buffer.from([2, 0, 0, 0]), size])),
    chunk('ANIM', Buffer.from([255, 255, 255, 255, 0, 0])),
    ...frames,
  ];
  return chunk('RIFF', Buffer.concat([Buffer.from('WEBP'), ...parts]));
}

/** The chunks of a still file that are its image: a frame may have no profile and no header of its own. */
function imageIn(still) {
  const chunks = [];
  for (let at = 12; at < still.length; ) {
    const length = still.readUInt32LE(at + 4);
    const end = at + 8 + length + (length % 2);
    if (/^(ALPH|VP8 |VP8L)$/.test(still.toString('latin1', at, at + 4))) chunks.push(still.subarray(at, end));
    at = end;
  }
  return chunks;
}

function chunk(name, content) {
  const head = Buffer.alloc(8);
  head.write(name);
  head.writeUInt32LE(content.length, 4);
  return Buffer.concat([head, content, Buffer.alloc(content.length % 2)]);
}
