/**
 * The whole world of an interpreter: the functions that its WebAssembly imports. It has a clock that counts its own steps, a
 * read-only file system with the standard library, and numbered channels; nothing else. Of the 268 imports those named here
 * work, other system calls answer ENOSYS, and the rest, Pyodide's bridge to JavaScript among them, end the program: there is
 * no JavaScript that Python could reach, and so no network, no page and no file of the host.
 */
import { type Memory, PAGE } from './memory';
import { ReadOnlyFiles } from './read-only-files';
import { Stopped } from './stopped';

/** Numbers of the C library (emscripten's). */
const [EBADF, EINVAL, ENOSYS, ENOTTY, ESPIPE] = [8, 28, 52, 59, 70];
/** What a step is on the program's clock: the interpreter looks for signals every 50 back-edges and calls of Python code. */
const STEP_SECONDS = 1e-5;
/** What looking at the clock is: who waits for it to go on waits so long. */
const LOOK_SECONDS = 1e-6;
/** When the program's clock begins: the same for every run, 1 January 2026. */
const EPOCH_SECONDS = 1_767_225_600;

const ENVIRONMENT = {
  PYTHONHOME: '/',
  PYTHONHASHSEED: '0',
  PYTHONDONTWRITEBYTECODE: '1',
  PYTHONNOUSERSITE: '1',
  PYTHONUTF8: '1',
  PYTHONSAFEPATH: '1',
  PYTHON_COLORS: '0',
  HOME: '/home',
};

const CHANNELS = { input: 0, output: 1, errors: 2, request: 3, reply: 4, ask: 5 } as const;

/** How much a program may take. */
export interface Limits {
  /** Of its own clock. */
  readonly seconds: number;
  /** Bytes that it may write. */
  readonly output: number;
  /** Bytes of memory. */
  readonly memory: number;
}

/** What the interpreter is at and how far it may go; the state of the host, all of it. */
export class System {
  memory: Memory | null = null;
  table: WebAssembly.Table | null = null;
  /** Asked by what is written to the channel `ask`, and answers with what is then read from it. */
  ask: ((question: Uint8Array) => Uint8Array) | null = null;
  readonly files: ReadOnlyFiles;
  private steps = 0;
  private looks = 0;
  private written = 0;
  private limits: Limits = { seconds: Number.POSITIVE_INFINITY, output: 2 ** 20, memory: 2 ** 28 };
  private random = 1;
  private request = new Uint8Array(0);
  private answer = new Uint8Array(0);
  private reply: Uint8Array[] = [];

  constructor(standardLibrary: Uint8Array) {
    this.files = new ReadOnlyFiles({ '/lib/python314.zip': standardLibrary });
  }

  /** Before a program runs: nothing of an earlier one is left. */
  begin(request: Uint8Array<ArrayBuffer>, limits: Limits): void {
    this.files.closeAll();
    [this.steps, this.looks, this.written, this.random] = [0, 0, 0, 1];
    [this.request, this.answer, this.reply] = [request, new Uint8Array(0), []];
    this.limits = limits;
  }

  /** The next request of a program that goes on, with its time and its output counted on. */
  next(request: Uint8Array<ArrayBuffer>): void {
    [this.request, this.reply] = [request, []];
  }

  /** What was written to the channel `reply`. */
  replied(): Uint8Array {
    const whole = new Uint8Array(this.reply.reduce((n, part) => n + part.length, 0));
    let at = 0;
    for (const part of this.reply) {
      whole.set(part, at);
      at += part.length;
    }
    return whole;
  }

  /** The imports of the module, every one. */
  imports(module: WebAssembly.Module): WebAssembly.Imports {
    const made: Record<string, Record<string, WebAssembly.ImportValue>> = {};
    const known = this.functions() as Record<string, (...args: never[]) => unknown>;
    for (const { module: from, name, kind } of WebAssembly.Module.imports(module)) {
      made[from] ??= {};
      // Globals are the places of WebGL's functions, which are not there.
      made[from][name] =
        kind === 'global'
          ? new WebAssembly.Global({ value: 'i32', mutable: true }, 0)
          : Object.hasOwn(known, name)
            ? known[name]
            : missing(name);
    }
    return made;
  }

  private functions() {
    return { ...this.process(), ...this.time(), ...this.paths(), ...this.descriptors() };
  }

  private get at(): Memory {
    return (this.memory as Memory).refresh();
  }

  /** Milliseconds on the program's clock: a function of what it did, so that a verdict is the same on any machine. */
  private now(): number {
    this.looks++;
    return this.seconds() * 1000;
  }

  /** Throws where its time is over. */
  private seconds(): number {
    const passed = this.steps * STEP_SECONDS + this.looks * LOOK_SECONDS;
    if (passed > this.limits.seconds) throw new Stopped('time', 'took too long');
    return passed;
  }

  private process() {
    return {
      environ_sizes_get: (count: number, size: number) => {
        this.at.setI32(count, VARIABLES.length);
        this.at.setI32(
          size,
          VARIABLES.reduce((n, text) => n + text.length + 1, 0),
        );
        return 0;
      },
      environ_get: (list: number, texts: number) => {
        for (const [i, variable] of VARIABLES.entries()) {
          this.at.setI32(list + 4 * i, texts);
          texts += this.at.setText(texts, variable);
        }
        return 0;
      },
      random_get: (at: number, length: number) => {
        const part = this.at.bytes.subarray(at >>> 0, (at >>> 0) + (length >>> 0));
        for (let i = 0; i < part.length; i++) {
          this.random = (Math.imul(this.random, 1_664_525) + 1_013_904_223) >>> 0;
          part[i] = this.random >>> 24;
        }
        return 0;
      },
      emscripten_get_heap_max: () => this.limits.memory,
      emscripten_resize_heap: (wanted: number) => {
        const size = this.at.bytes.length;
        if (wanted >>> 0 > this.limits.memory) return 0;
        const asked = Math.min(this.limits.memory, Math.max(wanted >>> 0, size * 1.2));
        return Number((this.memory as Memory).grow(Math.floor(asked / PAGE) * PAGE + (asked % PAGE ? PAGE : 0)));
      },
      /** A step: a loop of Python code ends here. */
      _Py_CheckEmscriptenSignals_Helper: () => {
        this.steps++;
        this.seconds();
        return 0;
      },
      /** Calls a function of the program's own table, with as many arguments as it has. */
      _PyEM_TrampolineCall_JS: (place: number, a: number, b: number, c: number) =>
        (this.table as WebAssembly.Table).get(place)(a, b, c),
      proc_exit: ends('exit'),
      exit: ends('exit'),
      _abort_js: ends('crash'),
      _Py_emscripten_runtime: () => 0,
      _emscripten_get_progname: () => 0,
      __hiwire_deduplicate_new: () => null,
      __syscall_getuid32_js: () => 0,
      __syscall_umask_js: () => 0o22,
    };
  }

  private time() {
    const now = () => EPOCH_SECONDS * 1000 + this.now();
    const fields = (seconds: bigint, at: number) => {
      const d = new Date(Number(seconds) * 1000);
      const year = d.getUTCFullYear();
      const day = Math.floor((Date.UTC(year, d.getUTCMonth(), d.getUTCDate()) - Date.UTC(year, 0, 1)) / 86_400_000);
      const own = [d.getUTCSeconds(), d.getUTCMinutes(), d.getUTCHours(), d.getUTCDate(), d.getUTCMonth(), year - 1900];
      for (const [i, value] of [...own, d.getUTCDay(), day, 0, 0].entries()) this.at.setI32(at + 4 * i, value);
    };
    const seconds = (at: number) => {
      const [second, minute, hour, day, month, year] = [0, 4, 8, 12, 16, 20].map((k) => this.at.i32(at + k));
      return BigInt(Math.trunc(Date.UTC(year + 1900, month, day, hour, minute, second) / 1000));
    };
    return {
      clock_time_get: (clock: number, _: bigint, at: number) => {
        this.at.setI64(at, (clock === 0 ? now() : this.now()) * 1e6);
        return 0;
      },
      clock_res_get: (_: number, at: number) => {
        this.at.setI64(at, 1000);
        return 0;
      },
      emscripten_date_now: now,
      emscripten_get_now: () => this.now(),
      _tzset_js: (zone: number, daylight: number, standard: number, summer: number) => {
        this.at.setI32(zone, 0);
        this.at.setI32(daylight, 0);
        for (const name of [standard, summer]) this.at.setText(name, 'UTC');
      },
      _gmtime_js: fields,
      _localtime_js: fields,
      _timegm_js: seconds,
      _mktime_js: seconds,
    };
  }

  private paths() {
    const stat = (at: number, found: { mode: number; size: number } | number) => {
      if (typeof found === 'number') return -found;
      const memory = this.at;
      memory.bytes.fill(0, at >>> 0, (at >>> 0) + 96);
      memory.setI32(at + 4, found.mode);
      memory.setI32(at + 8, 1);
      memory.setI64(at + 24, found.size);
      memory.setI32(at + 32, 4096);
      memory.setI64(at + 88, found.size + 1);
      return 0;
    };
    const named = (path: number, at: number) => stat(at, this.files.stat(this.at.text(path)));
    return {
      __syscall_openat: (_: number, path: number, flags: number) => this.files.open(this.at.text(path), flags),
      __syscall_stat64: named,
      __syscall_lstat64: named,
      __syscall_newfstatat: (_: number, path: number, at: number) => named(path, at),
      __syscall_fstat64: (fd: number, at: number) => stat(at, this.files.statOpen(fd)),
      __syscall_faccessat: (_: number, path: number) => {
        const found = this.files.stat(this.at.text(path));
        return typeof found === 'number' ? -found : 0;
      },
      __syscall_getcwd: (at: number, size: number) => (size < 6 ? -EINVAL : this.at.setText(at, '/home')),
      __syscall_readlinkat: () => -EINVAL,
      __syscall_ioctl: () => -ENOTTY,
      __syscall_fcntl64: (_: number, command: number) => (command >= 1 && command <= 3 ? 0 : -EINVAL),
      __syscall_getdents64: () => 0,
      // Sockets, asked for by what looks whether it has any.
      _try_fcntl64: () => 0,
      _try_shutdown: () => 0,
      _maybe_poll_async: () => null,
    };
  }

  private descriptors() {
    return {
      fd_close: (fd: number) => {
        this.files.close(fd);
        return 0;
      },
      fd_sync: () => 0,
      fd_fdstat_get: (fd: number, at: number) => {
        this.at.bytes.fill(0, at >>> 0, (at >>> 0) + 24);
        this.at.bytes[at >>> 0] = fd < 3 ? 2 : 4;
        return 0;
      },
      fd_seek: (fd: number, offset: bigint, from: number, at: number) => {
        if (fd <= CHANNELS.ask) return ESPIPE;
        const position = this.files.seek(fd, Number(offset), from);
        if (position === null) return EBADF;
        this.at.setI64(at, position);
        return 0;
      },
      fd_read: (fd: number, parts: number, count: number, got: number) => {
        let all = 0;
        for (let i = 0; i < count >>> 0; i++) {
          const length = this.at.u32(parts + 8 * i + 4);
          const read = this.read(fd, length);
          if (read === null) return EBADF;
          this.at.set(this.at.u32(parts + 8 * i), read);
          all += read.length;
          if (read.length < length) break;
        }
        this.at.setI32(got, all);
        return 0;
      },
      fd_write: (fd: number, parts: number, count: number, got: number) => {
        let all = 0;
        for (let i = 0; i < count >>> 0; i++) {
          const length = this.at.u32(parts + 8 * i + 4);
          this.written += length;
          if (this.written > this.limits.output) throw new Stopped('output', 'wrote too much');
          if (!this.write(fd, this.at.part(this.at.u32(parts + 8 * i), length))) return EBADF;
          all += length;
        }
        this.at.setI32(got, all);
        return 0;
      },
    };
  }

  private read(fd: number, length: number): Uint8Array | null {
    if (fd === CHANNELS.input) return new Uint8Array(0);
    if (fd !== CHANNELS.request && fd !== CHANNELS.ask) return this.files.read(fd, length);
    const source = fd === CHANNELS.request ? 'request' : 'answer';
    const part = this[source].subarray(0, length);
    this[source] = this[source].subarray(part.length);
    return part;
  }

  private write(fd: number, part: Uint8Array<ArrayBuffer>): boolean {
    if (fd === CHANNELS.reply) this.reply.push(part);
    else if (fd === CHANNELS.ask && this.ask) this.answer = this.ask(part) as Uint8Array<ArrayBuffer>;
    else return fd === CHANNELS.output || fd === CHANNELS.errors;
    return true;
  }
}

const VARIABLES = Object.entries(ENVIRONMENT).map(([name, value]) => `${name}=${value}`);

const ends = (reason: 'exit' | 'crash') => () => {
  throw new Stopped(reason, reason === 'exit' ? 'ended the interpreter' : 'the interpreter broke down');
};

/** A function that is not there. Python hears of a system call's refusal; whatever else is called ends the program. */
const missing = (name: string) =>
  name.startsWith('__syscall_')
    ? () => -ENOSYS
    : () => {
        throw new Stopped('forbidden', `asked for ${name}, which there is not`);
      };
