"""Values on their way between the interpreter of the tests and that of the answer: as JSON, and never as code or pickles.

What is no plain value stays where it is: an object is its number there, which `keep` gives and `find` takes.
"""

import collections
import decimal
import fractions
import json
import marshal
import os
import types

#: Bytes that a message may have.
MOST = 4 * 2**20

EXACT = 2**53


class Unsendable(TypeError):
    pass


def pack(x, keep):
    if x is None or x is True or x is False:
        return x
    if isinstance(x, str):
        return str.__str__(x)
    if isinstance(x, int):
        x = int(x)
        return x if -EXACT < x < EXACT else {"i": hex(x)}
    if isinstance(x, float):
        return float(x)
    if isinstance(x, list):
        return [pack(v, keep) for v in x]
    if isinstance(x, tuple):
        return {"t": [pack(v, keep) for v in x]}
    if isinstance(x, dict):
        return {"d": [[pack(k, keep), pack(v, keep)] for k, v in x.items()]}
    if isinstance(x, (set, frozenset)):
        return {"s" if isinstance(x, set) else "z": [pack(v, keep) for v in x]}
    if isinstance(x, collections.deque):
        return {"q": [pack(v, keep) for v in x]}
    if isinstance(x, (bytes, bytearray)):
        return {"b" if isinstance(x, bytes) else "y": x.hex()}
    if isinstance(x, complex):
        return {"c": [x.real, x.imag]}
    if isinstance(x, range):
        return {"r": [x.start, x.stop, x.step]}
    if isinstance(x, decimal.Decimal):
        return {"m": str(x)}
    if isinstance(x, fractions.Fraction):
        return {"f": [pack(x.numerator, keep), pack(x.denominator, keep)]}
    return keep(x)


def pack_function(f, keep):
    """A function of the tests, with what it closes over: it runs where the answer does."""
    cells = [pack(c.cell_contents, keep) for c in f.__closure__ or ()]
    defaults = [pack(v, keep) for v in f.__defaults__ or ()]
    used = {n: f.__globals__[n] for n in f.__code__.co_names if n in f.__globals__}
    known = {n: {"h": v.__name__} if isinstance(v, types.ModuleType) else pack(v, keep) for n, v in used.items()}
    return {"p": [marshal.dumps(f.__code__).hex(), cells, defaults, known]}


def unpack_function(parts, find):
    code, cells, defaults, known = parts
    used = {n: __import__(v["h"]) if isinstance(v, dict) and "h" in v else unpack(v, find) for n, v in known.items()}
    return types.FunctionType(
        marshal.loads(bytes.fromhex(code)),
        {**used, "__builtins__": __builtins__},
        None,
        tuple(unpack(v, find) for v in defaults),
        tuple(types.CellType(unpack(v, find)) for v in cells),
    )


def unpack(x, find):
    if isinstance(x, list):
        return [unpack(v, find) for v in x]
    if not isinstance(x, dict):
        return x
    ((kind, v),) = x.items()
    if kind in "tszq":
        return {"t": tuple, "s": set, "z": frozenset, "q": collections.deque}[kind](unpack(w, find) for w in v)
    if kind == "d":
        return {unpack(k, find): unpack(w, find) for k, w in v}
    if kind == "i":
        return int(v, 16)
    if kind == "b":
        return bytes.fromhex(v)
    if kind == "y":
        return bytearray.fromhex(v)
    if kind == "c":
        return complex(*v)
    if kind == "r":
        return range(*v)
    if kind == "m":
        return decimal.Decimal(v)
    if kind == "f":
        return fractions.Fraction(*(unpack(w, find) for w in v))
    return find(kind, v)


def read(channel):
    parts = []
    while part := os.read(channel, 2**16):
        parts.append(part)
    return json.loads(b"".join(parts))


def write(channel, value):
    text = json.dumps(value).encode()
    if len(text) > MOST:
        raise Unsendable("a value of more than 4 MiB")
    os.write(channel, text)
