/** JSON with its checksum: whatever bit is turned, it is not taken for what it was. */
import { expect, test } from 'vitest';
import { Damage, isIntact, sealed, unseal } from '../../src/runs/sealed';
import { utf8 } from '../setup/checkpoints';

const EARLIER = '{"v":';
const value = { v: 1, type: 'sample', text: 'ein „é“ 🙂', n: [0.5, -1e-7, null] };

test('comes back without its checksum, which is the first field of JSON that anybody reads', () => {
  const text = sealed(value);
  expect(JSON.parse(text)).toEqual({ crc: expect.stringMatching(/^[0-9a-f]{8}$/), ...value });
  expect(unseal(utf8(text), EARLIER)).toEqual(value);
  expect(unseal(utf8(JSON.stringify(value)), EARLIER)).toEqual(value); // of an earlier version
});

test('every single bit counts', () => {
  const bytes = utf8(sealed(value));
  for (let bit = 0; bit < 8 * bytes.length; bit++) {
    const turned = bytes.slice();
    turned[bit >> 3] ^= 1 << (bit & 7);
    expect(isIntact(turned, EARLIER), `bit ${bit}`).toBe(false);
    expect(() => unseal(turned, EARLIER)).toThrow(Damage);
  }
});

test('what is cut, empty or no JSON is damage', () => {
  const bytes = utf8(sealed(value));
  for (let length = 0; length < bytes.length; length++)
    expect(() => unseal(bytes.subarray(0, length), EARLIER), `${length}`).toThrow(Damage);
  for (const text of ['', '{}', 'null', '{"v":', '{"crc":"', '[]'])
    expect(() => unseal(utf8(text), EARLIER)).toThrow(Damage);
});
