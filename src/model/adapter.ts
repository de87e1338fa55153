/** A LoRA adapter as PEFT's folder (adapter_config.json, adapter_model.safetensors), and merged into the weights it is for. */
import { type FileSource, readWhole } from '../data/bytes';
import { BadInput } from '../data/errors';
import type { ModelConfig } from './config';
import { parseJson } from './folder';
import {
  AdapterLayout,
  adapterConfigJson,
  adapterName,
  type LoraSettings,
  loraScale,
  parseAdapterConfig,
  targetShape,
} from './lora';
import { type HostTensor, readSafetensors, writeSafetensors } from './safetensors';

export interface AdapterFolder {
  readonly settings: LoraSettings;
  /** The matrices in the order of `AdapterLayout`. */
  readonly packed: Float32Array<ArrayBuffer>;
}

/** Reads a folder that PEFT or the lab wrote. Throws BadInput naming the file and what is wrong. */
export async function readAdapterFolder(files: FileSource, config: ModelConfig): Promise<AdapterFolder> {
  const whole = async (name: string) => {
    const bytes = await readWhole(files, name);
    if (!bytes)
      throw new BadInput(`${name} is missing`, files.where, 'Point to a folder that PEFT wrote with save_pretrained.');
    return bytes;
  };
  const where = `${files.where}/adapter_config.json`;
  const settings = parseAdapterConfig(parseJson(await whole('adapter_config.json'), where), where);
  const weights = `${files.where}/adapter_model.safetensors`;
  const { tensors } = readSafetensors(await whole('adapter_model.safetensors'), weights);
  return { settings, packed: new AdapterLayout(config, settings).pack(tensors, weights) };
}

/** The files of an adapter folder that PEFT loads. `baseModel` is the name or path of the model it is for. */
export function writeAdapterFolder(
  settings: LoraSettings,
  tensors: ReadonlyMap<string, HostTensor>,
  baseModel: string | null,
): Map<string, Uint8Array<ArrayBuffer>> {
  const json = `${JSON.stringify(adapterConfigJson(settings, baseModel), null, 2)}\n`;
  return new Map([
    ['adapter_config.json', new TextEncoder().encode(json)],
    ['adapter_model.safetensors', writeSafetensors(tensors)],
  ]);
}

/** Adds s B A to every target's weight, in place. The sums are taken in float64. */
export function mergeAdapters(
  config: ModelConfig,
  settings: LoraSettings,
  weights: ReadonlyMap<string, HostTensor>,
  adapters: ReadonlyMap<string, HostTensor>,
): void {
  const scale = loraScale(settings);
  const { rank } = settings;
  for (let l = 0; l < config.layers; l++) {
    for (const target of settings.targets) {
      const { rows, columns } = targetShape(config, target);
      const name = adapterName(l, target);
      const W = (weights.get(`${name}.weight`) as HostTensor).data;
      const A = (adapters.get(`base_model.model.${name}.lora_A.weight`) as HostTensor).data;
      const B = (adapters.get(`base_model.model.${name}.lora_B.weight`) as HostTensor).data;
      const row = new Float64Array(columns);
      for (let o = 0; o < rows; o++) {
        row.fill(0);
        for (let k = 0; k < rank; k++) {
          const b = scale * B[o * rank + k];
          for (let i = 0; i < columns; i++) row[i] += b * A[k * columns + i];
        }
        for (let i = 0; i < columns; i++) W[o * columns + i] += row[i];
      }
    }
  }
}
