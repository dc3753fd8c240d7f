"""The tensors of a PyTorch checkpoint (.pt, .pth, .ckpt, .bin), without executing anything of it.

Such a file is a pickle: a small program that builds objects by calling whatever functions it names. Bloom
never gives it to `pickle`. `_Machine` below follows the program's opcodes by itself, and where a function
is to be called there is a closed list of what that means here: an ordered dict, or a tensor's place in
the file. Anything else becomes an `Opaque` that only knows its name. A program that names functions which
run commands or code is refused altogether.

A file of torch 1.6 and later is a zip archive, with the program in ``…/data.pkl`` and the numbers of each
storage, not compressed, in ``…/data/<key>``. Before that it was a chain of pickles (a magic number, a
version, system information, the object, the storages' keys), followed by the storages.
Sources: Python's pickletools; torch/serialization.py and torch/_utils.py for the shape of what is saved.
"""

from __future__ import annotations

import io
import mmap
import pickletools
import re
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from ...errors import BloomError
from ...files import open_regular
from ..source import Source
from .tensors import DTYPES, Tensor, Weights, check_shape, check_sum, open_bytes

LARGEST_PROGRAM = 256_000_000  # bytes of pickle, without the tensors

_MAGIC = 0x1950A86A20F9469CFC6C
_ZIP_LOCAL = struct.Struct("<4s5H3I2H")  # local header of a zip member

_STORAGES = {
    "DoubleStorage": "float64", "FloatStorage": "float32", "HalfStorage": "float16",
    "BFloat16Storage": "bfloat16", "LongStorage": "int64", "IntStorage": "int32", "ShortStorage": "int16",
    "CharStorage": "int8", "ByteStorage": "uint8", "BoolStorage": "bool", "UntypedStorage": "uint8",
    "ComplexFloatStorage": "complex64", "ComplexDoubleStorage": "complex128",
}  # fmt: skip

# Modules whose functions have no place in a checkpoint: whatever names one is refused.
_DANGEROUS_MODULES = re.compile(
    r"(os|posix|nt|subprocess|sys|shutil|socket|importlib|imp|runpy|pty|ctypes|webbrowser|commands|code|codeop"
    r"|pdb|bdb|timeit|cProfile|profile|trace|pickle|_pickle|dill|cloudpickle|marshal|multiprocessing|asyncio"
    r"|concurrent|threading|_thread|signal|http|urllib|urllib2|requests|ftplib|smtplib|telnetlib|pip|ensurepip"
    r"|venv|doctest|unittest|test|idlelib|distutils|setuptools|site|pydoc|torch\.hub|torch\.utils\.cpp_extension"
    r"|torch\._inductor|torch\._dynamo|numpy\.testing|numpy\.f2py|nose|gc|atexit|faulthandler|tempfile)(\..*)?"
)
_DANGEROUS_BUILTINS = {
    "eval", "exec", "execfile", "compile", "open", "file", "__import__", "input", "raw_input", "breakpoint",
    "apply", "reload", "globals", "locals", "vars", "delattr", "setattr", "memoryview", "help", "exit",
    "quit",
}  # fmt: skip

# Keys of a checkpoint under which the model lies, the first of them that there is.
_MODEL_KEYS = (
    "state_dict", "model_state_dict", "model_state", "model_states", "model", "module", "net_state_dict",
    "net", "network", "weights", "params", "parameters",
)  # fmt: skip

# What else lies beside the model: moments of the optimizer, schedules, scores, random states.
_NOT_MODEL = re.compile(
    r"optim.*|opt(_.*)?|.*optimizer.*|.*sched.*|.*scaler.*|callbacks?|loops?|.*rng.*|.*random.*|exp_avg.*|.*momentum.*"
    r"|best.*|.*history.*|.*loss(es)?|.*metrics?|.*scores?|.*acc(uracy)?|epochs?|.*steps?|hyper_parameters|hparams"
    r"|.*config.*|args|.*stats?|ema.*|.*_ema|amp",
    re.I,
)
_DEEPEST = 40
_LONGEST_NAME = 2000  # characters of a tensor's name, with those of what holds it
_MOST_TENSORS = 500_000
_MOST_NAMES = 50_000_000  # characters of all names
_MOST_COPIED = 5_000_000  # entries of dicts that are made of others: no checkpoint has so many


class Refused(BloomError):
    """The checkpoint names functions that it must not."""


class Opaque:
    """An object of a class or function that is not known here: its name, and what was put into it."""

    def __init__(self, name: str):
        self.name = name
        self.state: Any = None


class _Global:
    def __init__(self, module: str, name: str):
        self.module, self.name = module, name

    @property
    def full(self) -> str:
        return f"{self.module}.{self.name}"


class _Storage:
    """Where the bytes of a storage lie: in `data` from `start`; legacy files tell that at their end."""

    def __init__(self, key: str, dtype: str, count: int):
        self.key, self.dtype, self.count = key, dtype, count
        self.data: np.ndarray | None = None
        self.start = 0
        self.checked: Callable[[], None] = lambda: None


class _Array(Opaque):
    """An array of NumPy, once its state is known; else an object that is left alone."""

    def lazy(self) -> _Lazy | None:
        """The array as a tensor, None if its type is unknown to Bloom.

        Its state is (version, shape, dtype, whether column after column, bytes), as ``ndarray.__reduce__``
        makes it.
        """
        state = self.state
        if not isinstance(state, tuple) or len(state) != 5 or not isinstance(state[2], _NumpyType):
            return None
        _, shape, kind, by_columns, content = state
        name = kind.stored()
        if name is None or not isinstance(content, bytes) or not isinstance(shape, tuple):
            return None
        check_shape(shape, "an array", "the file")
        strides, distance = [], 1
        for length in shape if by_columns else reversed(shape):
            strides.append(distance)
            distance *= length
        size = DTYPES[name].size
        if distance * size != len(content):
            raise ValueError
        if kind.is_swapped():
            content = np.frombuffer(content, f"V{size}").view(np.uint8).reshape(-1, size)[:, ::-1].tobytes()
        storage = _Storage(f"array {id(self)}", name, distance)
        storage.data = np.frombuffer(content, np.uint8)
        return _Lazy(storage, 0, shape, tuple(strides if by_columns else reversed(strides)), name)


class _NumpyType(Opaque):
    """A dtype of NumPy: its code, and in the state its order of bytes."""

    def __init__(self, code: str):
        super().__init__("numpy.dtype")
        self.code = code

    def stored(self) -> str | None:
        """The key of `DTYPES`."""
        return _NUMPY_TYPES.get(self.code.lstrip("<>=|"))

    def is_swapped(self) -> bool:
        """Whether the first byte is the highest."""
        order = self.state[1] if isinstance(self.state, tuple) and len(self.state) > 1 else self.code[:1]
        return order == ">"


_NUMPY_TYPES = {
    "f2": "float16", "f4": "float32", "f8": "float64", "i1": "int8", "i2": "int16", "i4": "int32",
    "i8": "int64", "u1": "uint8", "u2": "uint16", "u4": "uint32", "u8": "uint64", "b1": "bool",
    "c8": "complex64", "c16": "complex128",
}  # fmt: skip
_NUMPY_MODULE = re.compile(r"numpy\.(?:_?core)\.(?:multiarray|numeric)\.(\w+)")


class _Lazy:
    """A tensor before its storage's place is known."""

    def __init__(self, storage: _Storage, offset: int, shape: tuple, strides: tuple, dtype: str):
        self.storage, self.offset, self.shape, self.strides, self.dtype = (
            storage,
            offset,
            shape,
            strides,
            dtype,
        )


class _Key:
    """Replaces a dict key that is neither text nor number."""


_DAMAGE = (
    ValueError, IndexError, KeyError, TypeError, AttributeError, OverflowError, MemoryError, RecursionError,
    struct.error,
)  # fmt: skip


def recognizes(source: Source) -> bool:
    """Whether the file is a zip archive of torch or a legacy checkpoint; other pickles are not."""
    if source.head[:4] == b"PK\x03\x04":
        name = source.head[30 : 30 + int.from_bytes(source.head[26:28], "little")]
        return not name.endswith(b".npy") and b"data.pkl" in source.head
    return _MAGIC.to_bytes(10, "little") in source.head[:40]


def open_weights(path: Path) -> Weights:
    """The tensors of the model in a checkpoint; none is loaded before it is asked for.

    Raises
    ------
    BloomError
        If the file is damaged; `Refused` if it would run code in PyTorch.
    """
    data = open_bytes(path)
    try:
        if bytes(data[:2]) == b"PK":
            root, remarks = _read_zip(path, data)
        else:
            root, remarks = _read_legacy(path, data)
        return Weights(*_model(root, path.name), remarks)
    except BloomError:
        raise
    except (zipfile.BadZipFile, EOFError):
        raise BloomError(f"{path.name} is truncated: copy it again.") from None
    except NotImplementedError:
        raise BloomError(f"{path.name} is packed in a way that torch does not use: copy it again.") from None
    except _DAMAGE:
        raise BloomError(f"{path.name} is damaged: copy it again.") from None


# Archives.


def _read_zip(path: Path, data: np.ndarray) -> tuple[Any, tuple[str, ...]]:
    with zipfile.ZipFile(path) as archive:
        members = {info.filename: info for info in archive.infolist()}
    program = [name for name in members if name.endswith("/data.pkl") or name == "data.pkl"]
    if len(program) != 1:
        raise BloomError(f"{path.name} is a zip archive but no checkpoint: choose another file.")
    folder = program[0].removesuffix("data.pkl")
    order = members.get(f"{folder}byteorder")
    if order is not None and bytes(_member(path, data, order)) == b"big":
        raise BloomError(f"{path.name} was saved on a big-endian machine: load and save it again on a PC.")
    info = members[program[0]]
    if info.file_size > LARGEST_PROGRAM:
        raise BloomError(
            f"{path.name} has more than {LARGEST_PROGRAM} bytes beside its tensors: save only the model."
        )
    content = _member(path, data, info)
    _check(path, content, info)
    machine = _Machine(path.name)
    root = machine.run(bytes(content))
    for storage in machine.storages.values():
        member = members.get(f"{folder}data/{storage.key}")
        if member is None:
            raise BloomError(f"{path.name} lacks the data of a tensor ({storage.key}): copy it again.")
        storage.data = _member(path, data, member)
        storage.checked = _Once(path, storage.data, member)
    return root, machine.remarks()


def _member(path: Path, data: np.ndarray, info: zipfile.ZipInfo) -> np.ndarray:
    """The bytes of a member, where they lie; torch never compresses them."""
    if info.compress_type != zipfile.ZIP_STORED or info.flag_bits & 1:
        raise BloomError(f"{path.name} is a compressed archive: unpack and zip it again without compression.")
    header = _ZIP_LOCAL.unpack(bytes(data[info.header_offset : info.header_offset + _ZIP_LOCAL.size]))
    start = info.header_offset + _ZIP_LOCAL.size + header[-2] + header[-1]
    if header[0] != b"PK\x03\x04" or start + info.file_size > len(data):
        raise BloomError(f"{path.name} is damaged in {info.filename!r}: copy it again.")
    return data[start : start + info.file_size]


def _check(path: Path, content: np.ndarray, info: zipfile.ZipInfo) -> None:
    """Compare the checksum; torch writes 0 where it was told not to compute them."""
    if info.CRC and not check_sum(content, info.CRC):
        raise BloomError(f"{path.name} is damaged in {info.filename!r}: copy it again.")


class _Once:
    """A check that is done when a storage is first used."""

    def __init__(self, path: Path, content: np.ndarray, info: zipfile.ZipInfo):
        self._arguments: tuple | None = (path, content, info)

    def __call__(self) -> None:
        if self._arguments is not None:
            _check(*self._arguments)
            self._arguments = None


def _read_legacy(path: Path, data: np.ndarray) -> tuple[Any, tuple[str, ...]]:
    with open_regular(path) as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as stream:
        for expected in (_MAGIC, None, None):
            value = _Machine(path.name).run(stream)
            if expected is not None and value != expected:
                raise ValueError
        machine = _Machine(path.name)
        root = machine.run(stream)
        keys = _Machine(path.name).run(stream)
        place = stream.tell()
    for key in keys:
        storage = machine.storages.get(str(key))
        count = int.from_bytes(data[place : place + 8].tobytes(), "little")
        place += 8
        if storage is None or count != storage.count:
            raise ValueError
        storage.data = data
        storage.start = place
        place += count * DTYPES[storage.dtype].size
        if place > len(data):
            raise BloomError(f"{path.name} is truncated in its tensors: copy it again.")
    return root, machine.remarks()


# The program.


class _Machine:
    """Follows the opcodes of one pickle; nothing in it calls what the pickle names."""

    def __init__(self, file: str):
        self.file = file
        self.storages: dict[str, _Storage] = {}
        self.unknown: dict[str, None] = {}
        self._copied = 0

    def remarks(self) -> tuple[str, ...]:
        """What was met and not understood."""
        if not self.unknown:
            return ()
        names = list(self.unknown)
        more = f" and {len(names) - 5} more" if len(names) > 5 else ""
        return (f"objects left alone: {', '.join(names[:5])}{more}",)

    def run(self, program: bytes | mmap.mmap) -> Any:
        """What the pickle builds. Any of `_DAMAGE` if it is none."""
        stack: list[Any] = []
        marks: list[int] = []
        memo: dict[int, Any] = {}
        stream: Any = io.BytesIO(program) if isinstance(program, bytes) else program

        def since_mark() -> list[Any]:
            start = marks.pop()
            items = stack[start:]
            del stack[start:]
            return items

        def below(depth: int) -> None:
            if len(stack) - (marks[-1] if marks else 0) < depth:
                raise ValueError

        argument: Any
        for opcode, argument, _ in pickletools.genops(stream):
            name = opcode.name
            if name in _CONSTANTS:
                stack.append(_CONSTANTS[name])
            elif name in _LITERALS:
                stack.append(argument)
            elif name in ("BINPUT", "LONG_BINPUT", "PUT"):
                memo[argument] = stack[-1]
            elif name == "MEMOIZE":
                memo[len(memo)] = stack[-1]
            elif name in ("BINGET", "LONG_BINGET", "GET"):
                stack.append(memo[argument])
            elif name == "MARK":
                marks.append(len(stack))
            elif name in ("EMPTY_DICT", "EMPTY_LIST", "EMPTY_SET"):
                stack.append({} if name == "EMPTY_DICT" else [])
            elif name == "EMPTY_TUPLE":
                stack.append(())
            elif name in ("TUPLE1", "TUPLE2", "TUPLE3"):
                count = int(name[-1])
                below(count)
                stack[-count:] = [tuple(stack[-count:])]
            elif name == "TUPLE":
                stack.append(tuple(since_mark()))
            elif name in ("LIST", "FROZENSET"):
                stack.append(since_mark())
            elif name == "DICT":
                items = since_mark()
                stack.append({})
                _set_items(stack[-1], items)
            elif name == "APPEND":
                below(2)
                _extend(stack[-2], [stack.pop()])
            elif name in ("APPENDS", "ADDITEMS"):
                items = since_mark()
                _extend(stack[-1], items)
            elif name == "SETITEM":
                below(3)
                value, key = stack.pop(), stack.pop()
                _set_items(stack[-1], [key, value])
            elif name == "SETITEMS":
                items = since_mark()
                _set_items(stack[-1], items)
            elif name == "POP":
                if marks and marks[-1] == len(stack):
                    marks.pop()
                else:
                    stack.pop()
            elif name == "POP_MARK":
                since_mark()
            elif name == "DUP":
                stack.append(stack[-1])
            elif name == "GLOBAL":
                stack.append(self._global(*argument.split(" ", 1)))
            elif name == "STACK_GLOBAL":
                below(2)
                attribute, module = stack.pop(), stack.pop()
                stack.append(self._global(module, attribute))
            elif name == "INST":
                arguments = tuple(since_mark())
                stack.append(self._made(self._global(*argument.split(" ", 1)), arguments))
            elif name == "OBJ":
                cls, *rest = since_mark()
                stack.append(self._made(cls, tuple(rest)))
            elif name in ("REDUCE", "NEWOBJ"):
                below(2)
                arguments, function = stack.pop(), stack.pop()
                stack.append(self._made(function, arguments))
            elif name == "NEWOBJ_EX":
                below(3)
                _, arguments, cls = stack.pop(), stack.pop(), stack.pop()
                stack.append(self._made(cls, arguments))
            elif name == "BUILD":
                below(2)
                state = stack.pop()
                if isinstance(stack[-1], Opaque):
                    stack[-1].state = state
            elif name == "BINPERSID":
                stack.append(self._storage(stack.pop()))
            elif name == "STOP":
                return stack.pop()
            elif name not in ("PROTO", "FRAME"):
                raise ValueError  # PERSID, EXT, NEXT_BUFFER: not in a checkpoint
        raise EOFError

    def _global(self, module: Any, name: Any) -> _Global:
        if not isinstance(module, str) or not isinstance(name, str):
            raise ValueError
        builtin = module in ("builtins", "__builtin__")
        if (builtin and name.split(".")[0] in _DANGEROUS_BUILTINS) or _DANGEROUS_MODULES.fullmatch(module):
            raise Refused(
                f"{self.file} would run {f'{module}.{name}'[:80]!r} when loaded, which no checkpoint needs: "
                f"do not use it, and get it from a source that you trust."
            )
        return _Global(module, name)

    def _made(self, function: Any, arguments: Any) -> Any:
        """What a call stands for."""
        if not isinstance(function, _Global) or not isinstance(arguments, tuple):
            return Opaque("a call")
        full = function.full
        if full in ("collections.OrderedDict", "builtins.dict", "__builtin__.dict", "collections.Counter"):
            made: dict = {}
            if arguments and isinstance(arguments[0], dict | list | tuple):
                content = arguments[0]
                self._copied += len(content)
                if self._copied > _MOST_COPIED:
                    raise ValueError
                for key, value in content.items() if isinstance(content, dict) else content:
                    _set_items(made, [key, value])
            return made
        if full == "collections.defaultdict":
            return {}
        if full in (
            "builtins.set",
            "__builtin__.set",
            "builtins.frozenset",
            "builtins.list",
            "__builtin__.list",
        ):
            return arguments[0] if arguments and isinstance(arguments[0], list | tuple) else []
        if full == "_codecs.encode" and arguments and isinstance(arguments[0], str):
            return arguments[0].encode("latin-1")  # bytes, as a pickle of version 2 has them
        if full in ("builtins.bytes", "__builtin__.bytes") and not arguments:
            return b""
        if full == "numpy.dtype" and arguments and isinstance(arguments[0], str):
            return _NumpyType(arguments[0])
        if match := _NUMPY_MODULE.fullmatch(full):
            made_of = _numpy(match[1], arguments)
            if made_of is not None:
                return made_of
        if full == "torch.Size":
            return arguments[0] if arguments else ()
        if full in ("torch._utils._rebuild_tensor_v2", "torch._utils._rebuild_tensor"):
            storage, offset, shape, strides = arguments[:4]
            return _tensor(storage, offset, shape, strides)
        if full == "torch._utils._rebuild_tensor_v3":
            dtype = arguments[6]
            if isinstance(dtype, _Global) and dtype.module == "torch" and dtype.name in DTYPES:
                return _tensor(arguments[0], arguments[1], arguments[2], arguments[3], dtype.name)
        elif full in ("torch._utils._rebuild_parameter", "torch._utils._rebuild_parameter_with_state"):
            return arguments[0]
        elif full == "torch._tensor._rebuild_from_type_v2":
            return self._made(arguments[0], arguments[2])
        self.unknown[full[:80]] = None
        return Opaque(full)

    def _storage(self, identity: Any) -> Any:
        """The storage that ``("storage", type, key, device, count)`` names; legacy files name classes too."""
        if isinstance(identity, tuple) and len(identity) > 1 and identity[0] == "module":
            return identity[1]
        if not isinstance(identity, tuple) or len(identity) < 5 or identity[0] != "storage":
            raise ValueError
        _, kind, key, _, count = identity[:5]
        if (
            not isinstance(kind, _Global)
            or not isinstance(key, str)
            or not isinstance(count, int)
            or count < 0
        ):
            raise ValueError
        dtype = _STORAGES.get(kind.name)
        if dtype is None:
            self.unknown[kind.full[:80]] = None
            return Opaque(kind.full)
        storage = self.storages.get(key)
        if storage is None:
            storage = self.storages[key] = _Storage(key, dtype, count)
        return storage


_CONSTANTS = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False}
_LITERALS = {
    "INT", "BININT", "BININT1", "BININT2", "LONG", "LONG1", "LONG4", "FLOAT", "BINFLOAT", "STRING",
    "BINSTRING", "SHORT_BINSTRING", "BINBYTES", "SHORT_BINBYTES", "BINBYTES8", "BYTEARRAY8", "UNICODE",
    "BINUNICODE", "SHORT_BINUNICODE", "BINUNICODE8",
}  # fmt: skip


def _numpy(function: str, arguments: tuple) -> Any:
    """What a function of NumPy stands for in a pickle: an array, or a whole number; None for others."""
    if function == "_reconstruct":
        return _Array("numpy.ndarray")
    if function == "_frombuffer" and len(arguments) == 4:
        content, kind, shape, order = arguments
        made = _Array("numpy.ndarray")
        made.state = (
            1,
            shape,
            kind,
            order == "F",
            bytes(content) if isinstance(content, bytes | bytearray) else None,
        )
        return made
    if function == "scalar" and len(arguments) == 2 and isinstance(arguments[0], _NumpyType):
        kind, content = arguments
        name = kind.stored()
        if name and "int" in name and isinstance(content, bytes) and len(content) == DTYPES[name].size:
            content = content[::-1] if kind.is_swapped() else content
            return int.from_bytes(content, "little", signed=not name.startswith("u"))
    return None


def _set_items(target: Any, items: list[Any]) -> None:
    if len(items) % 2:
        raise ValueError
    if isinstance(target, dict):  # of an object of a class that is not known here nothing is kept
        for key, value in zip(items[::2], items[1::2], strict=True):
            target[key if isinstance(key, str | int | float | bytes | None) else _Key()] = value


def _extend(target: Any, items: list[Any]) -> None:
    if isinstance(target, list):
        target.extend(items)


def _tensor(storage: Any, offset: Any, shape: Any, strides: Any, dtype: str | None = None) -> Any:
    if not isinstance(storage, _Storage):
        return Opaque("a tensor")
    sizes = (offset, *shape, *strides)
    if len(shape) != len(strides) or not all(type(size) is int and 0 <= size < 2**62 for size in sizes):
        raise ValueError
    return _Lazy(storage, offset, tuple(shape), tuple(strides), dtype or storage.dtype)


# The model.


def _model(root: Any, file: str) -> tuple[dict[str, Tensor], dict[str, int]]:
    """The model's tensors by name, and the counters beside it."""
    clocks = {}
    found: dict[str, _Lazy] = {}
    if isinstance(root, dict):
        clocks = {key: value for key, value in root.items() if isinstance(key, str) and type(value) is int}
        for key in _MODEL_KEYS:
            if key in root:
                _collect(root[key], found, -1, file)
            if found:
                break
    if not found:
        _collect(root, found, 1, file)
    tensors: dict[str, Tensor] = {}
    seen: set[tuple] = set()
    for name, lazy in found.items():
        identity = (lazy.storage.key, lazy.offset, lazy.shape, lazy.strides)
        if identity not in seen:  # tied weights are one parameter, as in training
            seen.add(identity)
            check_shape(lazy.shape, name, file)
            tensors[name] = _placed(lazy, file)
    return tensors, clocks


def _collect(root: Any, found: dict[str, _Lazy], filtered: int, file: str) -> None:
    """All tensors below an object, by their path.

    In dicts down to the depth `filtered` what is no model is left out: optimizer, schedules, scores, …
    """
    waiting: list[tuple[str, Any, int]] = [("", root, 0)]
    seen: set[int] = set()
    letters = 0
    while waiting:
        path, node, depth = waiting.pop()
        if isinstance(node, _Array):
            node = node.lazy() or node
        if isinstance(node, _Lazy):
            letters += len(path)
            if len(found) >= _MOST_TENSORS or letters > _MOST_NAMES:
                raise BloomError(f"{file} holds more tensors than any model has: save the state dict alone.")
            found[path or "tensor"] = node
            continue
        children: list[tuple[str, Any]] = []
        if isinstance(node, Opaque):
            state = node.state[0] if isinstance(node.state, tuple) and node.state else node.state
            if isinstance(state, dict):  # a module as torch.nn.Module keeps itself
                for key in ("_parameters", "_buffers", "_modules"):
                    if isinstance(state.get(key), dict):
                        children += [(str(name), child) for name, child in state[key].items()]
        elif isinstance(node, dict):
            children = [
                (str(key), child)
                for key, child in node.items()
                if isinstance(key, int)
                or (isinstance(key, str) and (depth > filtered or not _NOT_MODEL.fullmatch(key)))
            ]
        elif isinstance(node, list | tuple):
            children = [(str(index), child) for index, child in enumerate(node)]
        if not children or id(node) in seen or depth >= _DEEPEST:
            continue
        seen.add(id(node))
        prefix = f"{path}." if path else ""
        if len(prefix) + max(len(name) for name, _ in children) > _LONGEST_NAME:
            raise BloomError(
                f"{file} has a tensor with a name of over {_LONGEST_NAME} letters: save the model alone."
            )
        if len(waiting) + len(children) > 4 * _MOST_TENSORS:
            raise BloomError(f"{file} holds more objects than any model has: save the state dict alone.")
        waiting += [(prefix + name, child, depth + 1) for name, child in reversed(children)]


def _placed(lazy: _Lazy, file: str) -> Tensor:
    """The tensor at its place in the file, checked to lie within its storage."""
    storage, size = lazy.storage, DTYPES[lazy.dtype].size
    if storage.data is None:  # it is named and is not there
        raise BloomError(f"{file} is truncated in its tensors: copy it again.")
    available = storage.count * DTYPES[storage.dtype].size
    if storage.start + available > len(storage.data):
        raise BloomError(f"{file} is truncated in its tensors: copy it again.")
    count = 1
    for length in lazy.shape:
        count *= length
    last = lazy.offset + sum((n - 1) * stride for n, stride in zip(lazy.shape, lazy.strides, strict=True))
    if count and ((last + 1) * size > available or count * size > available):
        raise ValueError
    row_major, strides = 1, []
    for length in reversed(lazy.shape):
        strides.append(row_major)
        row_major *= length
    plain = all(
        stride == straight or length == 1
        for length, stride, straight in zip(lazy.shape, lazy.strides, reversed(strides), strict=True)
    )
    start = storage.start + lazy.offset * size
    return Tensor(
        lazy.shape, lazy.dtype, storage.data, start, None if plain else lazy.strides, file, storage.checked
    )
