"""From LLVM assembly to machine code of this processor, kept on disk.

An object file is named by the hash of all that decides it: the assembly, LLVM's version and the processor.
So nothing stale is ever loaded, and machines may share a folder. It begins with a hash of the rest: a damaged
one is noticed and made anew. A folder that cannot be written to costs time, nothing else.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import os
import tempfile
import threading
from pathlib import Path
from typing import Any

#: Files of kernels that are kept; beyond, those go that were used least recently.
KEPT = 2000
_SUM = hashlib.sha256().digest_size
_lock = threading.RLock()


@functools.cache
def _target() -> Any:
    """LLVM's description of this machine."""
    from llvmlite import binding

    binding.initialize_native_target()
    binding.initialize_native_asmprinter()
    target = binding.Target.from_triple(binding.get_process_triple())
    return target.create_target_machine(
        cpu=binding.get_host_cpu_name(),
        features=binding.get_host_cpu_features().flatten(),
        opt=3,
        reloc="default",
        codemodel="jitdefault",
    )


@functools.cache
def _host() -> str:
    """What besides the assembly decides the machine code."""
    import llvmlite
    from llvmlite import binding

    features = binding.get_host_cpu_features().flatten()
    version = (llvmlite.__version__, binding.llvm_version_info)
    return f"{version} {binding.get_process_triple()} {binding.get_host_cpu_name()} {features}"


@functools.cache
def lanes() -> int:
    """How many float32 a vector register of this processor holds."""
    from llvmlite import binding

    features = binding.get_host_cpu_features()
    return 16 if features.get("avx512f") else 8 if features.get("avx") else 4


@functools.cache
def _engine() -> Any:
    from llvmlite import binding

    return binding.create_mcjit_compiler(binding.parse_assembly(""), _target())


def optimised(assembly: str) -> Any:
    """The assembly as an LLVM module, optimised for this machine."""
    from llvmlite import binding

    module = binding.parse_assembly(assembly)
    module.triple = _target().triple
    options = binding.create_pipeline_tuning_options(speed_level=2)
    builder = binding.create_pass_builder(_target(), options)
    builder.getModulePassManager().run(module, builder)
    return module


def machine_code(assembly: str) -> str:
    """The machine code of an assembly as text, to look at."""
    with _lock:
        return _target().emit_assembly(optimised(assembly))


@functools.lru_cache(maxsize=4096)
def address_of(assembly: str, function: str, label: str, folder: Path | None) -> int:
    """Where a function of an assembly lies in memory, compiled or from its file as needed."""
    from llvmlite import binding

    digest = hashlib.sha256(f"{_host()}\n{assembly}".encode()).hexdigest()[:32]
    symbol = f"{label}_{digest}"
    with _lock:
        path = folder / f"{symbol}.o" if folder else None
        code = _read(path) if path else None
        if code is None:
            named = assembly.replace(f"@{function}(", f"@{symbol}(")
            code = _target().emit_object(optimised(named))
            if path:
                _write(path, code)
        engine = _engine()
        engine.add_object_file(binding.ObjectFileRef.from_data(code))
        engine.finalize_object()
        return engine.get_function_address(symbol)


def _read(path: Path) -> bytes | None:
    """The object file kept there, None if it is absent or damaged."""
    try:
        data = path.read_bytes()
        os.utime(path)
    except FileNotFoundError:
        return None
    except OSError:  # used, but not to be marked as used
        pass
    if hashlib.sha256(data[_SUM:]).digest() != data[:_SUM]:
        return None
    return data[_SUM:]


def _write(path: Path, code: bytes) -> None:
    """Keep an object file, as a whole or not at all."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, suffix=".tmp")
        with os.fdopen(handle, "wb") as file:
            file.write(hashlib.sha256(code).digest() + code)
        os.replace(temporary, path)
        _prune(path.parent)
    except OSError:
        pass


def _prune(folder: Path) -> None:
    files = list(folder.glob("*.o"))
    if len(files) > KEPT:
        dated = []
        for file in files:
            with contextlib.suppress(OSError):  # another process may prune as well
                dated.append((file.stat().st_mtime, file))
        for _, file in sorted(dated)[: len(dated) - KEPT * 3 // 4]:
            file.unlink(missing_ok=True)
