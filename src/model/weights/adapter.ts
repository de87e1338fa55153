/** A LoRA adapter as PEFT's folder: adapter_config.json and adapter_model.safetensors. */
import { type FileSource, readWhole } from '../../data/bytes';
import { BadInput } from '../../data/errors';
import type { ModelConfig } from '../net/config';
import { LoraLayout, type LoraSettings, loraConfigJson, parseLoraConfig } from '../net/lora';
import { parseJson } from './folder';
import { type HostTensor, readSafetensors, writeSafetensors } from './safetensors';

export interface LoraFolder {
  readonly settings: LoraSettings;
  /** The matrices in the order of `LoraLayout`. */
  readonly packed: Float32Array<ArrayBuffer>;
}

/** Reads a folder that PEFT or the lab wrote. Throws BadInput naming the file and what is wrong. */
export async function readLoraFolder(files: FileSource, config: ModelConfig): Promise<LoraFolder> {
  const whole = async (name: string) => {
    const bytes = await readWhole(files, name);
    if (!bytes)
      throw new BadInput(`${name} is missing`, files.where, 'Point to a folder that PEFT wrote with save_pretrained.');
    return bytes;
  };
  const where = `${files.where}/adapter_config.json`;
  const settings = parseLoraConfig(parseJson(await whole('adapter_config.json'), where), where);
  const weights = `${files.where}/adapter_model.safetensors`;
  const { tensors } = readSafetensors(await whole('adapter_model.safetensors'), weights);
  return { settings, packed: new LoraLayout(config, settings).pack(tensors, weights) };
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
    ['adapter_model.safetensors', writeSafetensors(tensors)],
  ]);
}
