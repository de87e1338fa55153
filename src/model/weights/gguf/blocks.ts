/** ggml's tensor types: how many elements a block packs, and into how many bytes. */
import { BadInput } from '../../../data/errors';

export const BLOCKS = {
  F32: { elements: 1, bytes: 4 },
  F16: { elements: 1, bytes: 2 },
  BF16: { elements: 1, bytes: 2 },
  Q4_0: { elements: 32, bytes: 18 },
  Q4_1: { elements: 32, bytes: 20 },
  Q5_0: { elements: 32, bytes: 22 },
  Q5_1: { elements: 32, bytes: 24 },
  Q8_0: { elements: 32, bytes: 34 },
  Q2_K: { elements: 256, bytes: 84 },
  Q3_K: { elements: 256, bytes: 110 },
  Q4_K: { elements: 256, bytes: 144 },
  Q5_K: { elements: 256, bytes: 176 },
  Q6_K: { elements: 256, bytes: 210 },
} as const;

/** A type that is read here. */
export type BlockType = keyof typeof BLOCKS;

/** ggml's numbers of all types, gaps and those not read here included. */
const NAMES: readonly (string | undefined)[] = [
  ...['F32', 'F16', 'Q4_0', 'Q4_1', undefined, undefined, 'Q5_0', 'Q5_1', 'Q8_0', 'Q8_1'],
  ...['Q2_K', 'Q3_K', 'Q4_K', 'Q5_K', 'Q6_K', 'Q8_K', 'IQ2_XXS', 'IQ2_XS', 'IQ3_XXS', 'IQ1_S'],
  ...['IQ4_NL', 'IQ3_S', 'IQ2_S', 'IQ4_XS', 'I8', 'I16', 'I32', 'I64', 'F64', 'IQ1_M'],
  ...['BF16', undefined, undefined, undefined, 'TQ1_0', 'TQ2_0', undefined, undefined, undefined, 'MXFP4'],
];

/** The type with ggml's number `type`. Throws BadInput naming a type that is not read here. */
export function typeNamed(type: number, tensor: string, where: string): BlockType {
  const name = NAMES[type];
  if (name !== undefined && Object.hasOwn(BLOCKS, name)) return name as BlockType;
  const what =
    name === undefined
      ? `tensor type ${type} is not known`
      : `quantisation type ${name} is not supported, ${Object.keys(BLOCKS).join(', ')} are`;
  throw new BadInput(`Tensor ${tensor}: ${what}`, where, 'Use a file of the same model in another quantisation.');
}
