/**
 * Answers that try to break out, to cheat or to do harm. Each is wrong, and right after it an honest answer is right. The
 * problem is to square a number; its tests expect 16, 25 and 2.25, which no answer that does not square can know.
 */

export interface Escape {
  readonly group: 'out' | 'cheat' | 'harm';
  readonly name: string;
  readonly code: string;
  /** What the reason says. */
  readonly stopped?: RegExp;
}

/** Answers with `body` as the square's body. */
export const square = (body: string): string => `def square(x):\n${body.replace(/^/gm, '    ')}`;
/** An answer that does this on its way, and then answers with whatever it got. */
const got = (name: string, body: string): Escape => ({ group: 'out', name, code: square(body) });
const cheat = (name: string, code: string): Escape => ({ group: 'cheat', name, code });
const harm = (name: string, code: string, stopped?: RegExp): Escape => ({ group: 'harm', name, code, stopped });

export const ESCAPES: readonly Escape[] = [
  // Out of the interpreter, to JavaScript, the host's files, the network or another process
  got('import js', 'import js\nreturn js.eval("16")'),
  got('import pyodide_js', 'import pyodide_js\nreturn pyodide_js.globals'),
  got('pyodide.code.run_js', 'from pyodide.code import run_js\nreturn run_js("16")'),
  got('_pyodide_core', 'import _pyodide_core\nreturn _pyodide_core.jsnull'),
  got(
    'every module that is loaded, for one of JavaScript',
    'import sys\nreturn [m for n, m in sys.modules.items() if "js" in n and "json" not in n][0]',
  ),
  got('fetch', 'from pyodide.http import pyfetch\nreturn pyfetch("https://example.com")'),
  got('urllib', 'import urllib.request\nreturn urllib.request.urlopen("http://127.0.0.1:1/").status'),
  got('socket', 'import socket\ns = socket.socket()\ns.connect(("127.0.0.1", 1))\nreturn s'),
  got('getaddrinfo', 'import socket\nreturn socket.getaddrinfo("localhost", 80)[0][0]'),
  got('subprocess', 'import subprocess\nreturn subprocess.run(["true"]).returncode'),
  got('os.system', 'import os\nreturn os.system("echo")'),
  got('os.fork', 'import os\nreturn os.fork()'),
  got('the host’s password file', 'return open("/etc/passwd").read()'),
  got('the host’s process, in Node', 'return open("/proc/self/environ").read()'),
  got('a file of its own', 'with open("/home/x", "w") as f:\n    f.write("x")\nreturn 16'),
  got(
    'the standard library, changed for the next answer',
    'with open("/lib/python314.zip", "r+b") as f:\n    f.write(b"x")\nreturn 16',
  ),
  got('a folder of its own', 'import os\nos.mkdir("/home/x")\nreturn os.listdir("/")'),
  got('a link', 'import os\nos.symlink("/lib", "/home/x")\nreturn 16'),
  got('the environment of the host', 'import os\nreturn os.environ["PATH"]'),
  got('the interpreter’s channel to the tests', 'import os\nos.write(5, b"[]")\nreturn 16'),
  got('ctypes', 'import ctypes\nreturn ctypes.CDLL(None).getpid()'),
  got('ctypes, a call by address', 'import ctypes\nreturn ctypes.CFUNCTYPE(ctypes.c_int)(1)()'),
  got(
    'a library of WebAssembly of its own',
    'import _imp, importlib.machinery as m\nreturn m.ExtensionFileLoader("x", "/home/x.so").load_module()',
  ),
  got(
    'a file of the interpreter’s, mapped to be written',
    'import mmap, os\nm = mmap.mmap(os.open("/lib/python314.zip", os.O_RDWR), 0)\nm[0] = 1\nreturn 16',
  ),
  got('asyncio', 'import asyncio\nreturn asyncio.run(asyncio.sleep(0, 16))'),
  got(
    'threads',
    'import threading\nout = []\nt = threading.Thread(target=lambda: out.append(x * x))\nt.start()\nt.join()\nreturn out[0]',
  ),
  got('processes', 'import multiprocessing\nreturn multiprocessing.Process(target=print).start()'),
  got('signals', 'import signal\nsignal.setitimer(signal.ITIMER_REAL, 0.1)\nreturn 16'),
  got('breakpoint', 'breakpoint()\nreturn 16'),
  got('input', 'return input()'),
  got(
    'a module of Pyodide’s by its maker',
    'import _imp, importlib.machinery as m\nreturn _imp.create_builtin(m.ModuleSpec("_pyodide_core", None))',
  ),
  got(
    'another interpreter in this one',
    'import _interpreters\ni = _interpreters.create()\n_interpreters.exec(i, "x = 1")\nreturn 16',
  ),
  got('code for a running process', 'import sys, os\nsys.remote_exec(os.getpid(), "/lib/python314.zip")\nreturn 16'),
  got('another program in its place', 'import posix\nposix.execv("/bin/sh", ["sh", "-c", "true"])'),
  got(
    'every channel that may be open',
    'import os\nfound = []\nfor fd in range(3, 300):\n    try: found.append(os.read(fd, 4096))\n    except OSError: pass\nreturn [eval(t.split(b"==")[1]) for t in found if b"assert" in t]',
  ),
  got('a call by address, below ctypes', 'import _ctypes\nreturn _ctypes.call_function(1, ())'),
  got('a temporary file', 'import tempfile\nreturn tempfile.TemporaryFile().write(b"x" * 16)'),

  // The tests' verdict: what they expect, how they compare, what comes next
  cheat(
    'an object that equals everything',
    'class E:\n    def __eq__(self, other): return True\n    def __ne__(self, other): return False\n    __hash__ = None\ndef square(x): return E()',
  ),
  cheat(
    'a number that equals everything',
    'class E(int):\n    def __eq__(self, other): return True\n    def __ne__(self, other): return False\ndef square(x): return E(1)',
  ),
  cheat(
    'an object that is near everything',
    'class E:\n    def __sub__(self, other): return 0\n    __rsub__ = __sub__\n    def __lt__(self, other): return True\n    __gt__ = __le__ = __ge__ = __lt__\n    def __abs__(self): return 0\n    def __float__(self): return 0.0\ndef square(x): return E()',
  ),
  cheat(
    'a truth that is always true',
    'class E:\n    def __bool__(self): return True\n    def __getattr__(self, name): return self\n    def __call__(self, *a): return self\ndef square(x): return E()',
  ),
  cheat(
    'the builtins that tests use',
    'import builtins\nfor name in ("abs", "isinstance", "len", "all", "any", "float", "round", "sorted", "set"):\n    setattr(builtins, name, lambda *a, **k: True)\ndef square(x): return 1',
  ),
  cheat(
    'its own abs, round and float',
    'abs = round = float = isinstance = lambda *a, **k: 0\ndef square(x): return 1',
  ),
  cheat('math.isclose', 'import math\nmath.isclose = lambda *a, **k: True\ndef square(x): return 1'),
  cheat(
    'assert without effect',
    'import builtins\nclass Quiet(BaseException): pass\nbuiltins.AssertionError = AssertionError = Quiet\ndef square(x): return 1',
  ),
  cheat(
    'the tests’ own names',
    'def check(f): pass\n__cases__ = None\ncases = [True] * 3\npassed = total = 3\ndef square(x): return 1',
  ),
  cheat(
    'frames above its own',
    square(
      'import sys\nf = sys._getframe()\nseen = []\nwhile f:\n    seen += list(f.f_locals.values()) + list(f.f_globals.values())\n    f = f.f_back\nfor v in seen:\n    if isinstance(v, (int, float)) and v in (16, 25, 2.25): return v\n    if isinstance(v, str) and "assert" in v: return eval(v.split("==")[1])\nreturn 1',
    ),
  ),
  cheat(
    'all objects of the garbage collector',
    square(
      'import gc\nfor o in gc.get_objects():\n    if isinstance(o, (list, tuple, dict)):\n        for v in (o.values() if isinstance(o, dict) else o):\n            if isinstance(v, str) and v.startswith("assert square("): return eval(v.split("==")[1])\nreturn 1',
    ),
  ),
  cheat(
    'inspect',
    square(
      'import inspect\nfor frame in inspect.stack():\n    for line in frame.code_context or []:\n        if "==" in line: return eval(line.split("==")[1])\nreturn 1',
    ),
  ),
  cheat(
    'the memory of its interpreter, read as bytes',
    square(
      'import ctypes\nmemory = (ctypes.c_char * (16 << 20)).from_address(1024)\ni = bytes(memory).find(b"assert square(4)")\nreturn 16 if i >= 0 else 1',
    ),
  ),
  cheat(
    'a forged reply',
    'import os\ndef square(x):\n    os.write(4, b\'{"passed": 3, "total": 3, "reason": null}\')\n    return 1',
  ),
  cheat('replies without end', 'import os\ndef square(x):\n    while True: os.write(4, b"x" * 65536)'),
  cheat(
    'the module that speaks for it',
    'import lab_answer\nlab_answer.serve = lambda: None\nlab_answer.write = lambda *a: None\ndef square(x): return 1',
  ),
  cheat(
    'the module that speaks for it says what it likes',
    'import lab_answer, lab_codec, os\nlab_answer.handle = lambda *a: {"v": {"o": [0, "int", False, False]}}\ndef square(x): return 1',
  ),
  cheat(
    'the tests’ module, of which it has a copy',
    'import lab_tests\nlab_tests.same = lab_tests.plain = lambda *a: True\nlab_tests.Cases.__exit__ = lambda self, *a: self.passed.append(True) or True\ndef square(x): return 1',
  ),
  cheat(
    'values in odd shapes',
    'import lab_codec, lab_answer\nlab_answer.pack = lambda *a: {"t": 5, "s": None}\ndef square(x): return 1',
  ),
  cheat('a list within itself', square('a = []\na.append(a)\nreturn a')),
  cheat('a value as deep as it gets', square('a = []\nfor _ in range(100000): a = [a]\nreturn a')),
  cheat('a value as long as it gets', square('return "x" * (5 << 20)')),
  cheat('atexit', 'import atexit\natexit.register(print, "passed")\ndef square(x): return 1'),
  cheat(
    'a tracer',
    'import sys\nsys.settrace(lambda *a: None)\nsys.setprofile(lambda *a: None)\ndef square(x): return 1',
  ),
  cheat('an audit hook', 'import sys\nsys.addaudithook(lambda *a: None)\ndef square(x): return 1'),
  cheat(
    'an import hook, for what is imported next',
    'import sys\nclass H:\n    def find_spec(self, *a): raise SystemExit(0)\nsys.meta_path.insert(0, H())\nsys.modules["math"] = None\ndef square(x): return 1',
  ),
  cheat(
    'results in the words of test runners',
    'import sys\nfor out in (sys.stdout, sys.stderr):\n    print(\'{"passed": 3, "total": 3, "reason": null}\\n3 passed in 0.01s\\nOK\', file=out, flush=True)\ndef square(x): return 1',
  ),
  cheat(
    'a reply with code to run beside the tests',
    'import os, json, marshal\ncode = marshal.dumps(compile("1/0", "x", "eval")).hex()\ndef square(x):\n    os.write(4, json.dumps({"v": {"p": [code, [], [], {"os": {"h": "os"}}]}}).encode())\n    os._exit(0)',
  ),
  cheat(
    'a reply that changes what was not given',
    'import os, json\ndef square(x):\n    os.write(4, json.dumps({"v": 1, "changed": {"-1": {"d": []}, "0": [16], "7": 16}}).encode())\n    os._exit(0)',
  ),
  cheat(
    'a reply as deep as it gets',
    'import os\ndef square(x):\n    os.write(4, b\'{"v":\' + b"[" * 1000000)\n    os._exit(0)',
  ),
  cheat(
    'a reply of another exception than there is',
    'import os\ndef square(x):\n    os.write(4, b\'{"e": ["SystemExit", 0]}\')',
  ),
  cheat(
    'numbers that take for ever to be compared',
    'import decimal, fractions\ndef square(x): return [decimal.Decimal("1e999999999999"), fractions.Fraction(3 ** 200000, 7 ** 200000), 1 << 4000000]',
  ),
  cheat(
    'not a number, and more than all',
    'import itertools\nkinds = itertools.cycle([float("nan"), float("inf"), complex("nan"), -0.0])\ndef square(x): return next(kinds)',
  ),
  cheat(
    'a class that says it is another',
    'class E:\n    __class__ = int\n    def __int__(self): return 1\n    __index__ = __int__\n    def __eq__(self, other): return True\n    __hash__ = None\ndef square(x): return E()',
  ),
  cheat(
    'a type that says what its objects are',
    'class M(type):\n    def __instancecheck__(self, x): return True\n    def __eq__(self, x): return True\n    __hash__ = type.__hash__\n    __name__ = property(lambda self: self)\nclass E(metaclass=M): pass\ndef square(x): return E()',
  ),
  cheat(
    'closures and what refers to them',
    'import gc, types\ndef square(x):\n    seek = "assert" + chr(32) + "square("\n    seen = list(gc.get_referrers(x))\n    for f in gc.get_objects():\n        if isinstance(f, types.CellType):\n            try: seen.append(f.cell_contents)\n            except ValueError: pass\n    for o in seen:\n        for v in (o if isinstance(o, (list, tuple)) else [o]):\n            if isinstance(v, str) and seek in v: return eval(v.split("==")[1])\n    return 1',
  ),
  cheat(
    'frames of every thread',
    'import sys\ndef square(x):\n    seek = "assert" + chr(32) + "square("\n    for f in sys._current_frames().values():\n        while f:\n            for c in (*f.f_code.co_consts, *f.f_locals.values()):\n                if isinstance(c, str) and seek in c: return eval(c.split("==")[1])\n            f = f.f_back\n    return 1',
  ),
  cheat(
    'a comparison for all numbers, through ctypes or a subclass of builtins',
    'import builtins\nclass I(int):\n    def __eq__(self, other): return True\nbuiltins.int = I\nbuiltins.float = I\ndef square(x): return I(1)',
  ),
  cheat(
    'asserts that a profiler or a monitor skips',
    'import sys\nm = sys.monitoring\nm.use_tool_id(1, "x")\nm.register_callback(1, m.events.RAISE, lambda *a: None)\nm.set_events(1, m.events.RAISE)\ndef square(x): return 1',
  ),
  cheat(
    'the encoder of what it says',
    'import json, lab_codec\njson.dumps = lab_codec.json.dumps = lambda value: \'{"v": true}\'\ndef square(x): return 1',
  ),
  cheat('no function at all', 'print("3 of 3 tests passed")'),
  cheat('a syntax error', 'def square(x) return x'),

  // Time, memory, output, and the interpreter itself
  harm('an endless loop', square('while True: pass'), /too long/),
  harm(
    'an endless loop that catches everything',
    square('while True:\n    try:\n        while True: pass\n    except BaseException: pass'),
    /too long/,
  ),
  harm('an endless loop while it is loaded', 'while True: pass', /too long/),
  harm('endless sleep', square('import time\nwhile True: time.sleep(1000)')),
  harm('endless calls of itself', square('return square(x)'), /RecursionError/),
  harm('calls without a limit', 'import sys\nsys.setrecursionlimit(10**9)\ndef square(x): return square(x)'),
  harm(
    'calls of C inside each other',
    'class A:\n    def __repr__(self): return repr([self])\ndef square(x): return repr(A())',
  ),
  harm(
    'a generator of generators',
    square('g = iter([1])\nfor _ in range(10**6): g = iter(map(abs, g))\nreturn next(g)'),
  ),
  harm('one large list', square('return len([0] * 10**9)'), /MemoryError/),
  harm('many small ones', square('kept = []\nwhile True: kept.append(bytearray(10**6))'), /MemoryError/),
  harm('a large number', square('return 10 ** (10 ** 7) % 7')),
  harm(
    'memory, until it is refused, and on',
    square('kept = []\nwhile True:\n    try: kept.append(bytearray(10**7))\n    except MemoryError: pass'),
    /too long/,
  ),
  harm('a gigabyte of output', square('while True: print("x" * 65536)'), /too much/),
  harm('a gigabyte of errors', 'import sys\nwhile True: sys.stderr.write("x" * 65536)', /too much/),
  harm('a power that takes for ever', square('return 7 ** 10 ** 9 % 10'), /too long/),
  harm('os._exit', square('import os\nos._exit(0)'), /ended/),
  harm('os._exit while it is loaded', 'import os\nos._exit(0)', /ended/),
  harm('sys.exit', square('import sys\nsys.exit(0)')),
  harm('sys.exit while it is loaded', 'import sys\nsys.exit(0)'),
  harm('os.abort', square('import os\nos.abort()')),
  harm('os.kill', square('import os\nos.kill(os.getpid(), 9)\nreturn 1')),
  harm('faulthandler', square('import faulthandler\nfaulthandler._sigsegv()\nreturn 1')),
  harm('an address that is none', square('import ctypes\nreturn ctypes.string_at(0xffffffff, 100)')),
  harm(
    'its own code, changed',
    'def square(x): return 1\nsquare.__code__ = square.__code__.replace(co_code=b"\\xff" * 64)',
  ),
  harm('code of a marshal', square('import marshal\nreturn marshal.loads(b"\\xe3" + b"\\xff" * 100)')),
  harm('a pickle that calls', square('import pickle\nreturn pickle.loads(b"cos\\nsystem\\n(S\'ls\'\\ntR.")')),
  harm('open files without end', square('kept = []\nwhile True: kept.append(open("/lib/python314.zip", "rb"))')),
  harm(
    'what is left in modules',
    'import math, re, json\nmath.sqrt = json.loads = re.compile = None\nimport builtins\nbuiltins.print = builtins.len = None\ndef square(x): return 1',
  ),
  harm('the collector, switched off', 'import gc\ngc.disable()\ngc.freeze()\ndef square(x): return 1'),
  harm(
    'an endless loop in an object’s end',
    'class D:\n    def __del__(self):\n        while True: pass\ndef square(x):\n    D()\n    return 1',
    /too long/,
  ),
  harm(
    'an endless loop in the end of all',
    'import atexit, weakref\nclass D: pass\nd = D()\ndef for_ever(*a):\n    while True: pass\nweakref.finalize(d, for_ever)\natexit.register(for_ever)\ndef square(x): return 1',
  ),
  harm(
    'an exception whose text has no end',
    'class E(Exception):\n    def __str__(self):\n        while True: pass\ndef square(x): raise E()',
    /too long/,
  ),
  harm(
    'an exception whose text is an exception',
    'class E(Exception):\n    def __str__(self): raise E()\n    __repr__ = __str__\ndef square(x): raise E()',
  ),
  harm('an exception of a gigabyte', square('raise ValueError("x" * (100 << 20))')),
  harm(
    'an exception that shows itself',
    'class E(Exception):\n    def __str__(self): return repr(self)\n    def __repr__(self): return str(self)\ndef square(x): raise E()',
  ),
  harm(
    'exceptions within exceptions',
    square(
      'e = None\nfor _ in range(100000):\n    try:\n        raise ValueError from e\n    except ValueError as f: e = f\nraise e',
    ),
  ),
  harm(
    'a class that is made for ever',
    'class M(type):\n    def __new__(m, *a):\n        while True: pass\nclass A(metaclass=M): pass',
    /too long/,
  ),
  harm('a source as deep as it gets', square('return eval("(" * 100000 + ")" * 100000)')),
  harm('a source that folds to a large value', square('return eval("-" * 200000 + "1")')),
  harm(
    'a bomb of zlib',
    square(
      'import zlib\nd = zlib.decompressobj()\nb = zlib.compress(bytes(10 ** 7))\nkept = []\nwhile True: kept.append(zlib.decompress(b))',
    ),
    /MemoryError|too long/,
  ),
  harm('random bytes without end', square('import os\nreturn os.urandom(10 ** 9)')),
  harm('a pickle within pickles', square('import pickle\nreturn pickle.loads(b"(" * 10 ** 6 + b"l" * 10 ** 6 + b".")')),
  harm(
    'builtins, taken away',
    'import builtins\nfor name in list(vars(builtins)):\n    if name not in ("BaseException",): delattr(builtins, name)\ndef square(x): return 1',
  ),
  harm(
    'an awaiting that never ends',
    'async def f():\n    while True: pass\ndef square(x):\n    f().send(None)',
    /too long/,
  ),
  harm('the interpreter, ended', square('import ctypes\nctypes.pythonapi.Py_Finalize()\nreturn 1')),
];

/** Those that need a clock outside of the interpreter: C code that never looks up. The worker is killed. */
export const ENDLESS: readonly Escape[] = [
  harm('the largest of all numbers', square('import itertools\nreturn max(itertools.count())')),
  harm('a sum without end', square('return sum(map(abs, iter(int, 1)))')),
  harm('a search for what is not there', square('import itertools\nreturn x in itertools.repeat(None)')),
  harm('a text without end, joined', square('import itertools\nreturn "".join(itertools.repeat(""))')),
  harm('a pattern that takes for ever', square('import re\nreturn re.match(r"(a+)+$", "a" * 60 + "b")')),
];
