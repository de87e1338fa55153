/** Turns a matmul's WGSL file into the kernel for one register block. WGSL cannot count variables by a constant. */
import { defineKernel, type Kernel } from '../../gpu/kernel';
import { type WeightFormat, withFormat } from '../weight-format/weight-format';

const made = new Map<string, Kernel>();

/**
 * The kernel of `stem`.wgsl for a format of b, with other values for its `const` knobs. R and C are the rows and columns a thread owns:
 * consecutive lines with `$i` are repeated as one block for i = 0 … R-1, in it a line with `$j` for j = 0 … C-1.
 */
export function unrolled(
  stem: string,
  code: string,
  knobs: Record<string, number> & { R: number; C: number },
  format: WeightFormat,
  width: 'fours' | 'single',
): Kernel {
  const name = `${stem}-${Object.entries(knobs)
    .map(([knob, value]) => `${knob}${value}`)
    .join('-')
    .toLowerCase()}${format === 'f32' ? '' : `-${format}`}`;
  let kernel = made.get(name);
  if (!kernel) {
    let set = code;
    for (const [knob, value] of Object.entries(knobs)) {
      set = set.replace(new RegExp(`^const ${knob}: u32 = \\d+u;`, 'm'), `const ${knob}: u32 = ${value}u;`);
    }
    kernel = defineKernel(name, withFormat(expand(set.replace(/^\s*\/\/.*$/gm, ''), knobs), format, width));
    made.set(name, kernel);
  }
  return kernel;
}

function expand(code: string, { R, C }: { R: number; C: number }): string {
  const out: string[] = [];
  let block: string[] = [];
  const columns = (line: string) =>
    line.includes('$j') ? Array.from({ length: C }, (_, j) => line.replaceAll('$j', `${j}`)) : [line];
  const flush = () => {
    for (let i = 0; i < R && block.length > 0; i++)
      out.push(...block.flatMap(columns).map((line) => line.replaceAll('$i', `${i}`)));
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
