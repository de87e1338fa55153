/**
 * CPython as WebAssembly (Pyodide's build) on a host of the lab's own, `System`: Pyodide's loader and its bridge to
 * JavaScript are not used. An interpreter is started once; what its memory holds then is its image, and every program begins
 * with the image put back, byte by byte: a program finds nothing of an earlier one.
 */

import answer from './answer.py?raw';
import codec from './codec.py?raw';
import { Memory } from './memory';
import { Stopped } from './stopped';
import { type Limits, System } from './system';
import tests from './tests.py?raw';

/** The parts of an interpreter, which many may share. */
export interface PythonParts {
  readonly module: WebAssembly.Module;
  /** python_stdlib.zip. */
  readonly library: Uint8Array;
}

/** An interpreter's memory after its start, and the top of its stack. */
export interface Image {
  readonly memory: Uint8Array;
  readonly stack: number;
}

/** What answers commonly import: read from the image, and not unpacked for every answer. */
const IMPORTED =
  'math, cmath, re, collections, itertools, functools, heapq, bisect, typing, string, random, json, copy, operator, datetime, decimal, fractions, statistics, dataclasses, enum, abc, io, ast, hashlib, time, textwrap, marshal, types';
const MODULES = { lab_codec: codec, lab_answer: answer, lab_tests: tests };

interface Exports {
  readonly memory: WebAssembly.Memory;
  readonly __indirect_function_table: WebAssembly.Table;
  readonly __stack_pointer: WebAssembly.Global;
  readonly Py_NoSiteFlag: WebAssembly.Global;
  readonly Py_EMSCRIPTEN_SIGNAL_HANDLING: WebAssembly.Global;
  emscripten_stack_init?(): void;
  __wasm_call_ctors(): void;
  Py_InitializeEx(signals: number): void;
  PyRun_SimpleString(text: number): number;
  malloc(bytes: number): number;
  free(at: number): void;
}

export class Interpreter {
  readonly system: System;
  private readonly exports: Exports;
  private readonly memory: Memory;

  private constructor({ module, library }: PythonParts) {
    this.system = new System(library);
    const instance = new WebAssembly.Instance(module, this.system.imports(module));
    this.exports = instance.exports as unknown as Exports;
    this.memory = new Memory(this.exports.memory);
    this.system.memory = this.memory;
    this.system.table = this.exports.__indirect_function_table;
  }

  /** A new interpreter with the lab's modules; takes a second or two. Throws where it does not start. */
  static start(parts: PythonParts): Interpreter {
    const made = new Interpreter(parts);
    const { exports, memory } = made;
    exports.emscripten_stack_init?.();
    exports.__wasm_call_ctors();
    memory.refresh().setI32(exports.Py_NoSiteFlag.value, 1);
    exports.Py_InitializeEx(0);
    memory.refresh().setI32(exports.Py_EMSCRIPTEN_SIGNAL_HANDLING.value, 1);
    const modules = Object.entries(MODULES).map(
      ([name, source]) => `
m = types.ModuleType(${JSON.stringify(name)})
sys.modules[m.__name__] = m
exec(compile(${JSON.stringify(source)}, m.__name__, 'exec'), m.__dict__)`,
    );
    // The garbage of starting is not in the image.
    const source = `import sys, ${IMPORTED}${modules.join('')}\nimport gc\ngc.collect()\nglobals().clear()`;
    if (made.run(source) !== 0) throw new Error('Python started, but not with the modules that it needs.');
    return made;
  }

  /** Another one, as the one of this image was; takes some milliseconds. */
  static of(parts: PythonParts, image: Image): Interpreter {
    const made = new Interpreter(parts);
    made.restore(image);
    return made;
  }

  image(): Image {
    return { memory: this.memory.refresh().bytes.slice(), stack: this.exports.__stack_pointer.value };
  }

  /** All that a program left is gone: its memory is the image's, and zero where it had taken more. */
  restore({ memory, stack }: Image): void {
    const here = this.memory.refresh();
    if (here.bytes.length < memory.length && !here.grow(memory.length))
      throw new Stopped('memory', 'there is no memory for Python');
    const { bytes } = here.refresh();
    bytes.set(memory);
    bytes.fill(0, memory.length);
    this.exports.__stack_pointer.value = stack;
  }

  /** Bytes that it holds; they do not become fewer. */
  get size(): number {
    return this.memory.refresh().bytes.length;
  }

  /** Runs a text; 0 where it raised nothing. Throws what its host threw, or a trap: it is to be restored then. */
  run(text: string): number {
    const { exports } = this;
    const bytes = new TextEncoder().encode(`${text}\0`);
    const at = exports.malloc(bytes.length);
    this.memory.refresh().set(at, bytes);
    const raised = exports.PyRun_SimpleString(at);
    exports.free(at);
    return raised;
  }

  /** Begins a program: `serve` of one of the lab's modules with this request; gives its reply. Throws as run does. */
  begin(module: keyof typeof MODULES, request: Uint8Array<ArrayBuffer>, limits: Limits): Uint8Array {
    this.system.begin(request, limits);
    return this.serve(module);
  }

  /** The same program's next request. */
  go(module: keyof typeof MODULES, request: Uint8Array<ArrayBuffer>): Uint8Array {
    this.system.next(request);
    return this.serve(module);
  }

  private serve(module: keyof typeof MODULES): Uint8Array {
    this.run(`import ${module}; ${module}.serve()`);
    return this.system.replied();
  }
}
