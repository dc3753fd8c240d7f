"""From LLVM assembly to machine code of this processor, kept in the ``store``."""

from __future__ import annotations

import functools
import threading
from typing import Any

from . import store

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
def address_of(assembly: str, function: str, label: str) -> int:
    """Where a function of an assembly lies in memory, compiled or loaded as needed."""
    from llvmlite import binding

    name = store.name_of(label, _host(), assembly)
    with _lock:
        code = store.read(name)
        if code is None:
            code = _target().emit_object(optimised(assembly.replace(f"@{function}(", f"@{name}(")))
            store.write(name, code)
        engine = _engine()
        engine.add_object_file(binding.ObjectFileRef.from_data(code))
        engine.finalize_object()
        return engine.get_function_address(name)
