/** What each weight format does to the built-in model's log-probabilities; `doctor --model` does it for any model. */
import { formatErrors } from '../../model/weights/format-error';
import { loadModel } from '../places';
import type { Group } from './group';

export const formatError: Group = async ({ gpu, add }) => {
  const { tokens, rows } = await formatErrors(gpu, await loadModel('nano'));
  for (const { format, largest, rootMeanSquare, entropy } of rows) {
    const text = `log-probabilities differ from f32's by ${largest.toExponential(1)} nats at most, ${rootMeanSquare.toExponential(1)} rms; entropies ${entropy.rootMeanSquare.toExponential(1)} rms`;
    add({ group: 'format', name: `${format}, nano, ${tokens} tokens`, note: text });
  }
};
