/** Quantised blocks against ggml's own Python package (test/fixtures/make_gguf.py), to the bit. */
import { describe, expect, test } from 'vitest';
import { BLOCKS, type BlockType } from '../../src/model/weights/gguf/blocks';
import { dequantise } from '../../src/model/weights/gguf/dequantise';
import { parseGgufHeader } from '../../src/model/weights/gguf/header';
import { readSafetensors } from '../../src/model/weights/safetensors';
import { fixtureBytes } from '../setup/checkpoints';

const bytes = fixtureBytes('gguf', 'quantised.gguf');
const { tensors, metadata } = parseGgufHeader(bytes, bytes.length, 'quantised.gguf');
const expected = readSafetensors(fixtureBytes('gguf', 'quantised.safetensors'), 'quantised.safetensors').tensors;

const bits = (values: Float32Array) => new Uint32Array(values.buffer, values.byteOffset, values.length);

test('the file has a tensor of each type that is read', () => {
  expect([...tensors.values()].map((t) => t.type).sort()).toEqual(Object.keys(BLOCKS).sort());
  expect(metadata.get('test.number')).toBe(7);
});

describe('bit for bit', () => {
  test.each(Object.keys(BLOCKS) as BlockType[])('%s', (type) => {
    const tensor = tensors.get(`${type}.weight`);
    const want = expected.get(`${type}.weight`);
    if (!tensor || !want) throw new Error('not in the fixture');
    expect(tensor.shape).toEqual(want.shape);
    const got = dequantise(bytes.slice(tensor.offset, tensor.offset + tensor.bytes), type);
    const wrong = bits(got).findIndex((b, i) => b !== bits(want.data)[i]);
    expect([wrong, got[wrong], want.data[wrong]]).toEqual([-1, undefined, undefined]);
    expect(got).toHaveLength(want.data.length);
    expect(new Set(want.data).size).toBeGreaterThan(25); // the fixture itself says something
  });
});
