/** bench/peers is no part of the project's types; its own packages aside, everything that it imports must be there. */
import { join } from 'node:path';
import { build } from 'esbuild';
import { expect, it } from 'vitest';
import { rawTexts } from '../../scripts/bundle.mjs';

const PEERS = join(import.meta.dirname, '../../bench/peers');

it.each(['run.mjs', 'engine.mjs', 'here.ts', 'tfjs.mjs', 'jax.mjs'])('%s finds what it imports', async (file) => {
  const { warnings } = await build({
    entryPoints: [join(PEERS, file)],
    bundle: true,
    write: false,
    platform: 'node',
    format: 'esm',
    external: ['webgpu', 'esbuild', '@jax-js/jax', '@tensorflow/*'],
    plugins: [rawTexts],
    logLevel: 'silent',
  });
  expect(warnings.map(({ text }) => text)).toEqual([]);
});
