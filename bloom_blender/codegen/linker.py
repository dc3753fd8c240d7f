"""From LLVM assembly to machine code of this processor, kept in the ``store``."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable
from typing import Any

from . import store

#: An assembly of more characters (some hundred variations) is taken as it is: LLVM's time grows with the
#: square of its length, to minutes for an xform of a thousand variations.
LONG = 500_000
_lock = threading.RLock()


@functools.cache
def _target(level: int = 3) -> Any:
    """LLVM's description of this machine, and how hard it is to try."""
    from llvmlite import binding

    binding.initialize_native_target()
    binding.initialize_native_asmprinter()
    target = binding.Target.from_triple(binding.get_process_triple())
    return target.create_target_machine(
        cpu=binding.get_host_cpu_name(),
        features=binding.get_host_cpu_features().flatten(),
        opt=level,
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


def optimised(assembly: str) -> tuple[Any, Any]:
    """The assembly as an LLVM module, optimised for this machine, and what makes machine code of it."""
    from llvmlite import binding

    module = binding.parse_assembly(assembly)
    module.triple = _target().triple
    short = len(assembly) < LONG
    options = binding.create_pipeline_tuning_options(speed_level=2 if short else 0)
    builder = binding.create_pass_builder(_target(), options)
    builder.getModulePassManager().run(module, builder)
    return module, _target(3 if short else 0)


def machine_code(assembly: str) -> str:
    """The machine code of an assembly as text, to look at."""
    with _lock:
        module, target = optimised(assembly)
        return target.emit_assembly(module)


_addresses: dict[str, int] = {}


def address_of(label: str, text: str, write: Callable[[str], str], *, finished: bool = False) -> int:
    """Where a function lies in memory, compiled or loaded as needed.

    Parameters
    ----------
    label
        Says of what kind it is, for whoever looks into the cache's folder.
    text
        All that decides what the function does.
    write
        Called if it is not in the cache, with the name that the function is to have: gives the assembly.
    finished
        Whether the assembly is optimised already.
    """
    from llvmlite import binding

    name = store.name_of(label, _host(), text)
    with _lock:
        if name not in _addresses:
            code = store.read(name)
            if code is None:
                code = _object_code(write(name), name, finished)
                store.write(name, code)
            engine = _engine()
            engine.add_object_file(binding.ObjectFileRef.from_data(code))
            engine.finalize_object()
            _addresses[name] = engine.get_function_address(name)
        return _addresses[name]


def closed(assembly: str, name: str) -> Any:
    """The assembly as an LLVM module of which only the function ``name`` is seen from outside.

    Functions of other kernels have the same names, and whose comes first would be everybody's.
    """
    from llvmlite import binding

    module = binding.parse_assembly(assembly)
    for function in module.functions:
        if function.name != name and not function.is_declaration:
            function.linkage = "internal"
    return module


def _object_code(assembly: str, name: str, finished: bool) -> bytes:
    if finished:
        return _target().emit_object(closed(assembly, name))
    module, target = optimised(assembly)
    return target.emit_object(module)
