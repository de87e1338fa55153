/** Values that a device cannot compute with are refused by name. */
import { BadInput } from '../../data/errors';

/** Throws BadInput naming the first value that is not finite; `first` is the index of data[0] in the tensor. */
export function expectFinite(name: string, data: Float32Array, where: string, first = 0): void {
  for (let i = 0; i < data.length; i++) {
    if (!Number.isFinite(data[i]))
      throw new BadInput(
        `Tensor ${name} holds ${data[i]} at element ${first + i}`,
        where,
        'The checkpoint is damaged; use an earlier one.',
      );
  }
}
