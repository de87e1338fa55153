/** `merge`: a whole model from a base and a LoRA adapter, for programs that know no adapters. Needs no GPU. */
import { bytesText } from '../data/bytes';
import { BadInput } from '../data/errors';
import type { FloatFormat } from '../model/weights/float-formats';
import { modelFolderFiles } from '../model/weights/folder';
import { mergedCatalog } from '../model/weights/merge';
import { safetensorsPieces } from '../model/weights/safetensors';
import type { TensorCatalog } from '../model/weights/stored-tensor';
import { defineCommand, EXIT } from './command';
import { note } from './output';
import { filledFolder, loadLora, loadModel } from './places';

const FORMATS: Readonly<Record<string, FloatFormat>> = { f32: 'F32', bf16: 'BF16', f16: 'F16' };

export const merge = defineCommand({
  name: 'merge',
  summary: 'put a LoRA adapter into its model, as a Hugging Face folder',
  details:
    'DIR gets config.json, model.safetensors and the tokenizer’s files; transformers loads it without PEFT. The model may be\n' +
    'a .gguf file: it is dequantised. --undo takes an adapter out of a merged model (exact to the rounding of --dtype).',
  flags: {
    model: { kind: 'text', doc: 'the model that the adapter was trained on', required: true, placeholder: 'MODEL' },
    adapter: {
      kind: 'text',
      doc: 'PEFT adapter folder, such as a run’s final/',
      required: true,
      placeholder: 'ADAPTER',
    },
    out: { kind: 'text', doc: 'folder for the merged model (must be new)', required: true, placeholder: 'DIR' },
    dtype: {
      kind: 'text',
      doc: 'f32, bf16, f16, or auto: what the model has, f32 where it is quantised',
      default: 'auto',
    },
    undo: { kind: 'boolean', doc: 'subtract the adapter instead' },
  },
  async run(flags) {
    const model = await loadModel(flags.model as string);
    const adapter = await loadLora(flags.adapter as string, model.config);
    const dtype = chosenFormat(flags.dtype as string, model.tensors);
    const tensors = mergedCatalog(model.config, model.tensors, adapter, flags.undo ? -1 : 1);
    const { files } = await filledFolder(flags.out as string, async ({ files }) => {
      for await (const piece of safetensorsPieces(tensors, dtype, model.where))
        await files.appendBytes('model.safetensors', piece);
      const others = modelFolderFiles(model.config, model.tokenizer, dtype);
      for (const [name, bytes] of others) await files.write(name, bytes);
    });
    note(`${dtype}, ${bytesText(await files.size('model.safetensors'))}: ${files.where}\n`);
    return EXIT.done;
  },
});

/** Throws BadInput for a format that is none. */
function chosenFormat(asked: string, tensors: TensorCatalog): FloatFormat {
  if (Object.hasOwn(FORMATS, asked)) return FORMATS[asked];
  if (asked !== 'auto')
    throw new BadInput(`--dtype is "${asked}"`, 'lab merge', `Give auto or one of ${Object.keys(FORMATS).join(', ')}.`);
  const embedding = tensors.get('model.embed_tokens.weight')?.dtype;
  return Object.values(FORMATS).find((f) => f === embedding) ?? 'F32';
}
