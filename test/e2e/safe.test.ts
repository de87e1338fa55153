/** The page as it is served: what it may do is written down, and nothing but the built files is there to be had. */
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from '../../scripts/chromium-package.mjs';
import { serveBuilt } from '../../scripts/serve.mjs';
import { serveLab } from '../setup/browser';

let lab: Awaited<ReturnType<typeof serveLab>>;
beforeAll(async () => {
  lab = await serveLab();
});
afterAll(() => lab?.close());

/** A request as it is written: fetch would tidy its path and its Host. */
function ask(
  path: string,
  headers: Record<string, string> = {},
  url = lab.url,
  method = 'GET',
): Promise<{ status?: number; headers: Record<string, unknown>; text: string }> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    request({ hostname, port, path, headers, method }, (response) => {
      let text = '';
      response.on('data', (part) => {
        text += part;
      });
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, text }));
    })
      .on('error', reject)
      .end();
  });
}

describe('the page', () => {
  it('says what it may do in its headers, and in itself for hosts that send none', async () => {
    const { headers, text } = await ask('/');
    const policy = String(headers['content-security-policy']);
    for (const word of ["default-src 'none'", "script-src 'self';", "frame-ancestors 'none'", "base-uri 'none'"])
      expect(policy).toContain(word);
    expect(policy).not.toMatch(/unsafe-eval|script-src[^;]*unsafe-inline/);
    expect(headers['cross-origin-opener-policy']).toBe('same-origin');
    expect(headers['cross-origin-embedder-policy']).toBe('require-corp');
    expect(headers['access-control-allow-origin']).toBeUndefined();
    const built = readFileSync(join(root, 'dist/index.html'), 'utf8');
    expect(built).toMatch(/<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'self';/);
    expect(built).toContain("connect-src 'self' https://huggingface.co https://*.huggingface.co https://*.hf.co;");
    expect(text).not.toMatch(/<script(?![^>]*\ssrc=)[^>]*>/); // none inline
  });

  it('asks the Hub and itself, unless another origin is allowed by name', async () => {
    const strict = await serveBuilt({ port: 0 });
    const url = strict.resolvedUrls?.local[0] as string;
    const { headers, text } = await ask('/', {}, url);
    await strict.close();
    for (const policy of [headers['content-security-policy'], text])
      expect(policy).toContain("connect-src 'self' https://huggingface.co https://*.huggingface.co https://*.hf.co;");
    expect((await ask('/')).text).toContain('https://*.hf.co http://127.0.0.1:*;');
  });
});

describe('what is built in of others', () => {
  it('is named with its licence: of the page, of its Workers and theirs, of its fonts', async () => {
    const { status, headers, text } = await ask('/third-party-licenses.txt');
    expect([status, headers['content-type']]).toEqual([200, expect.stringMatching(/^text\/plain/)]);
    const titles = [...text.matchAll(/^-{80}\n(\S+) \S+ \(.+\)$/gm)].map(([, name]) => name);
    const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    const notBuiltIn = ['@vitejs/plugin-react', 'esbuild', 'katex', 'vite', 'webgpu']; // they build, or are Node's
    expect(titles).toEqual(
      expect.arrayContaining(Object.keys(dependencies).filter((name) => !notBuiltIn.includes(name))),
    );
    expect(text).toContain('Permission is hereby granted');
    expect(text).toContain('SIL OPEN FONT LICENSE');
  });
});

describe('the server', () => {
  it.each([
    '/src/ui/main.tsx',
    '/package.json',
    '/../package.json',
    '/%2e%2e/package.json',
    '/..%2fpackage.json',
    '/@fs/etc/passwd',
    '/@vite/client',
    '/__open-in-editor?file=package.json',
    '/runs/',
    '/assets/',
    '/.git/config',
    '/node_modules/vite/package.json',
  ])('has no %s', async (path) => {
    expect((await ask(path)).status).toBe(404);
  });

  it.each(['http://[', 'http://evil.example/', '*'])('answers what is no path, %s, and lives on', async (path) => {
    expect(await ask(path)).toMatchObject({ status: 400, text: expect.stringMatching(/^Ask for a path/) });
  });

  it('answers a path of nothing but slashes without a word of its own sources', async () => {
    const { status, text } = await ask('//');
    expect([status, text]).toEqual([200, expect.not.stringMatching(/Invalid URL|\.mjs/)]);
  });

  it.each(['POST', 'TRACE', 'DELETE'])('is only read: %s', async (method) => {
    expect((await ask('/', {}, lab.url, method)).status).toBe(405);
  });

  it.each([
    ['bytes=0-3', 206],
    ['bytes=5-2', 200],
    ['bytes=a-b', 200],
    ['bytes=0-0,2-3', 200],
    ['bytes=99999999999-', 416],
  ])('gives of a file %s', async (Range, status) => {
    const found = await ask('/models/nano/config.json', { Range });
    expect(found.status).toBe(status);
    if (status === 206) expect(found.text).toHaveLength(4);
  });

  it.each(['evil.example', 'evil.example:5173', '127.0.0.1.evil.example'])(
    'does not answer to the name %s',
    async (Host) => {
      expect((await ask('/', { Host })).status).toBe(403);
    },
  );

  it('answers no page of another origin', async () => {
    const { headers } = await ask('/models/nano/config.json', { Origin: 'https://evil.example' });
    expect(headers['access-control-allow-origin']).toBeUndefined();
    expect(headers['cross-origin-resource-policy']).toBe('same-origin');
  });
});
