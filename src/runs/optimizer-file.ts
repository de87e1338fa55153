/** optimizer.safetensors: AdamW's moments, and a teacher that follows the student, under the names of what they belong to (docs/checkpoints.md). */
import { BadInput } from '../data/errors';
import type { Layout } from '../model/net/layout';
import type { TrainingState } from '../model/net/policy';
import { type HostTensor, writeSafetensors } from '../model/weights/safetensors';

type Moments = Pick<TrainingState, 'firstMoment' | 'secondMoment' | 'teacher'>;

/**
 * Tensors `first_moment.NAME` and `second_moment.NAME`, and `teacher.NAME` where there is one that moves, for every NAME of
 * the weights' file beside it, in its order.
 */
export function optimizerBytes(
  { firstMoment, secondMoment, teacher }: Moments,
  layout: Layout,
): Uint8Array<ArrayBuffer> {
  const named = (moment: string, packed: Float32Array) =>
    [...layout.unpack(packed)].map(([name, tensor]): [string, HostTensor] => [`${moment}.${name}`, tensor]);
  const moments = [...named('first_moment', firstMoment), ...named('second_moment', secondMoment)];
  return writeSafetensors([...moments, ...(teacher ? named('teacher', teacher) : [])]);
}

/**
 * The moments of what `layout` describes. Earlier versions wrote each as one tensor in the layout's own order, padding
 * included. Throws BadInput.
 */
export function momentsIn(tensors: ReadonlyMap<string, HostTensor>, layout: Layout, where: string): Moments {
  const moment = (name: string): Float32Array<ArrayBuffer> => {
    const whole = tensors.get(name);
    if (!whole) return layout.pack(partsOf(tensors, `${name}.`), where);
    if (whole.data.length !== layout.size)
      throw new BadInput(
        `${name} has ${whole.data.length} values, and the model ${layout.size}`,
        where,
        'Resume from another step.',
      );
    return whole.data as Float32Array<ArrayBuffer>;
  };
  const teacher = partsOf(tensors, 'teacher.');
  return {
    firstMoment: moment('first_moment'),
    secondMoment: moment('second_moment'),
    ...(teacher.size > 0 && { teacher: layout.pack(teacher, where) }),
  };
}

/** Tensors whose names begin so, by the rest of their names. */
const partsOf = (tensors: ReadonlyMap<string, HostTensor>, prefix: string): Map<string, HostTensor> =>
  new Map([...tensors].filter(([name]) => name.startsWith(prefix)).map(([name, t]) => [name.slice(prefix.length), t]));
