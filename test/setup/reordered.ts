/**
 * Kernels whose threads and workgroups come in another order. On an adapter that runs a workgroup's threads one vector after the
 * other a missing barrier shows only where a thread reads what a later one writes; in the other orders the rest shows.
 */
import type { Gpu } from '../../src/gpu/device';
import type { Kernel } from '../../src/gpu/kernel';
import { Recorder } from '../../src/gpu/recorder';

/** Of T threads, the one that takes the place of thread i. `spread` takes threads apart that share a vector of 8. */
export const ORDERS = {
  reversed: (i: string, T: string) => `${T} - 1u - ${i}`,
  spread: (i: string, T: string) => `select(${i}, ${T} - 1u - (${i} % 8u * (${T} / 8u) + ${i} / 8u), ${T} % 8u == 0u)`,
};
export type Order = keyof typeof ORDERS;

const MAIN = /@workgroup_size\(([^)]+)\)\s*fn main\(([\s\S]*?)\)\s*\{/;
const BUILTINS = [
  '@builtin(local_invocation_index) index_: u32',
  '@builtin(workgroup_id) group_: vec3u',
  '@builtin(num_workgroups) count_: vec3u',
];

/** A kernel's code with its threads in that order, and its workgroups from the last to the first. */
export function reordered(code: string, order: Order): string {
  const [main, size, parameters] = code.match(MAIN) ?? [];
  if (main === undefined) throw new Error('This kernel has no fn main');
  const [X, Y = '1u'] = size.split(',').map((one) => `u32(${one.trim()})`);
  const names = Object.fromEntries(
    [...parameters.matchAll(/@builtin\((\w+)\)\s*(\w+)\s*:/g)].map(([, builtin, name]) => [builtin, name]),
  );
  const values: Record<string, string> = {
    local_invocation_index: 'at_',
    local_invocation_id: `vec3u(at_ % ${X}, at_ / ${X}, 0u)`,
    workgroup_id: 'count_ - vec3u(1u) - group_',
    num_workgroups: 'count_',
  };
  const lets = Object.entries(names).map(([builtin, name]) => {
    if (!values[builtin]) throw new Error(`${builtin} follows no order`);
    return `  let ${name} = ${values[builtin]};`;
  });
  const at = `  let at_ = ${ORDERS[order]('index_', `(${X} * ${Y})`)};`;
  const own = `@workgroup_size(${size})\nfn main(${BUILTINS.join(', ')}) {\n${[at, ...lets].join('\n')}`;
  return code.replace(main, () => own);
}

/** Dispatches every kernel in another order. */
export class ReorderingRecorder extends Recorder {
  private readonly made = new Map<Kernel, Kernel>();

  constructor(
    gpu: Gpu,
    private readonly order: Order,
  ) {
    super(gpu);
  }

  override dispatch(...[kernel, ...rest]: Parameters<Recorder['dispatch']>): void {
    const known = this.made.get(kernel);
    const code = known ? '' : reordered(kernel.code, this.order);
    const own = known ?? { ...kernel, name: `${kernel.name}, ${this.order}`, code };
    this.made.set(kernel, own);
    super.dispatch(own, ...rest);
  }
}
