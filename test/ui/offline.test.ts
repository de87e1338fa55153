/** What the page keeps for the time without a network, and what of it answers. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { addressInPage } from '../../scripts/address.mjs';
import { keptFiles } from '../../scripts/offline.mjs';
import { cacheName, isOfBuild, outdatedCaches, pathBelow, rangeOf } from '../../src/ui/offline/kept';

const LAB = 'https://someone.github.io/lab/';

test('an address is a file of the page, or none of its business', () => {
  expect(pathBelow(LAB, `${LAB}?seed=7#learn`)).toBe('');
  expect(pathBelow(LAB, `${LAB}index.html`)).toBe('');
  expect(pathBelow(LAB, `${LAB}models/nano/config.json?x`)).toBe('models/nano/config.json');
  for (const other of [
    'https://someone.github.io/',
    'https://someone.github.io/lab2/',
    'https://huggingface.co/lab/models/nano/config.json',
    'http://someone.github.io/lab/',
  ])
    expect(pathBelow(LAB, other), other).toBeNull();
});

test('other builds of this lab go, other labs of the host stay', () => {
  const names = [cacheName(LAB, '1'), cacheName(LAB, '2'), cacheName('https://someone.github.io/lab2/', '1'), 'hub'];
  expect(outdatedCaches(names, LAB, '2')).toEqual([cacheName(LAB, '1')]);
});

test('a page is of the build that it names', () => {
  const page = '<head>\n    <meta name="build" content="2026-01-02" />';
  expect([isOfBuild(page, '2026-01-02'), isOfBuild(page, '2026-01-0'), isOfBuild('', '2026-01-02')]).toEqual([
    true,
    false,
    false,
  ]);
});

test.each([
  ['bytes=0-0', { from: 0, to: 1 }],
  ['bytes=4-', { from: 4, to: 10 }],
  ['bytes=4-99', { from: 4, to: 10 }],
  ['bytes=-3', { from: 7, to: 10 }],
  ['bytes=-99', { from: 0, to: 10 }],
  ['bytes=10-', 'beyond'],
  ['bytes=5-4', 'beyond'],
  ['bytes=-', null],
  ['bytes=0-1,4-5', null],
  ['lines=1-2', null],
])('of ten bytes "%s" asks for %j', (header, range) => {
  expect(rangeOf(header, 10)).toEqual(range);
});

test('every file of a build is kept by its hash, the page by its name, large ones later', () => {
  const folder = mkdtempSync(join(tmpdir(), 'built-'));
  mkdirSync(join(folder, 'python'));
  for (const name of ['index.html', 'service-worker.js', 'preview.jpg', 'a b.js', 'font.woff', 'python/x.wasm'])
    writeFileSync(join(folder, name), 'x');
  const kept = keptFiles(folder, ['python/']);
  rmSync(folder, { recursive: true });
  const hash = 'sha256-LXEWQrcmsEQBYnyp+6wy9chTD7GQPMTbAiWHF5IaSIE='; // printf x | openssl dgst -sha256 -binary | base64
  expect(kept).toEqual([{ path: 'a%20b.js', hash }, { path: '' }, { path: 'python/x.wasm', hash, later: true }]);
});

test('an address that a build knows makes the picture of its links whole', () => {
  const page = '<title>Lab</title><meta property="og:image" content="./preview.jpg" />';
  expect(addressInPage('').transformIndexHtml(page)).toBe(page);
  const known = addressInPage('https://someone.github.io/lab').transformIndexHtml(page);
  expect(known).toContain('content="https://someone.github.io/lab/preview.jpg"');
  expect(known).toContain('<link rel="canonical" href="https://someone.github.io/lab/" />');
});
