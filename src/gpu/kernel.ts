/** A WGSL file as an object: its bindings and its parameter struct are read from the source, which stays the one truth. */

export interface StorageBinding {
  readonly name: string;
  readonly index: number;
  readonly access: 'read' | 'read_write';
}

export interface UniformField {
  readonly name: string;
  readonly type: 'u32' | 'i32' | 'f32';
}

export interface Kernel {
  readonly name: string;
  readonly code: string;
  readonly bindings: readonly StorageBinding[];
  readonly uniform: { readonly index: number; readonly fields: readonly UniformField[] } | null;
}

const STORAGE = /@group\(0\)\s*@binding\((\d+)\)\s*var<storage,\s*(read_write|read)>\s*(\w+)/g;
const UNIFORM = /@group\(0\)\s*@binding\((\d+)\)\s*var<uniform>\s*\w+\s*:\s*(\w+)/;

/**
 * Reads a kernel. WeightFormat bindings are found by name; the uniform, where there is one, is a struct of scalars.
 * `name` is the file's stem and labels everything the kernel makes. Throws for a struct field that is no scalar.
 */
export function defineKernel(name: string, code: string): Kernel {
  const bindings = [...code.matchAll(STORAGE)].map((m) => ({
    index: Number(m[1]),
    access: m[2] as 'read' | 'read_write',
    name: m[3],
  }));
  const uniform = code.match(UNIFORM);
  return {
    name,
    code,
    bindings,
    uniform: uniform ? { index: Number(uniform[1]), fields: structFields(name, code, uniform[2]) } : null,
  };
}

function structFields(kernel: string, code: string, struct: string): UniformField[] {
  const body = code.match(new RegExp(`struct\\s+${struct}\\s*\\{([^}]*)\\}`))?.[1];
  if (body === undefined) throw new Error(`${kernel}.wgsl: struct ${struct} not found`);
  const withoutComments = body.replace(/\/\/.*$/gm, '');
  return withoutComments
    .split(',')
    .map((field) => field.trim())
    .filter(Boolean)
    .map((field) => {
      const match = field.match(/^(\w+)\s*:\s*(u32|i32|f32)$/);
      if (!match)
        throw new Error(`${kernel}.wgsl: "${field}" in ${struct} is no scalar; parameters are u32, i32 or f32`);
      return { name: match[1], type: match[2] as UniformField['type'] };
    });
}
