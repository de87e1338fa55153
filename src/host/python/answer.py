"""The side of the answer: its code runs here, beside nothing that it could betray.

Neither expected values nor the tests come into this interpreter: it is asked to call what the answer defines with given
arguments, and says what came back. An answer that tampers with this very module changes what it says, and no more.
"""

import builtins
import io
import os
import sys
import types

from lab_codec import Unsendable, pack, read, unpack, unpack_function, write

REQUEST, REPLY = 3, 4

#: The answer's names, and its objects that the tests hold, by number.
names = {}
kept = []


def keep(x):
    kept.append(x)
    return {"o": [len(kept) - 1, type(x).__name__, callable(x), hasattr(type(x), "__iter__")]}


def find(kind, v):
    return unpack_function(v, find) if kind == "p" else kept[v[0]]


#: The site module's words for it, which is not loaded.
builtins.exit = builtins.quit = sys.exit


def load(setup, code, main):
    """Runs the answer in a namespace of its own; says which of its names there are."""
    names.clear()
    names.update({"__name__": main, "__builtins__": __builtins__})
    if setup:
        exec(compile(setup, "setup", "exec"), names)
    exec(compile(code, "answer", "exec"), names)
    return {"v": None}


def run(setup, code, text):
    """A whole program, with this text to read, also as descriptor 0; what it wrote."""
    sys.stdin = io.TextIOWrapper(io.BytesIO(text.encode()))
    sys.stdout = io.TextIOWrapper(io.BytesIO(), write_through=True)
    read_from_zero(len(text.encode()))
    try:
        load(setup, code, "__main__")
    except SystemExit as end:
        if end.code not in (None, 0):
            raise
    sys.stdout.flush()
    return {"v": sys.stdout.buffer.getvalue().decode()}


def read_from_zero(size):
    """What opens, reads or measures descriptor 0 finds the text that is to be read, as fast programs do."""
    known = builtins.open, os.read, os.fstat

    def opened(file, mode="r", *how, **more):
        if file in (0, "/dev/stdin"):
            return sys.stdin.buffer if "b" in mode else sys.stdin
        return known[0](file, mode, *how, **more)

    builtins.open = opened
    os.read = lambda fd, n: sys.stdin.buffer.read(n) if fd == 0 else known[1](fd, n)
    os.fstat = lambda fd: types.SimpleNamespace(st_size=size) if fd == 0 else known[2](fd)


def call(f, packed, named):
    args = [unpack(a, find) for a in packed]
    value = f(*args, **{k: unpack(v, find) for k, v in named.items()})
    after = [pack(a, keep) if isinstance(a, (list, dict, set, bytearray)) else None for a in args]
    changed = {i: b for i, (a, b) in enumerate(zip(packed, after)) if b is not None and a != b}
    return {"v": pack(value, keep), "changed": changed}


OPERATIONS = {
    "attribute": lambda x, name: getattr(x, name),
    "set": lambda x, name, value: setattr(x, name, value),
    "item": lambda x, key: x[key],
    "length": lambda x: len(x),
    "iterate": lambda x: iter(x),
    "next": lambda x: next(x),
    "text": lambda x: str(x),
    "shown": lambda x: repr(x),
    "truth": lambda x: bool(x),
}


def handle(do, *rest):
    if do == "load":
        return load(*rest, "answer")
    if do == "run":
        return run(*rest)
    if do == "name":
        return {"v": pack(names[rest[0]], keep)}
    if do == "call":
        of, args, named = rest
        return call(unpack(of, find), args, named)
    return {"v": pack(OPERATIONS[do](*(unpack(x, find) for x in rest)), keep)}


def serve():
    try:
        reply = handle(*read(REQUEST))
        write(REPLY, reply)
    except Unsendable as error:
        write(REPLY, {"e": ["TypeError", str(error)]})
    except BaseException as error:
        write(REPLY, {"e": [type(error).__name__, str(error)[:300]]})
