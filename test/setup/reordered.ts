/**
 * Kernels whose threads and workgroups come in another order. On an adapter that runs a workgroup's threads one vector after the
 * other a missing barrier shows only where a thread reads what a later one writes; in the other orders the rest shows.
 */
import type { Kernel } from '../../src/gpu/kernel';
import { Recorder } from '../../src/gpu/recorder';

/** Of T threads, the one that is in the place of thread i. `spread` takes threads apart that share a vector of 8. */
export const ORDERS = {
  reversed: (i: string, T: string) => `${T} - 1u - ${i}`,
  spread: (i: string, T: string) => `select(${i}, ${T} - 1u - (${i} % 8u * (${T} / 8u) + ${i} / 8u), ${T} % 8u == 0u)`,
} as const;
export type Order = keyof typeof ORDERS;

const MAIN = /@workgroup_size\(([^)]+(?:\([^)]*\))?[^)]*)\)\s*fn main\(([\s\S]*?)\)\s*\{/;

/** A kernel's code with its threads in that order, and its workgroups from the last to the first. */
export function reordered(code: string, order: Order): string {
  const found = code.match(MAIN);
  if (!found) throw new Error('This kernel has no fn main');
  const [X, Y = '1u'] = found[1].split(',').map((size) => `u32(${size.trim()})`);
  const given = new Map(
    [...found[2].matchAll(/@builtin\((\w+)\)\s*(\w+)\s*:/g)].map(([, builtin, name]) => [builtin, name]),
  );
  if (given.has('global_invocation_id')) throw new Error('global_invocation_id follows no order');
  const names = {
    wg: given.get('workgroup_id'),
    id: given.get('local_invocation_id'),
    i: given.get('local_invocation_index'),
  };
  const groups = given.get('num_workgroups');
  const body = [
    `let at_ = ${ORDERS[order]('index_', `(${X} * ${Y})`)};`,
    names.id && `let ${names.id} = vec3u(at_ % ${X}, at_ / ${X}, 0u);`,
    names.i && `let ${names.i} = at_;`,
    names.wg && `let ${names.wg} = count_ - vec3u(1u) - group_;`,
    groups && `let ${groups} = count_;`,
  ].filter(Boolean);
  const builtins = [
    'local_invocation_index) index_: u32',
    'workgroup_id) group_: vec3u',
    'num_workgroups) count_: vec3u',
  ];
  const main = `@workgroup_size(${found[1]})\nfn main(${builtins.map((one) => `@builtin(${one}`).join(', ')}) {\n  ${body.join('\n  ')}`;
  return code.replace(MAIN, () => main);
}

/** Dispatches every kernel in another order. */
export class ReorderingRecorder extends Recorder {
  private readonly made = new Map<Kernel, Kernel>();
  order: Order = 'reversed';
  /** Kernels that were dispatched. */
  readonly seen = new Set<string>();

  override dispatch(
    kernel: Kernel,
    ...rest: Parameters<Recorder['dispatch']> extends [Kernel, ...infer R] ? R : never
  ): void {
    let own = this.made.get(kernel);
    if (!own) {
      own = { ...kernel, name: `${kernel.name}, ${this.order}`, code: reordered(kernel.code, this.order) };
      this.made.set(kernel, own);
    }
    this.seen.add(kernel.name);
    super.dispatch(own, ...rest);
  }
}
