/** Loading: bytes of a file that are a storage's own go through unchanged, bad values are named, the event loop turns. */
import { afterEach, describe, expect, it } from 'vitest';
import { memoryBytes } from '../../src/data/bytes';
import { Arena, type Tensor } from '../../src/gpu/tensor';
import type { WeightFormat } from '../../src/kernels/weight-format/weight-format';
import { type ModelConfig, NANO_CONFIG } from '../../src/model/net/config';
import { packedCatalog } from '../../src/model/net/layout';
import { createFrozen, ParameterLayout, readParameters } from '../../src/model/net/parameters';
import { type PackHost, packOnThreads } from '../../src/model/weights/pack-threads';
import { packWorker } from '../../src/model/weights/pack-worker';
import { store } from '../../src/model/weights/quantise';
import { openSafetensors } from '../../src/model/weights/safetensors-file';
import type { StoredTensor, TensorCatalog } from '../../src/model/weights/stored-tensor';
import { wave } from '../setup/close';
import { testDevice } from '../setup/gpu';

const device = testDevice();
const config: ModelConfig = { ...NANO_CONFIG, layers: 1, sliding: [false] };
const layout = new ParameterLayout(config);
const BINDING = 2 ** 27;

/** A safetensors file of every tensor of the layout, in `dtype`; `change` edits the data's bytes. */
async function checkpoint(dtype: 'F32' | 'F16' | 'BF16', change: (data: Uint8Array) => void = () => {}) {
  const header: Record<string, unknown> = {};
  const parts: Uint8Array[] = [];
  let end = 0;
  for (const { name, shape, bytes } of packedCatalog(layout, new Float32Array(layout.size)).values()) {
    const values = Float32Array.from(wave(bytes / 4, parts.length));
    const { buffer } = store(values, dtype === 'F32' ? 'f32' : dtype === 'F16' ? 'f16' : 'bf16').data;
    parts.push(new Uint8Array(buffer));
    header[name] = { dtype, shape, data_offsets: [end, end + buffer.byteLength] };
    end += buffer.byteLength;
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  const file = new Uint8Array(8 + json.length + end);
  new DataView(file.buffer).setBigUint64(0, BigInt(json.length), true);
  file.set(json, 8);
  const data = file.subarray(8 + json.length);
  let at = 0;
  for (const part of parts) {
    data.set(part, at);
    at += part.length;
  }
  change(data);
  return openSafetensors(memoryBytes(file, 'checkpoint'));
}

/** What the device holds after loading. */
async function loaded(tensors: TensorCatalog, storage: WeightFormat, of = layout) {
  const { gpu, r } = device;
  const arena = new Arena(gpu);
  try {
    const set = await createFrozen(arena, of, { tensors, where: 'checkpoint' }, storage, BINDING);
    const read = async (t: Tensor) => {
      const words = r.readU32(t);
      r.submit();
      return words;
    };
    return await readParameters(set, read);
  } finally {
    arena.destroy();
  }
}

const withoutRaw = (tensors: TensorCatalog): TensorCatalog =>
  new Map([...tensors].map(([name, tensor]): [string, StoredTensor] => [name, { ...tensor, raw: undefined }]));

describe.each([
  ['F32', 'f32'],
  ['BF16', 'bf16'],
  ['F16', 'f16'],
  ['BF16', 'f32'],
  ['F32', 'bf16'],
] as const)('a %s file as %s', (dtype, storage) => {
  it('holds what the file holds, taken as it is or widened', async () => {
    const tensors = await checkpoint(dtype);
    const [direct, widened] = [await loaded(tensors, storage), await loaded(withoutRaw(tensors), storage)];
    expect([...direct.keys()].sort()).toEqual([...tensors.keys()].sort());
    for (const [name, { data }] of direct) {
      expect(data, name).toEqual(widened.get(name)?.data);
      const rows = (await tensors.get(name)?.rows(0, tensors.get(name)?.shape[0] ?? 0)) as Float32Array;
      if (storage !== 'bf16' || dtype === 'BF16') expect(data, name).toEqual(rows);
    }
  });
});

it.each([
  ['F32', 'f32', 4, [0, 0, 0xc0, 0x7f], 'NaN'],
  ['BF16', 'bf16', 2, [0x80, 0xff], '-Infinity'],
  ['F16', 'f16', 2, [0, 0x7c], 'Infinity'],
  ['BF16', 'q8', 2, [0x80, 0x7f], 'Infinity'],
] as const)('a value of a %s file that is not finite is named (%s)', async (dtype, storage, size, bytes, value) => {
  const [first] = packedCatalog(layout, new Float32Array(layout.size)).keys();
  const tensors = await checkpoint(dtype, (data) => data.set(bytes, size * 137));
  const before = device.gpu.liveBytes;
  await expect(loaded(tensors, storage)).rejects.toThrow(`Tensor ${first} holds ${value} at element 137`);
  expect(device.gpu.liveBytes).toBe(before);
});

it('a value beyond the range of f16 is refused for that storage, and taken for bf16', async () => {
  const tensors = await checkpoint('F32', (data) =>
    new DataView(data.buffer, data.byteOffset).setFloat32(548, 7e4, true),
  );
  await expect(loaded(tensors, 'f16')).rejects.toThrow(/holds 70000 at element 137, which is beyond the range of f16/);
  await loaded(tensors, 'bf16');
});

it('memory that is read into again is free by then', async () => {
  const wide: ModelConfig = { ...config, vocabSize: 8192, hiddenSize: 256, heads: 4, kvHeads: 4, headDim: 64 };
  const large = new ParameterLayout(wide);
  const drawn = packedCatalog(
    large,
    Float32Array.from({ length: large.size }, (_, i) => i),
  );
  let reads = 0;
  const tensors: TensorCatalog = new Map(
    [...drawn].map(([name, tensor]): [string, StoredTensor] => [
      name,
      {
        ...tensor,
        async raw(first, end, room) {
          const { buffer } = await tensor.rows(first, end);
          const bytes = room?.subarray(0, buffer.byteLength) ?? new Uint8Array(buffer.byteLength);
          bytes.set(new Uint8Array(buffer));
          reads += 1;
          return bytes;
        },
      },
    ]),
  );
  const [again, fresh] = [await loaded(tensors, 'f32', large), await loaded(drawn, 'f32', large)];
  expect(reads).toBeGreaterThanOrEqual(tensors.size + 3); // the embedding alone takes several
  for (const [name, { data }] of again)
    expect(Buffer.compare(bytesOf(data), bytesOf(fresh.get(name)?.data)), name).toBe(0);
});

const bytesOf = (data: ArrayLike<number> | undefined) => new Uint8Array((data as Float32Array).buffer);

it('reads little at a time, one piece ahead, and lets the event loop turn', async () => {
  const wide: ModelConfig = { ...config, vocabSize: 32_768, hiddenSize: 256, heads: 4, kvHeads: 4, headDim: 64 };
  const large = new ParameterLayout(wide);
  const drawn = packedCatalog(large, new Float32Array(large.size).fill(0.25));
  let [most, open, widest, turns] = [0, 0, 0, 0];
  const tensors: TensorCatalog = new Map(
    [...drawn].map(([name, tensor]): [string, StoredTensor] => [
      name,
      {
        ...tensor,
        async rows(first, end) {
          widest = Math.max(widest, (end - first) * (tensor.shape[1] ?? 1));
          open += 1;
          most = Math.max(most, open);
          const values = await tensor.rows(first, end);
          await new Promise((resolve) => setTimeout(resolve, 1));
          open -= 1;
          return values;
        },
      },
    ]),
  );
  const timer = setInterval(() => {
    turns += 1;
  }, 1);
  const arena = new Arena(device.gpu);
  const progress: number[] = [];
  const note = (done: number) => void progress.push(done);
  await createFrozen(arena, large, { tensors, where: 'drawn' }, 'q4', BINDING, note);
  clearInterval(timer);
  arena.destroy();
  expect(widest).toBeLessThanOrEqual(1024 * 1024);
  expect(most).toBeLessThanOrEqual(2); // the piece in hand and the next
  expect(turns).toBeGreaterThan(8); // at least once a piece
  expect(progress).toEqual([...progress].sort((a, b) => a - b));
  expect(progress[progress.length - 1]).toBe(large.count);
});

describe('with threads that pack', () => {
  const wide: ModelConfig = { ...config, vocabSize: 20_480, hiddenSize: 256, heads: 4, kvHeads: 4, headDim: 64 };
  const large = new ParameterLayout(wide);
  const values = Float32Array.from({ length: large.size }, (_, i) => Math.sin(i) * 2 ** -(i % 7));
  afterEach(() => packOnThreads(null));

  /**
   * A file as a disk gives it, a little later and into the memory it is given; `change` edits what is read, from the
   * tensor's value `at` on; `away` where a thread is to pack it.
   */
  type Change = (values: Float32Array, at: number, away: boolean) => void;
  const file = (dtype: 'F32' | 'BF16', change: Change = () => {}) =>
    new Map(
      [...packedCatalog(large, values)].map(([name, tensor]): [string, StoredTensor] => {
        const read: NonNullable<StoredTensor['raw']> = async (first, end, room) => {
          const some = (await tensor.rows(first, end)).slice();
          change(some, (first * some.length) / (end - first), room?.buffer.byteLength === room?.byteLength);
          await new Promise((resolve) => setTimeout(resolve, 1));
          const { buffer, byteLength } = store(some, dtype === 'F32' ? 'f32' : 'bf16').data;
          if (!room || room.length < byteLength) return new Uint8Array(buffer);
          room.set(new Uint8Array(buffer));
          return room.subarray(0, byteLength);
        };
        return [name, { ...tensor, dtype, bytes: dtype === 'F32' ? tensor.bytes : tensor.bytes / 2, raw: read }];
      }),
    );

  /** Threads that are none, but answer later and take the memory that they are given; some die of their first question. */
  function host({ dies = false, delay = 2 } = {}) {
    const seen = { started: 0, asked: 0, ended: 0 };
    const start: PackHost['start'] = ({ reply, failed }) => {
      seen.started += 1;
      const answer = packWorker((said, transfer) => {
        const sent = structuredClone(said, { transfer });
        setTimeout(() => reply(sent), sent.type === 'ready' ? 0 : delay);
      });
      return {
        post: (question, transfer) => {
          seen.asked += 1;
          const taken = structuredClone(question, { transfer });
          if (dies) setTimeout(() => failed(new Error('out of memory')), delay);
          else void answer(taken);
        },
        hold: () => {},
        terminate: () => {
          seen.ended += 1;
        },
      };
    };
    packOnThreads({ processors: 3, values: 1, start });
    return seen;
  }

  it.each([
    ['BF16', 'q4'],
    ['F32', 'q8'],
  ] as const)('a %s file as %s holds what it holds without', async (dtype, storage) => {
    const alone = await loaded(file(dtype), storage, large);
    const seen = host();
    const helped = await loaded(file(dtype), storage, large);
    expect(seen.asked).toBeGreaterThan(0);
    expect(seen).toMatchObject({ started: 2, ended: 2 });
    for (const [name, { data }] of helped)
      expect(Buffer.compare(bytesOf(data), bytesOf(alone.get(name)?.data)), name).toBe(0);
  });

  it('of values that are not finite the first is named, though others are found before', async () => {
    const seen = host({ delay: 300 }); // longer than what no thread takes is packed here
    const first: number[] = [];
    const tensors = file('BF16', (some, at, away) => {
      if (away && first.length === 0) first.push(at + 7);
      if (first.length > 0) some[7] = Number.NaN;
    });
    const before = device.gpu.liveBytes;
    const refused = await loaded(tensors, 'q4', large).catch((error) => error.message);
    expect(refused).toContain(`holds NaN at element ${first[0]}`);
    expect(device.gpu.liveBytes).toBe(before);
    expect(seen).toMatchObject({ started: 2, ended: 2 });
  });

  it('what they die of is packed here', async () => {
    const alone = await loaded(file('BF16'), 'q4', large);
    const seen = host({ dies: true });
    const helped = await loaded(file('BF16'), 'q4', large);
    expect(seen.asked).toBeGreaterThan(0);
    for (const [name, { data }] of helped)
      expect(Buffer.compare(bytesOf(data), bytesOf(alone.get(name)?.data)), name).toBe(0);
  });

  it('where none can be started, or there is too little to do, all is packed here', async () => {
    const start = () => {
      throw new Error('no threads here');
    };
    const load = async () => {
      const arena = new Arena(device.gpu);
      await createFrozen(arena, large, { tensors: file('BF16'), where: 'file' }, 'q4', BINDING);
      arena.destroy();
    };
    packOnThreads({ processors: 2, values: 1, start });
    await load();
    packOnThreads({ processors: 2, start: () => expect.unreachable('started for a few values') });
    await load();
  });
});
