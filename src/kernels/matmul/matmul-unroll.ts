/** Turns a matmul's WGSL file into the kernel for one register block. WGSL cannot count variables by a constant. */
import { defineKernel, type Kernel } from '../../gpu/kernel';
import { type WeightFormat, withFormat } from '../weight-format/weight-format';
import adaptersSource from './matmul-adapters.wgsl?raw';
import blocksSource from './matmul-blocks.wgsl?raw';

/** Kernels by stem; every product asks for one, so a known one is found without making a string. */
const made = new Map<string, readonly { form: Form; kernel: Kernel }[]>();

/** A kernel without adapters: all columns are one part. */
const WHOLE = `struct Part { first: u32, end: u32 }
fn part(z: u32) -> Part { return Part(0u, p.N); }
`;

/** Knobs that a kernel is named after only where they are on. */
const ADDED = ['ADAPTERS', 'NORM', 'GATED'];

/** What the kernel of a file is made for. */
export interface Form {
  /** Values of its `const` knobs; R and C are the rows and columns a thread owns, ADAPTERS 1 adds adapters. */
  knobs: Record<string, number> & { R: number; C: number };
  /** How b is stored, and how many of its values are read at a time. */
  format: WeightFormat;
  width: 'fours' | 'single';
  /** Operands lie in tiles as f16: `alias Four` is read as vec4<f16>. */
  half?: boolean;
}

/**
 * The kernel of `stem`.wgsl for a form. Consecutive lines with `$i` are repeated as one block for i = 0 … R-1, in it a line
 * with `$j` for j = 0 … C-1; `$n` is i + 1, and the last i goes without such a line.
 */
export function unrolled(stem: string, code: string, form: Form): Kernel {
  const known = made.get(stem);
  if (known) for (const one of known) if (isForm(one.form, form)) return one.kernel;
  const kernel = make(stem, code, form);
  made.set(stem, [...(known ?? []), { form: { ...form, knobs: { ...form.knobs } }, kernel }]);
  return kernel;
}

/** Forms of one stem have the same knobs. */
function isForm(a: Form, b: Form): boolean {
  if (a.format !== b.format || a.half !== b.half || a.width !== b.width) return false;
  for (const knob in b.knobs) if (a.knobs[knob] !== b.knobs[knob]) return false;
  return true;
}

function make(stem: string, code: string, { knobs, format, width, half = false }: Form): Kernel {
  const name = `${stem}-${Object.entries(knobs)
    .filter(([knob, value]) => !ADDED.includes(knob) || value === 1)
    .map(([knob, value]) => `${knob}${value}`)
    .join('-')
    .toLowerCase()}${half ? '-half' : ''}${format === 'f32' ? '' : `-${format}`}`;
  const read = code.includes('block(') ? `${code}\n${blocksSource}` : code;
  const parted = knobs.ADAPTERS === 1 ? withAdapters(read) : withoutAdapters(read);
  const set = Object.entries(knobs).reduce(
    (text, [knob, value]) =>
      text.replace(new RegExp(`^const ${knob}: u32 = \\d+u;`, 'm'), `const ${knob}: u32 = ${value}u;`),
    half ? `enable f16;\n${parted.replace('alias Four = vec4<f32>;', 'alias Four = vec4<f16>;')}` : parted,
  );
  return defineKernel(name, withFormat(expand(set.replace(/^\s*\/\/.*$/gm, ''), knobs), format, width));
}

/** Fields that matmul-adapters.wgsl reads. */
const ADAPTER_FIELDS = [0, 1, 2].map((z) => `end${z}: u32, rank${z}: u32, column${z}: u32, row${z}: u32`).join(', ');

const withAdapters = (code: string): string =>
  `${code.replace('struct Params {', `struct Params { ldh: u32, scale: f32, ${ADAPTER_FIELDS},`)}\n${adaptersSource}`;

/** Without the block that only adapters need: compilers on software adapters take seconds for code that is never reached. */
const withoutAdapters = (code: string): string =>
  code.includes('part(') ? `${code.replace(/^ {2}if \(ADAPTERS == 1u\) \{\n[\s\S]*?^ {2}\}\n/m, '')}\n${WHOLE}` : code;

function expand(code: string, { R, C }: { R: number; C: number }): string {
  const out: string[] = [];
  let block: string[] = [];
  const columns = (line: string) =>
    line.includes('$j') ? Array.from({ length: C }, (_, j) => line.replaceAll('$j', `${j}`)) : [line];
  const flush = () => {
    for (let i = 0; i < R && block.length > 0; i++) {
      const lines = i + 1 < R ? block : block.filter((line) => !line.includes('$n'));
      out.push(...lines.flatMap(columns).map((line) => line.replaceAll('$i', `${i}`).replaceAll('$n', `${i + 1}`)));
    }
    block = [];
  };
  for (const line of code.split('\n')) {
    if (line.includes('$i')) {
      block.push(line);
    } else {
      flush();
      out.push(...columns(line));
    }
  }
  flush();
  return out.join('\n');
}
