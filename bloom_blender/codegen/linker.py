"""From LLVM assembly to machine code of this processor, kept in the ``store``."""

from __future__ import annotations

import functools
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from . import processor, store

#: An assembly of more characters (some hundred variations) is taken as it is: LLVM's time grows with the
#: square of its length, to minutes for an xform of a thousand variations.
LONG = 500_000
_lock = threading.RLock()


@dataclass(frozen=True)
class Platform:
    """A kind of machine in LLVM's words: system and architecture, processor, what that has more or less."""

    triple: str
    cpu: str
    features: str = ""


@functools.cache
def this_platform() -> Platform:
    """The machine that runs this process, or what of it ``BLOOM_CPU`` lets code use."""
    from llvmlite import binding

    if level := processor.chosen():
        return Platform(binding.get_process_triple(), level)
    features = binding.get_host_cpu_features().flatten()
    return Platform(binding.get_process_triple(), binding.get_host_cpu_name(), features)


@functools.cache
def _target(level: int = 3, platform: Platform | None = None) -> Any:
    """LLVM's description of a machine, this one by default, and how hard it is to try."""
    from llvmlite import binding

    if platform is None:
        binding.initialize_native_target()
        binding.initialize_native_asmprinter()
        platform = this_platform()
    else:
        binding.initialize_all_targets()
        binding.initialize_all_asmprinters()
    binding.initialize_native_asmparser()  # for `probed`
    target = binding.Target.from_triple(platform.triple)
    return target.create_target_machine(
        cpu=platform.cpu, features=platform.features, opt=level, reloc="default", codemodel="jitdefault"
    )


@functools.cache
def _host() -> str:
    """What besides the assembly decides the machine code."""
    import llvmlite
    from llvmlite import binding

    here = this_platform()
    version = (llvmlite.__version__, binding.llvm_version_info)
    flags = " ".join(processor.fast_math())
    return f"{version} {here.triple} {here.cpu} {here.features} {flags}"


@functools.cache
def lanes() -> int:
    """How many float32 a vector register of `this_platform` holds."""
    from llvmlite import binding

    if level := processor.chosen():
        return processor.LEVELS[level].lanes

    features = binding.get_host_cpu_features()
    return 16 if features.get("avx512f") else 8 if features.get("avx") else 4


@functools.cache
def _engine() -> Any:
    from llvmlite import binding

    return binding.create_mcjit_compiler(binding.parse_assembly(""), _target())


def optimised(assembly: str, platform: Platform | None = None) -> tuple[Any, Any]:
    """The assembly as an optimised LLVM module, and what makes machine code of it.

    For this machine by default.
    """
    from llvmlite import binding

    machine = _target(3, platform)
    if machine.triple.startswith("x86_64") and "windows" in machine.triple:
        assembly = probed(assembly)
    module = binding.parse_assembly(assembly)
    module.triple = machine.triple
    short = len(assembly) < LONG
    options = binding.create_pipeline_tuning_options(speed_level=2 if short else 0)
    builder = binding.create_pass_builder(machine, options)
    builder.getModulePassManager().run(module, builder)
    return module, machine if short else _target(0, platform)


def machine_code(assembly: str, platform: Platform | None = None) -> str:
    """The machine code of an assembly as text, to look at."""
    with _lock:
        module, target = optimised(assembly, platform)
        return target.emit_assembly(module)


def probed(assembly: str) -> str:
    """The assembly with a stack probe of its own in place of the system's.

    Windows gives a thread's stack page by page, as each is touched in turn. So a function that needs more
    than a page touches all of them first, and calls ``__chkstk`` of the C library for that, which is no part
    of the module. The loop of a large xform does: it keeps what it reads there, a whole vector each.
    """
    return _PROCEDURE.sub(r'\1 "probe-stack"="stack_probe" {', assembly) + _PROBE


_PROCEDURE = re.compile(r"^(define void @.* nounwind) \{$", re.MULTILINE)
#: In rax it receives how many bytes the stack is to grow by, and it changes no register. The instructions:
#: keep rcx and rax, find the stack's end before the call, touch a word a page deeper while there is more than
#: a page, then the last one.
_NEW_LINE = r"\0A"
_PROBE_CODE = (
    "pushq %rcx", "pushq %rax", "leaq 24(%rsp), %rcx",
    "1:", "cmpq $$4096, %rax", "jbe 2f",
    "subq $$4096, %rcx", "testq %rcx, (%rcx)", "subq $$4096, %rax", "jmp 1b",
    "2:", "subq %rax, %rcx", "testq %rcx, (%rcx)", "popq %rax", "popq %rcx", "retq",
)  # fmt: skip
_PROBE = f"""
@llvm.compiler.used = appending global [1 x ptr] [ptr @stack_probe], section "llvm.metadata"
define internal void @stack_probe() naked noinline nounwind {{
  call void asm sideeffect "{_NEW_LINE.join(_PROBE_CODE)}", ""()
  unreachable
}}
"""


_addresses: dict[str, int] = {}


def address_of(label: str, text: str, write: Callable[[str], str], *, finished: bool = False) -> int:
    """The address of a function in memory, compiled or loaded as needed.

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
