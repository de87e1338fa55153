/** A LoRA adapter as PEFT's folder: adapter_config.json and adapter_model.safetensors. */
import { BOUNDS } from '../../data/bounds';
import { expectWithin, type FileSource, readWhole } from '../../data/bytes';
import { BadInput } from '../../data/errors';
import { readJson } from '../../data/json';
import type { ModelConfig } from '../net/config';
import {
  ALL_TARGETS,
  LoraLayout,
  type LoraSettings,
  type LoraTarget,
  loraName,
  loraScale,
  targetShape,
} from '../net/lora';
import { type AdapterConfig, loraConfigJson, MERGE_WITH_PEFT, parseLoraConfig } from './adapter-config';
import { type HostTensor, writeSafetensors } from './safetensors';
import { openSafetensors } from './safetensors-file';

export interface LoraFolder {
  readonly settings: LoraSettings;
  /** The matrices in the order of `LoraLayout`. */
  readonly packed: Float32Array<ArrayBuffer>;
}

const WEIGHTS = 'adapter_model.safetensors';

/** Reads a folder that PEFT or the lab wrote. Throws BadInput naming the file and what is wrong. */
export async function readLoraFolder(files: FileSource, config: ModelConfig): Promise<LoraFolder> {
  const where = `${files.where}/adapter_config.json`;
  const json = (await readWhole(files, 'adapter_config.json')) ?? (await missing('adapter_config.json', files));
  const adapter = parseLoraConfig(readJson(json, where), where);
  const weights = `${files.where}/${WEIGHTS}`;
  const file = (await files.open(WEIGHTS)) ?? (await missing(WEIGHTS, files));
  expectWithin(file.size, BOUNDS.adapter, WEIGHTS, weights);
  const tensors = new Map<string, HostTensor>();
  for (const { name, shape, rows } of (await openSafetensors(file)).values())
    tensors.set(name, { shape: [...shape], data: await rows(0, shape[0] ?? 1) });
  return fitted(modulesOf(adapter, config, tensors, weights), adapter, config, weights);
}

async function missing(name: string, files: FileSource): Promise<never> {
  const pickled = name === WEIGHTS && (await files.list()).includes('adapter_model.bin');
  throw new BadInput(
    `${name} is missing${pickled ? '; adapter_model.bin is an older format' : ''}`,
    files.where,
    pickled
      ? 'Load it with PEFT and save it again: save_pretrained writes safetensors.'
      : 'Point to a folder that PEFT wrote with save_pretrained.',
  );
}

/** A module of the model that carries matrices. */
interface Module {
  readonly name: string; // model.layers.0.self_attn.q_proj
  readonly target: LoraTarget;
  readonly rank: number;
  readonly A: HostTensor; // (rank, in)
  readonly B: HostTensor; // (out, rank)
}

const keyOf = (name: string, side: 'A' | 'B'): string => `base_model.model.${name}.lora_${side}.weight`;

/** Throws BadInput for a tensor that is missing, misshapen or has no place. */
function modulesOf(
  adapter: AdapterConfig,
  config: ModelConfig,
  tensors: ReadonlyMap<string, HostTensor>,
  where: string,
): Module[] {
  const unread = new Set(tensors.keys());
  const mend = 'The adapter was made for another model, or with other settings: put it on the model it was trained on.';
  const take = (key: string, shape: number[]): HostTensor => {
    const tensor = tensors.get(key);
    if (!tensor) {
      for (const other of unread) explain(other, where); // what stands in its place says more
      throw new BadInput(`Tensor ${key} is missing`, where, mend);
    }
    if (tensor.shape.join() !== shape.join())
      throw new BadInput(
        `Tensor ${key} has shape [${tensor.shape.join(', ')}], adapter_config.json on this model asks for [${shape.join(', ')}]`,
        where,
        mend,
      );
    unread.delete(key);
    return tensor;
  };
  const modules: Module[] = [];
  for (let l = 0; l < config.layers; l++) {
    for (const target of ALL_TARGETS) {
      const name = loraName(l, target);
      const present = tensors.has(keyOf(name, 'A')) || tensors.has(keyOf(name, 'B'));
      if (!(adapter.carries(name, l) ?? present)) continue;
      const rank = adapter.rankOf(name);
      const { rows, columns } = targetShape(config, target);
      modules.push({
        ...{ name, target, rank },
        A: take(keyOf(name, 'A'), [rank, columns]),
        B: take(keyOf(name, 'B'), [rows, rank]),
      });
    }
  }
  for (const key of unread) {
    explain(key, where);
    throw new BadInput(`Tensor ${key} has no place in this model`, where, mend);
  }
  if (modules.length === 0) throw new BadInput('The adapter has matrices for no projection of this model', where, mend);
  return modules;
}

/** Tensors of what is not plain LoRA on projections. */
const FOREIGN: [names: RegExp, what: string, mend: string][] = [
  [
    /\.lora_[AB]\.(?!weight$|bias$)[^.]+\.weight$/,
    'carries the name of an adapter in memory, which PEFT leaves out where it saves and does not find where it loads',
    'Save the adapter with save_pretrained, or take that part out of the names.',
  ],
  [/\.lora_magnitude_vector/, 'belongs to DoRA, which is not supported', MERGE_WITH_PEFT],
  [
    /\.lora_embedding_[AB]|embed_tokens\.lora_/,
    'is an adapter on the embedding, which is not supported',
    MERGE_WITH_PEFT,
  ],
  [/lm_head\.lora_/, 'is an adapter on the head, which is not supported', MERGE_WITH_PEFT],
  [
    /\.modules_to_save\./,
    'is a module that was trained as a whole (modules_to_save), which is not supported',
    MERGE_WITH_PEFT,
  ],
  [
    /embed_tokens\.(base_layer\.)?weight$/,
    'is an embedding that was saved with the adapter: not supported',
    MERGE_WITH_PEFT,
  ],
  [
    /lm_head\.(base_layer\.)?weight$/,
    'is a head that was saved with the adapter, as PEFT does with embeddings: not supported',
    MERGE_WITH_PEFT,
  ],
  [/\.bias$/, 'is a bias that was trained with the adapter, which is not supported', MERGE_WITH_PEFT],
];

/** Throws BadInput for a tensor that is known not to be read here. */
function explain(key: string, where: string): void {
  const found = FOREIGN.find(([names]) => names.test(key));
  if (found) throw new BadInput(`Tensor ${key} ${found[1]}`, where, found[2]);
}

/**
 * The matrices in one layout: every layer has the same targets and one rank. Modules without matrices get zeros, smaller
 * ranks are filled up with zeros, which nothing is added by and which no gradient ever moves; scales that differ go into B.
 */
function fitted(modules: readonly Module[], adapter: AdapterConfig, config: ModelConfig, where: string): LoraFolder {
  const { dropout, rankStabilised, alpha } = adapter;
  const rank = modules.reduce((most, m) => Math.max(most, m.rank), 1);
  const targets = ALL_TARGETS.filter((target) => modules.some((m) => m.target === target));
  const settings: LoraSettings = { rank, alpha, dropout, targets, rankStabilised };
  const layout = new LoraLayout(config, settings);
  const tensors = layout.unpack(new Float32Array(layout.size));
  for (const m of modules) {
    const own = loraScale({ ...settings, rank: m.rank, alpha: adapter.alphaOf(m.name) }) / loraScale(settings);
    const [A, B] = [tensors.get(keyOf(m.name, 'A')), tensors.get(keyOf(m.name, 'B'))] as [HostTensor, HostTensor];
    A.data.set(m.A.data); // its first rows
    for (let i = 0; i < m.B.data.length; i++) B.data[Math.floor(i / m.rank) * rank + (i % m.rank)] = own * m.B.data[i];
  }
  return { settings, packed: layout.pack(tensors, where) };
}

/** The files of an adapter folder that PEFT loads. `baseModel` is the name or path of the model it is for. */
export function writeLoraFolder(
  settings: LoraSettings,
  tensors: ReadonlyMap<string, HostTensor>,
  baseModel: string | null,
): Map<string, Uint8Array<ArrayBuffer>> {
  const json = `${JSON.stringify(loraConfigJson(settings, baseModel), null, 2)}\n`;
  return new Map([
    ['adapter_config.json', new TextEncoder().encode(json)],
    [WEIGHTS, writeSafetensors(tensors)],
  ]);
}
