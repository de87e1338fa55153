/** What each weight storage does to the built-in model's log-probabilities; `doctor --model` does it for any model. */
import { storageErrors } from '../../model/weights/format-error';
import { loadModel } from '../places';
import type { Group } from './group';

export const storageError: Group = async ({ gpu, add }) => {
  const { tokens, rows } = await storageErrors(gpu, await loadModel('nano'));
  for (const { storage, largest, rootMeanSquare, entropy } of rows) {
    const text = `log-probabilities differ from f32's by ${largest.toExponential(1)} nats at most, ${rootMeanSquare.toExponential(1)} rms; entropies ${entropy.rootMeanSquare.toExponential(1)} rms`;
    add({ group: 'storage', name: `${storage}, nano, ${tokens} tokens`, note: text });
  }
};
