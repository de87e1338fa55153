"""The side of the tests: they run here, and what of the answer they name is a stand-in that asks the other interpreter.

What comes back is plain data, compared here with what was expected. An object of the answer's own stays there; here it is
equal to nothing but itself, is not compared in size and not computed with, so that no method of the answer's is ever shown
an expected value by an operator.
"""

import ast
import builtins
import json
import sys
import types

from lab_codec import Unsendable, pack, pack_function, read, unpack, write

REQUEST, REPLY, ASK = 3, 4, 5


class AnswerError(Exception):
    """The answer raised what Python's own exceptions do not have, or does not run any more."""


def ask(*request):
    write(ASK, request)
    reply = read(ASK)
    if "e" in reply:
        name, text = reply["e"]
        kind = getattr(builtins, str(name), None)
        known = isinstance(kind, type) and issubclass(kind, Exception)
        raise kind(text) if known else AnswerError(text if name == "Stopped" else f"{name}: {text}")
    return reply


def value_of(reply):
    return unpack(reply["v"], find)


class Remote:
    """An object on the answer's side."""

    def __init__(self, number, kind):
        object.__setattr__(self, "_of", (number, kind))

    def __call__(self, *args, **named):
        packed = [pack(a, keep) for a in args]
        reply = ask("call", keep(self), packed, {k: pack(v, keep) for k, v in named.items()})
        for i, after in reply.get("changed", {}).items():
            change(args[int(i)], unpack(after, find))
        return value_of(reply)

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return value_of(ask("attribute", keep(self), name))

    def __setattr__(self, name, value):
        ask("set", keep(self), name, pack(value, keep))

    def __getitem__(self, key):
        return value_of(ask("item", keep(self), pack(key, keep)))

    def __iter__(self):
        return value_of(ask("iterate", keep(self)))

    def __next__(self):
        return value_of(ask("next", keep(self)))

    def __len__(self):
        return value_of(ask("length", keep(self)))

    def __str__(self):
        return str(value_of(ask("text", keep(self))))

    def __repr__(self):
        return str(value_of(ask("shown", keep(self))))

    def __bool__(self):
        return value_of(ask("truth", keep(self))) is True

    def __eq__(self, other):
        return type(other) is Remote and other._of == self._of

    def __hash__(self):
        return hash(self._of)


def keep(x):
    if type(x) is Remote:
        return {"o": [object.__getattribute__(x, "_of")[0]]}
    if isinstance(x, types.FunctionType):
        return pack_function(x, keep)
    if isinstance(x, type) and x.__module__ == "builtins" or isinstance(x, types.BuiltinFunctionType):
        return pack_function(eval(f"lambda *a, **k: {x.__name__}(*a, **k)", {}), keep)
    raise Unsendable(f"{type(x).__name__} of the tests cannot be given to the answer")


def find(kind, v):
    if kind != "o":
        raise Unsendable(kind)
    return Remote(v[0], v[1])


def change(here, after):
    """What a call did to an argument is done to the tests' own."""
    if isinstance(here, (list, bytearray)):
        here[:] = after
    else:
        here.clear()
        here.update(after)


class NoArray:
    """numpy is not there: nothing is an array of it."""


def stand_in():
    """What tests of MBPP+ and HumanEval+ use of numpy."""
    def close(x, y, rtol, atol):
        if isinstance(y, (list, tuple)):
            return isinstance(x, (list, tuple)) and len(x) == len(y) and all(close(a, b, rtol, atol) for a, b in zip(x, y))
        return x == y or abs(x - y) <= atol + rtol * abs(y)

    def assert_allclose(x, y, rtol=1e-7, atol=0, **_):
        assert close(x, y, rtol, atol)

    np = types.ModuleType("numpy")
    np.allclose = np.isclose = lambda x, y, rtol=1e-5, atol=1e-8, **_: close(x, y, rtol, atol)
    np.ndarray = np.float64 = np.float32 = np.int64 = NoArray
    np.inf, np.nan = float("inf"), float("nan")
    np.testing = types.ModuleType("numpy.testing")
    np.testing.assert_allclose = assert_allclose
    sys.modules.update({"numpy": np, "numpy.testing": np.testing})


def told(error):
    """An exception in a line; what the answer's side says is said as it is."""
    text = str(error)[:200]
    if type(error) is AnswerError:
        return text
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


class Cases:
    """Each test is run in `with`: passed or not, the next one follows."""

    def __init__(self):
        self.passed = []
        self.reason = None

    def __enter__(self):
        return self

    def __exit__(self, kind, error, _):
        self.passed.append(kind is None)
        if kind is not None and self.reason is None:
            self.reason = told(error)
        return kind is None or issubclass(kind, Exception)


def asserting(tree):
    """The functions of a test program that assert, themselves or through another."""
    functions = {f.name: f for f in tree.body if isinstance(f, ast.FunctionDef)}
    found = set()
    while True:
        more = {n for n, f in functions.items() if n not in found and any(tests(s, found) for s in ast.walk(f))}
        if not more:
            return found
        found |= more


def tests(node, functions):
    called = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in functions
    return isinstance(node, ast.Assert) or called


def split(body, functions, whole):
    """Each statement that tests becomes a case; what stands around it stays."""
    made = []
    for s in body:
        inside = any(tests(n, functions) for n in ast.walk(s))
        if isinstance(s, ast.FunctionDef) and s.name == whole:
            s.body = split(s.body, functions, whole)
        elif isinstance(s, (ast.For, ast.While, ast.If, ast.With)) and inside:
            s.body = split(s.body, functions, whole)
            s.orelse = split(getattr(s, "orelse", []), functions, whole)
        elif isinstance(s, (ast.Assert, ast.Expr, ast.Try)) and inside:
            is_whole = isinstance(s, ast.Expr) and isinstance(s.value, ast.Call) and getattr(s.value.func, "id", "") == whole
            if not is_whole:
                s = ast.With([ast.withitem(ast.Name("__cases__", ast.Load()))], [s])
        made.append(s)
    return made


def wanted(tree):
    """Names that a test uses and neither makes nor imports: they are the answer's. Python's own are never the answer's."""
    made, used = {"__cases__"}, set()
    for n in ast.walk(tree):
        if isinstance(n, ast.Name):
            (used if isinstance(n.ctx, ast.Load) else made).add(n.id)
        elif isinstance(n, (ast.FunctionDef, ast.ClassDef)):
            made.add(n.name)
        elif isinstance(n, (ast.Import, ast.ImportFrom)):
            made |= {(a.asname or a.name).split(".")[0] for a in n.names}
        elif isinstance(n, ast.arg):
            made.add(n.arg)
        elif isinstance(n, ast.ExceptHandler) and n.name:
            made.add(n.name)
    return [n for n in used - made if not hasattr(builtins, n)]


class Missing:
    """What the answer was to define: whoever uses it fails, and no test is left out."""

    def __init__(self, reason):
        self.reason = reason

    def __call__(self, *_, **__):
        raise AnswerError(self.reason)

    def __getattr__(self, _):
        raise AnswerError(self.reason)


def named(name):
    try:
        return value_of(ask("name", name))
    except KeyError:
        return module(name) or Missing(f"{name} is not defined")
    except Exception as error:
        return Missing(told(error))


def looked_into(tree):
    """Names of which a test takes nothing but attributes, as of a module."""
    inside = {n.value for n in ast.walk(tree) if isinstance(n, ast.Attribute)}
    names = [n for n in ast.walk(tree) if isinstance(n, ast.Name)]
    return {n.id for n in names if n in inside} - {n.id for n in names if n not in inside}


def module(name):
    """A module of Python's own that a test uses and does not import, as math in older rows; None for another name."""
    if name in ("np", "numpy"):
        return sys.modules["numpy"]
    return __import__(name) if name in sys.stdlib_module_names else None


def space_for(tree, imports, own={}):
    """A fresh namespace for a test, with what it names of the answer; its modules and what is its own are not the answer's."""
    space = {"__name__": "tests", **own}
    exec(imports, space)
    space.update({n: found for n in looked_into(tree) if n not in space and (found := module(n))})
    space.update({n: named(n) for n in wanted(tree) if n not in space})
    return space


def helpers(q):
    """Functions that stand before the answer, but for the one that it is to write: the tests use theirs."""
    space = {}
    try:
        exec(q["setup"], space)
    except Exception:
        return {}
    return {n: f for n, f in space.items() if isinstance(f, types.FunctionType) and n != q["entry"]}


def run(tree, space):
    exec(compile(ast.fix_missing_locations(tree), "tests", "exec"), space)


def load(q):
    try:
        ask("load", q["setup"], q["code"])
    except Exception as error:
        return told(error)


def asserts(q, cases):
    for source in q["tests"]:
        failed = load(q)
        with cases:
            if failed:
                raise AnswerError(failed)
            tree = ast.parse(source)
            if not any(tests(n, ()) for n in ast.walk(tree)):
                raise AnswerError("the test tests nothing")
            run(tree, space_for(tree, q["imports"]))


def program(q, cases):
    """A test program, every statement of it that tests a case; where it breaks off, that is one more, which is not passed."""
    failed = load(q)
    whole = "check"
    try:
        tree = ast.parse(q["tests"])
        own = helpers(q) if q["entry"] else {}
        space = {**space_for(tree, q["imports"], own), "__cases__": cases}
        tree.body = split(tree.body, asserting(tree), whole)
        run(tree, space)
        if q["entry"]:
            space[whole](named(q["entry"]))
        if not cases.passed:
            raise AnswerError("the test tests nothing")
    except Exception as error:
        with cases:
            raise error
    if failed:
        cases.reason = failed


def calls(q, cases):
    """LiveCodeBench's functional form: a function, or a method of Solution, with arguments and its value as JSON."""
    for test in q["tests"]:
        failed = load(q)
        with cases:
            if failed:
                raise AnswerError(failed)
            args = [json.loads(line) for line in test["input"].split("\n") if line.strip()]
            solution = named("Solution")
            f = named(q["entry"]) if type(solution) is Missing else getattr(solution(), q["entry"])
            assert plain(f(*args)) == json.loads(test["output"]), "another value than expected"


def plain(x):
    return [plain(v) for v in x] if isinstance(x, (list, tuple)) else x


def lines(text):
    kept = [line.strip() for line in text.strip().split("\n")]
    return kept


def same(given, expected):
    if lines(given) == lines(expected):
        return True
    one, other = given.split(), expected.split()
    try:
        return len(lines(given)) == len(lines(expected)) and len(one) == len(other) and all(
            a == b or float(a) == float(b) for a, b in zip(one, other)
        )
    except ValueError:
        return False


def output(q, cases):
    """Programs that read and write: the text that each writes, line by line, numbers by their value."""
    for test in q["tests"]:
        with cases:
            written = value_of(ask("run", q["setup"], q["code"], test["input"]))
            assert same(written, test["output"]), "another output than expected"


FORMS = {"asserts": asserts, "program": program, "calls": calls, "output": output}


def serve():
    stand_in()
    q = read(REQUEST)
    cases = Cases()
    try:
        FORMS[q["form"]](q, cases)
    except BaseException as error:
        cases.reason = cases.reason or f"the tests do not run: {told(error)}"
    write(REPLY, {"passed": sum(cases.passed), "total": len(cases.passed), "reason": cases.reason})
