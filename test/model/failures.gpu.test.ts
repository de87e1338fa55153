/**
 * What goes wrong while a model is opened or loaded: one message with cause and mend, and nothing stays on the device.
 * BadInput ends the command line with exit code 2, OutOfMemory with 3.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ByteSource, FileSource } from '../../src/data/bytes';
import { BadInput } from '../../src/data/errors';
import type { Gpu } from '../../src/gpu/device';
import { OutOfMemory } from '../../src/gpu/errors';
import { openModel } from '../../src/library/open-model';
import type { Capacity } from '../../src/model/net/activations';
import { LoraLayout } from '../../src/model/net/lora';
import { Policy } from '../../src/model/net/policy';
import { readLoraFolder, writeLoraFolder } from '../../src/model/weights/adapter';
import { parseLoraConfig } from '../../src/model/weights/adapter-config';
import { openModelFolder } from '../../src/model/weights/folder';
import { type HostTensor, writeSafetensors } from '../../src/model/weights/safetensors';
import { countingBytes, fixtureBytes, ggufFile, memoryFiles, utf8 } from '../setup/checkpoints';
import { diskFolder, FIXTURES, fixtureJson, fixturePath, fixtureTensors, SMALL } from '../setup/fixtures';
import { testDevice } from '../setup/gpu';

const device = testDevice();
let gpu: Gpu;
/** What other tests' files have on the device. */
let others: { liveBuffers: number; liveBytes: number };
beforeEach(() => {
  gpu = device.gpu;
  const { liveBuffers, liveBytes } = gpu;
  others = { liveBuffers, liveBytes };
});
afterEach(() => {
  vi.restoreAllMocks();
  expect(gpu).toMatchObject(others);
});

const SMALLEST = { ...SMALL, tokens: 64, targets: 64, positions: 64, rows: 2, maxNewTokens: 4 };
type Files = Record<string, Uint8Array<ArrayBuffer>>;

/** The fixture "llama" in memory, with a file changed. */
function llama(changes: Files = {}): Files {
  const file = (name: string) => fixtureBytes('llama', name);
  return { 'config.json': file('config.json'), 'model.safetensors': file('model.safetensors'), ...changes };
}

const config = (changes: object): Files => ({
  'config.json': utf8(JSON.stringify({ ...fixtureJson<object>('llama', 'config.json'), ...changes })),
});

/** Its weights after `change`. */
function weights(change: (tensors: Map<string, HostTensor>) => void): Files {
  const tensors = fixtureTensors('llama', 'model.safetensors');
  change(tensors);
  return { 'model.safetensors': writeSafetensors(tensors) };
}

async function load(files: FileSource | Files, capacity: Partial<Capacity> = {}): Promise<Policy> {
  const source = (typeof files.open === 'function' ? files : memoryFiles(files as Files)) as FileSource;
  const model = await openModelFolder(source);
  return Policy.create(gpu, model.config, { ...SMALLEST, ...capacity }, model);
}

/** The error's message names cause and place, and ends with what to do. */
async function refused(work: Promise<unknown>, message: RegExp, kind: new (...a: never[]) => Error = BadInput) {
  const error = await work.then(
    () => null,
    (e: unknown) => e,
  );
  expect(error).toBeInstanceOf(kind);
  const { message: said } = error as Error;
  expect(said).toMatch(message);
  expect(said, 'a mend').toMatch(/\. [A-Z][^.]+.*\.?$/);
  expect(said.split('\n')).toHaveLength(1);
}

const norm = 'model.layers.1.input_layernorm.weight';
const shard = (name: string) => ({ ...shards(), ...(name ? { [name]: shards()[name].slice(0, -64) } : {}) });
function shards(): Files {
  const names = [
    'config.json',
    'model.safetensors.index.json',
    ...[1, 2, 3].map((n) => `model-0000${n}-of-00003.safetensors`),
  ];
  return Object.fromEntries(names.map((name) => [name, fixtureBytes('qwen3-bf16-shards', name)]));
}
function without(files: Files, name: string): Files {
  const { [name]: _, ...rest } = files;
  return rest;
}

describe('a folder is refused before anything is allocated', () => {
  it.each<[string, () => Files, RegExp]>([
    ['another architecture', () => llama(config({ model_type: 'gpt2' })), /"gpt2" is not supported.*Use a dense model/],
    ['a mixture of experts', () => llama(config({ model_type: 'qwen3_moe' })), /mixture of experts/],
    [
      'GPTQ weights',
      () => llama(config({ quantization_config: { quant_method: 'gptq', bits: 4 } })),
      /quantization_config.*gptq.*bf16 or f16/,
    ],
    ['no configuration', () => without(llama(), 'config.json'), /config.json is missing/],
    ['a configuration that is no JSON', () => llama({ 'config.json': utf8('{"model_type": ') }), /no JSON/],
    ['no weights', () => without(llama(), 'model.safetensors'), /model.safetensors is missing/],
    [
      'a missing tensor',
      () => llama(weights((t) => t.delete(norm))),
      /Tensor model.layers.1.input_layernorm.weight is missing/,
    ],
    [
      'a tensor too many',
      () =>
        llama(
          weights((t) => t.set('model.layers.0.self_attn.q_proj.bias', { shape: [32], data: new Float32Array(32) })),
        ),
      /q_proj.bias has no place/,
    ],
    [
      'another shape',
      () => llama(weights((t) => t.set(norm, { shape: [16], data: new Float32Array(16) }))),
      /input_layernorm.weight has shape \[16\], config.json asks for \[32\]/,
    ],
    [
      'another vocabulary',
      () => llama(config({ vocab_size: 64 })),
      /embed_tokens.weight has shape \[61, 32\].*\[64, 32\]/,
    ],
    [
      'a truncated file',
      () => llama({ 'model.safetensors': fixtureBytes('llama', 'model.safetensors').slice(0, -4) }),
      /bytes/,
    ],
    [
      'a missing shard',
      () => without(shards(), 'model-00002-of-00003.safetensors'),
      /shard model-00002-of-00003.*missing/,
    ],
    ['a truncated shard', () => shard('model-00003-of-00003.safetensors'), /Not a usable safetensors file/],
    ['integers as weights', () => llama({ 'model.safetensors': integers() }), /dtype "I32"; F32, F16 and BF16/],
  ])('%s', async (_, files, message) => {
    const create = vi.spyOn(gpu, 'createBuffer');
    await refused(load(files()), message);
    expect(create).not.toHaveBeenCalled();
  });

  it('a GGUF mixture of experts, by its name or by its experts', async () => {
    const file = (metadata: object) => load({ 'model.gguf': ggufFile({ metadata: metadata as never }) });
    await refused(
      file({ 'general.architecture': 'qwen3moe' }),
      /"qwen3moe" is not supported: it is a mixture of experts/,
    );
    const mixtral = { 'general.architecture': 'llama', 'llama.expert_count': { u32: 8 } };
    await refused(file(mixtral), /llama.expert_count = 8 is not supported/);
  });

  it('a GGUF quantisation that is not read: IQ4_XS', async () => {
    const tensors = [{ name: 'token_embd.weight', lengths: [256, 8], type: 23, bytes: 1088 }];
    const file = ggufFile({ metadata: { 'general.architecture': 'llama' }, tensors });
    await refused(
      load({ 'model.gguf': file }),
      /token_embd.weight: quantisation type IQ4_XS is not supported.*another quantisation/,
    );
  });
});

/** The fixture's header with one dtype that holds no weights. */
function integers(): Uint8Array<ArrayBuffer> {
  const bytes = fixtureBytes('llama', 'model.safetensors');
  const text = new TextDecoder('latin1').decode(bytes).replace('"dtype":"F32"', '"dtype":"I32"');
  return Uint8Array.from(text, (c) => c.charCodeAt(0));
}

describe('a tokenizer', () => {
  const files = (more: Files) => memoryFiles(llama(more));
  const nano = (name: string) => ({ [name]: new Uint8Array(fixtureBytes('../../public/models/nano', name)) });

  it('with more tokens than the model has is another model’s', async () => {
    await refused(
      openModel(files(nano('tokenizer.json'))),
      /tokenizer.json has 77 tokens, the model 61.*Use the tokenizer that belongs/,
    );
  });

  it('in an older format comes with the way to convert it; without one, token ids are scored all the same', async () => {
    const text = async (more: Files) => (await openModel(files(more))).text;
    await refused(
      text({ 'tokenizer.model': utf8('x') }),
      /tokenizer.json is missing; tokenizer.model is an older format.*AutoTokenizer/,
    );
    await refused(text({}), /tokenizer.json is missing.*Copy it/);
    expect((await openModel(files({}))).config.family).toBe('llama');
  });
});

describe('nothing half-loaded stays on the device', () => {
  const lora = { rank: 2, alpha: 4, dropout: 0.1, targets: ['q_proj', 'down_proj'], rankStabilised: false } as const;
  const ways = [
    ['all parameters', {}],
    ['an adapter on bf16', { lora, format: 'bf16' }],
    ['q4 weights to look at', { training: false, format: 'q4' }],
  ] as const;

  it.each(ways)('NaN in the weights: %s', async (_, capacity) => {
    const damaged = llama(weights((t) => (t.get(norm) as HostTensor).data.fill(Number.NaN, 3, 4)));
    await refused(load(damaged, capacity), /input_layernorm.weight holds NaN at element 3.*damaged/);
  });

  it.each(ways)('a file that ends while it is read: %s', async (_, capacity) => {
    const bytes = fixtureBytes('llama', 'model.safetensors');
    const shrinking: ByteSource = {
      ...countingBytes(bytes, 'model.safetensors'),
      read: async (from, to) => {
        if (to > bytes.length - 64)
          throw new BadInput('The file ends early', 'model.safetensors', 'Download it again.');
        return bytes.slice(from, to);
      },
    };
    const whole = memoryFiles(llama());
    const open = async (name: string) => (name === 'model.safetensors' ? shrinking : whole.open(name));
    await refused(load({ ...whole, open }, capacity), /ends early/);
  });

  it.each(ways)('memory that runs out at any of the buffers: %s', async (_, capacity) => {
    const create = vi.spyOn(gpu, 'createBuffer');
    (await load(llama(), capacity)).destroy();
    const total = create.mock.calls.length;
    const real = create.getMockImplementation() ?? Object.getPrototypeOf(gpu).createBuffer.bind(gpu);
    expect(total).toBeGreaterThan(20);
    for (let last = 0; last < total; last++) {
      let made = 0;
      create.mockImplementation((...args) => {
        if (made++ === last)
          throw new OutOfMemory(`${args[0]} does not fit. Choose a smaller batch, context or model.`);
        return real(...args);
      });
      await refused(load(llama(), capacity), /does not fit/, OutOfMemory);
      expect(gpu, `after buffer ${last} of ${total}`).toMatchObject(others);
    }
  });

  it('memory that the device reports as used up', async () => {
    const scope = vi.spyOn(gpu.device, 'popErrorScope').mockResolvedValueOnce({ message: 'no memory' } as GPUError);
    await refused(load(llama()), /could not hold \d+ bytes \(no memory\).*smaller/, OutOfMemory);
    expect(scope).toHaveBeenCalled();
  });

  it('a binding that not even 64 rows fit', async () => {
    await refused(load(llama(), { bindingBytes: 1024 }), /64 rows of 32 values do not fit a binding of 1024 bytes/);
  });
});

describe('adapters', () => {
  const source = diskFolder(fixturePath('llama-lora'));
  const files = () => ({
    'adapter_config.json': fixtureBytes('llama-lora', 'adapter_config.json'),
    'adapter_model.safetensors': fixtureBytes('llama-lora', 'adapter_model.safetensors'),
  });
  const changed = (changes: object): Files => ({
    ...files(),
    'adapter_config.json': utf8(
      JSON.stringify({ ...fixtureJson<object>('llama-lora', 'adapter_config.json'), ...changes }),
    ),
  });
  const modelOf = async (name: string) => (await openModelFolder(diskFolder(fixturePath(name)))).config;
  const less = (name: string): Files => {
    const tensors = fixtureTensors('llama-lora', 'adapter_model.safetensors');
    tensors.delete(name);
    return { ...files(), 'adapter_model.safetensors': writeSafetensors(tensors) };
  };
  const query = 'base_model.model.model.layers.1.self_attn.q_proj.lora_B.weight';

  it.each<[string, string, () => Files, RegExp]>([
    ['of another model', 'olmo3', files, /layers\.2.*is missing.*made for another model/],
    [
      'of a narrower model',
      'qwen3-odd',
      files,
      /lora_A.weight has shape \[4, 32\], .* asks for \[4, 20\].*another model/,
    ],
    [
      'of another rank than it says',
      'llama',
      () => changed({ r: 8 }),
      /lora_A.weight has shape \[4, 32\], .* \[8, 32\]/,
    ],
    ['with a tensor missing', 'llama', () => less(query), /q_proj.lora_B.weight is missing/],
    ['with fewer targets than tensors', 'llama', () => changed({ target_modules: ['q_proj'] }), /has no place/],
    [
      'without its configuration',
      'llama',
      () => without(files(), 'adapter_config.json'),
      /adapter_config.json is missing/,
    ],
    ['of another kind', 'llama', () => changed({ peft_type: 'LOHA' }), /peft_type = "LOHA" is not supported/],
    [
      'with PiSSA',
      'llama',
      () => changed({ init_lora_weights: 'pissa' }),
      /init_lora_weights = "pissa" is not supported/,
    ],
    ['of a variant of LoRA', 'llama', () => changed({ kasa_config: { beta: 1 } }), /kasa_config .* not supported/],
    ['on fewer layers than it has', 'llama', () => changed({ layers_to_transform: [0] }), /layers\.1\..* has no place/],
    ['with DoRA', 'llama', () => changed({ use_dora: true }), /use_dora = true is not supported/],
    [
      'on modules that carry none',
      'llama',
      () => changed({ target_modules: ['lm_head'] }),
      /target_modules puts an adapter on lm_head/,
    ],
  ])('%s', async (_, model, made, message) => {
    const asked = await modelOf(model);
    await refused(readLoraFolder(memoryFiles(made()), asked), message);
  });

  it('that PEFT wrote are read with every field that it writes', async () => {
    const asked = await modelOf('llama');
    const { settings, packed } = await readLoraFolder(source, asked);
    const written = writeLoraFolder(settings, new LoraLayout(asked, settings).unpack(packed), 'llama');
    const again = JSON.parse(new TextDecoder().decode(written.get('adapter_config.json')));
    expect(parseLoraConfig(again, 'written')).toMatchObject({ rank: settings.rank, alpha: settings.alpha });
  });
});

it.each(FIXTURES)('%s leaves no buffer alive after unloading', async (name) => {
  const model = await openModelFolder(diskFolder(fixturePath(name)));
  for (const capacity of [{}, { training: false, format: 'q8' as const }]) {
    const policy = await Policy.create(gpu, model.config, { ...SMALLEST, ...capacity }, model);
    await policy.score(policy.plan([{ ids: [1, 2, 3], from: 1 }]));
    expect(gpu.liveBuffers).toBeGreaterThan(others.liveBuffers + 20);
    policy.destroy();
    expect(gpu).toMatchObject(others);
  }
});
