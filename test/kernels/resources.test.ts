/**
 * What every kernel's header says of its resources, held to what it declares: a thread's private arrays and a workgroup's
 * memory, with the constants as they stand in the file. Nothing needs more than the 16 KiB that every WebGPU adapter has.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { headsTogether } from '../../src/kernels/attention/attention';
import {
  MOST_FLOATS,
  MOST_TILED,
  TILED_FORMS,
  tiledSource,
  withConstants,
} from '../../src/kernels/attention/attention-tiles';

const SRC = join(import.meta.dirname, '../../src');
const LEAST_LIMIT = 16384; // maxComputeWorkgroupStorageSize that WebGPU promises
const LINE =
  /^\/\/ Resources: (\d+) floats a thread; (\d+) bytes of workgroup memory; (.+?) bytes read an output(?: \(.*)?$/m;
const KERNELS = readdirSync(SRC, { recursive: true })
  .map(String)
  .filter((file) => file.endsWith('.wgsl'))
  .map((file) => [basename(file, '.wgsl'), readFileSync(join(SRC, file), 'utf8')] as const)
  .filter(([, code]) => code.includes('@compute'));

/** Integer constants and overrides of a file at their values there, by name. */
function constants(code: string): Map<string, bigint> {
  const values = new Map<string, bigint>();
  for (const [, name, expression] of code.matchAll(/^(?:const|override) (\w+)(?:: u32)? = ([^;]+);/gm)) {
    if (!/vec|f32|\./.test(expression)) values.set(name, evaluate(expression, values));
  }
  return values;
}

/** A WGSL expression of whole numbers. */
function evaluate(expression: string, values: ReadonlyMap<string, bigint>): bigint {
  const integers = expression.replace(/\b(\d+)u?\b/g, '$1n');
  const scope = {
    ...Object.fromEntries(values),
    min: (a: bigint, b: bigint) => (a < b ? a : b),
    max: (a: bigint, b: bigint) => (a > b ? a : b),
  };
  return new Function(...Object.keys(scope), `return ${integers};`)(...Object.values(scope)) as bigint;
}

/** Four-byte words of a type; of f16 half as many. */
function words(type: string, code: string, values: ReadonlyMap<string, bigint>): number {
  const array = type.match(/^array<(.+),\s*([^,]+?)\s*>$/s);
  if (array) return words(array[1], code, values) * Number(evaluate(array[2], values));
  const alias = code.match(new RegExp(`^alias ${type} = ([^;]+);`, 'm'));
  if (alias) return words(alias[1], code, values);
  const width = type.match(/^vec(\d)/);
  const size = type.includes('h') || type.includes('f16') ? 0.5 : 1;
  return size * (width ? Number(width[1]) : 1);
}

const declared = (code: string, keyword: RegExp): number =>
  [...code.matchAll(keyword)].map(([, type]) => words(type, code, constants(code))).reduce((sum, n) => sum + n, 0);

/** Bytes of workgroup memory, and words of the arrays that a thread has for itself. */
const workgroupBytes = (code: string) => 4 * declared(code, /^var<workgroup> \w+: ([^;]+);/gm);
const privateWords = (code: string) => declared(code, /^(?: +var|var<private>) \w+: (array<[^;=]+>)(?: =[^;]*)?;/gm);

it.each(KERNELS)('%s states its resources', (_, code) => {
  const stated = code.match(LINE)?.slice(1, 3).map(Number);
  expect(stated, 'a line "// Resources: …" in the header').toBeDefined();
  const [floats, bytes] = stated as number[];
  expect(privateWords(code)).toBeLessThanOrEqual(floats);
  expect(workgroupBytes(code)).toBe(bytes);
  expect(bytes).toBeLessThanOrEqual(LEAST_LIMIT);
});

it.each(KERNELS)('%s finds its place in a grid of any size: beyond 65,535 workgroups it is folded', (stem, code) => {
  if (stem.startsWith('probe-')) return; // measures with a grid of its own
  expect(code).not.toContain('global_invocation_id');
});

it.each(KERNELS)('%s binds at most the eight buffers that every adapter has', (_, code) => {
  expect(code.match(/var<storage/g)?.length ?? 0).toBeLessThanOrEqual(8);
});

describe.each(TILED_FORMS)('attention in tiles, %s', (form) => {
  const widths = Array.from({ length: MOST_TILED / 4 }, (_, i) => 4 * (i + 1));

  it('keeps at most 64 floats a thread and 16 KiB a workgroup at every head dimension', () => {
    for (const D of widths) {
      const code = tiledSource(form, D);
      expect(constants(code).get('D4')).toBe(BigInt(D / 4));
      expect(privateWords(code), `${form}, D ${D}`).toBeLessThanOrEqual(MOST_FLOATS);
      expect(workgroupBytes(code), `${form}, D ${D}`).toBeLessThanOrEqual(LEAST_LIMIT);
    }
  });

  it('holds at least one whole group of keys or rows in its tile', () => {
    for (const D of widths) expect(constants(tiledSource(form, D)).get('XC')).toBeGreaterThan(0n);
  });
});

it('decoding keeps to 16 KiB a workgroup however many heads read together', () => {
  const code = new Map(KERNELS).get('attention-decode-split') as string;
  const seen = [64, 128, 256, 512, 1024].flatMap((D) =>
    [1, 3, 8, 12, 71].map((share) => {
      const G = headsTogether({ H: share, K: 1, D });
      expect(share % G).toBe(0);
      const threads = code.replace(/override T: u32 = \d+;/, `override T: u32 = ${Math.max(64, D / 4)};`);
      expect(workgroupBytes(withConstants(threads, { D4: D / 4, G })), `D ${D}, G ${G}`).toBeLessThanOrEqual(
        LEAST_LIMIT,
      );
      return G;
    }),
  );
  expect(seen).toEqual([1, 3, 8, 6, 1, 1, 3, 8, 6, 1, 1, 3, 8, 6, 1, 1, 3, 4, 4, 1, 1, 1, 2, 2, 1]);
});
