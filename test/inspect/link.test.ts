/** Links of the inspector: there and back for any state, and a clear word for broken ones. */
import { deflateSync } from 'node:zlib';
import * as fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type InspectLink, readInspectLink, writeInspectLink } from '../../src/inspect/inspect-link';
import { INSPECT_MODES } from '../../src/inspect/types';

afterEach(() => vi.unstubAllGlobals());

const name = fc.string({ maxLength: 20, unit: 'grapheme' });
const text = fc.string({ maxLength: 200, unit: 'grapheme' });
const subject = fc.record({ model: name, adapter: fc.option(name), weightFormat: name });
const states: fc.Arbitrary<InspectLink> = fc.record(
  {
    subject,
    compare: fc.constantFrom('nothing', 'adapter-off', 'model'),
    other: subject,
    choice: fc.oneof(
      fc.record({ task: fc.constant('own' as const), question: text, solution: text, answer: text }),
      fc.record({
        task: fc.constant('two-cards'),
        seed: fc.nat(),
        index: fc.nat(1e9),
        minDepth: fc.option(fc.nat(15)),
      }),
    ),
    context: fc.record({ mode: fc.constantFrom(...INSPECT_MODES), thinking: fc.boolean(), wording: text }),
    sampling: fc.record({
      temperature: fc.double({ min: 0, max: 2, noNaN: true }).map((x) => x + 0),
      topP: fc.double({ min: 0, max: 1, noNaN: true }).map((x) => x + 0),
      maxNewTokens: fc.nat(4096),
      seed: fc.nat(),
    }),
    student: fc.option(text),
    teacher: fc.option(text),
    response: text,
    arm: name,
    measure: name,
    tab: name,
    group: fc.record({ size: fc.nat(64), right: fc.nat(64) }),
  },
  { requiredKeys: [] },
);

describe('a link', () => {
  it('gives the state back, whatever it is', async () => {
    await fc.assert(
      fc.asyncProperty(states, async (state) => {
        const link = await writeInspectLink(state);
        expect(link).toMatch(/^1[jz][A-Za-z0-9_-]*$/);
        expect(await readInspectLink(link)).toEqual(state);
      }),
    );
  });

  it('of a long response is compressed where the host can, and read on either', async () => {
    const state = { response: 'Wait, let me try another pair. '.repeat(500) };
    const packed = await writeInspectLink(state);
    expect(packed.length).toBeLessThan(400);
    vi.stubGlobal('CompressionStream', undefined);
    const plain = await writeInspectLink(state);
    expect(plain.length).toBeGreaterThan(15_000);
    expect(await readInspectLink(plain)).toEqual(state);
    expect(await readInspectLink(packed)).toEqual(state);
    vi.stubGlobal('DecompressionStream', undefined);
    await expect(readInspectLink(packed)).rejects.toThrow(/newer browser/);
  });
});

const encoded = (value: unknown) => `1j${Buffer.from(JSON.stringify(value)).toString('base64url')}`;

it('of an earlier version, whose weights had a storage, is read', async () => {
  const subject = { model: 'nano', adapter: null };
  const link = encoded({ subject: { ...subject, storage: 'q8' } });
  expect(await readInspectLink(link)).toEqual({ subject: { ...subject, weightFormat: 'q8' } });
});

describe('a broken link', () => {
  it.each([
    ['of another version', '2zabc', /another version of the lab \(2\)/],
    ['that is none', 'nonsense?', /cut short or changed/],
    ['that is empty', '', /cut short or changed/],
    ['of an unknown field', encoded({ evil: 1 }), /evil/],
    ['of a wrong type', encoded({ response: 7 }), /response: .*string/],
    ['of an unknown mode', encoded({ context: { mode: 'x', thinking: false, wording: '' } }), /context\.mode/],
    [
      'of a number out of range',
      encoded({ sampling: { temperature: -1, topP: 1, maxNewTokens: 1, seed: 0 } }),
      /temperature/,
    ],
    ['that is no object', encoded([1]), /link cannot be read/],
    ['that is far too long', `1j${'A'.repeat(2_000_000)}`, /2000002 characters/],
    [
      'that unpacks to very much',
      `1z${deflateSync(Buffer.alloc(50_000_000, 32)).toString('base64url')}`,
      /more than 4194304 bytes/,
    ],
  ])('%s is refused in words', async (_, link, why) => {
    await expect(readInspectLink(link)).rejects.toThrow(why);
  });

  it('cut or changed anywhere is refused in words or read as a state, never anything else', async () => {
    const link = await writeInspectLink({ response: 'Wait, 3 + 4 = 7. '.repeat(20), arm: 'antisd' });
    await fc.assert(
      fc.asyncProperty(fc.nat(link.length - 1), fc.constantFrom('', 'A', '_', '%'), async (at, put) => {
        const changed = link.slice(0, at) + put + link.slice(at + 1);
        const outcome = await readInspectLink(changed).catch((error: Error) => error);
        if (outcome instanceof Error) expect(outcome.name).toBe('BadInput');
        else expect(typeof (outcome.response ?? '')).toBe('string');
      }),
      { numRuns: 300 },
    );
  });
});
