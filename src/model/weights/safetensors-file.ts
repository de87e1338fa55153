/** Safetensors read by ranges: one file, or a folder whose index names the shard of every tensor. */
import { BOUNDS } from '../../data/bounds';
import { type ByteSource, expectWithin, type FileSource } from '../../data/bytes';
import { BadInput } from '../../data/errors';
import { readJson } from '../../data/json';
import { FLOAT_BYTES, toFloat32 } from './float-formats';
import { readExactly, rowRange } from './ranges';
import { headerLength, LENGTH_BYTES, parseHeader, type SafetensorsEntry } from './safetensors-header';
import type { StoredTensor, TensorCatalog } from './stored-tensor';

const WEIGHTS = 'model.safetensors';
const INDEX = 'model.safetensors.index.json';

/** Opens one file: its header is read and checked, its data only by rows(). Throws BadInput. */
export async function openSafetensors(file: ByteSource): Promise<TensorCatalog> {
  const start = await readExactly(file, 0, Math.min(LENGTH_BYTES, file.size));
  const length = headerLength(start, file.size, file.where);
  const json = await readExactly(file, LENGTH_BYTES, LENGTH_BYTES + length);
  const { entries } = parseHeader(json, file.size, file.where);
  return new Map(entries.map((entry) => [entry.name, storedTensor(file, entry)]));
}

function storedTensor(file: ByteSource, { name, dtype, shape, from, to }: SafetensorsEntry): StoredTensor {
  const rowBytes = shape.slice(1).reduce((n, d) => n * d, FLOAT_BYTES[dtype]);
  const raw: StoredTensor['raw'] = async (first, end, room) => {
    rowRange(name, shape, first, end);
    return readExactly(file, from + first * rowBytes, from + end * rowBytes, room);
  };
  return {
    name,
    shape,
    dtype,
    bytes: to - from,
    raw,
    rows: async (first, end) => toFloat32(await raw(first, end), dtype),
  };
}

/**
 * Opens model.safetensors, else the shards that model.safetensors.index.json names. Every shard's header is checked, and
 * each tensor must lie in the shard that the index says and in no other. Throws BadInput naming the file or the tensor.
 */
export async function openShardedSafetensors(files: FileSource): Promise<TensorCatalog> {
  const whole = await files.open(WEIGHTS);
  if (whole) return openSafetensors(whole);
  const index = await files.open(INDEX);
  if (!index) {
    const older = (await files.list()).find((name) => /\.(bin|pth|pt|ckpt)$/.test(name));
    throw new BadInput(
      `${WEIGHTS} is missing, and so is ${INDEX}${older ? `; ${older} is an older format` : ''}`,
      files.where,
      older
        ? 'Convert it in Python: AutoModelForCausalLM.from_pretrained(…).save_pretrained(…) writes safetensors.'
        : 'Point to a folder that holds the weights as safetensors.',
    );
  }
  const shardOf = await readIndex(index);
  const shards = new Map<string, TensorCatalog>();
  for (const name of [...new Set(shardOf.values())].sort()) {
    const file = await files.open(name);
    if (!file) {
      throw new BadInput(`The shard ${name} is missing`, files.where, `Add it: ${INDEX} says that weights lie in it.`);
    }
    shards.set(name, await openSafetensors(file));
  }
  return gather(shardOf, shards, index.where);
}

/** The tensors of the index, each checked to lie where it says. */
function gather(shardOf: Map<string, string>, shards: Map<string, TensorCatalog>, where: string): TensorCatalog {
  const mend = 'Index and shards do not belong together: download them again.';
  const holders = new Map<string, string[]>();
  for (const [shard, catalog] of shards) {
    for (const name of catalog.keys()) holders.set(name, [...(holders.get(name) ?? []), shard]);
  }
  const tensors = new Map<string, StoredTensor>();
  for (const [name, shard] of shardOf) {
    const found = holders.get(name) ?? [];
    const tensor = shards.get(shard)?.get(name);
    if (found.length > 1) throw new BadInput(`Tensor ${name} is in ${found.join(' and ')}`, where, mend);
    if (!tensor) {
      const elsewhere = found.length === 1 ? `it is in ${found[0]}` : 'no shard has it';
      throw new BadInput(`Tensor ${name} is not in ${shard}: ${elsewhere}`, where, mend);
    }
    tensors.set(name, tensor);
  }
  const unnamed = [...holders.keys()].find((name) => !shardOf.has(name));
  if (unnamed !== undefined) {
    throw new BadInput(`Tensor ${unnamed} of ${holders.get(unnamed)} is not in the index`, where, mend);
  }
  return tensors;
}

/** weight_map: tensor name to shard file name. */
async function readIndex(file: ByteSource): Promise<Map<string, string>> {
  const bad = (what: string): never => {
    throw new BadInput(`Not a usable index of shards: ${what}`, file.where, 'Download or export the file again.');
  };
  expectWithin(file.size, BOUNDS.json, INDEX, file.where);
  const index = readJson(await readExactly(file, 0, file.size), file.where);
  const map = (index as { weight_map?: unknown } | null)?.weight_map;
  if (typeof map !== 'object' || map === null || Array.isArray(map)) return bad('it has no weight_map object');
  const shardOf = Object.entries(map as Record<string, unknown>);
  if (shardOf.length === 0) bad('its weight_map is empty');
  if (shardOf.length > BOUNDS.tensors)
    bad(`it names ${shardOf.length} tensors, more than the ${BOUNDS.tensors} that are read`);
  for (const [name, shard] of shardOf) {
    // A name that leads out of the folder is an attack or a mistake; neither is followed.
    if (typeof shard !== 'string' || !/^[^/\\:\0]+\.safetensors$/.test(shard))
      bad(`tensor ${name} lies in ${JSON.stringify(shard)}, which is no file name *.safetensors of this folder`);
  }
  return new Map(shardOf as [string, string][]);
}
