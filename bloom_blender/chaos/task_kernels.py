"""The parallel loop that runs all kernels: a template of ``tasks.py``."""

# The kernel writer puts the prelude before this text.
# ruff: noqa: F821

from numba.core.ccallback import CFunc


@intrinsic
def place_of(typing_context, word, example):
    """A pointer to numbers like ``example`` from an address."""

    def code(context, builder, signature, given):
        return builder.inttoptr(given[0], context.get_value_type(signature.return_type))

    return types.CPointer(example)(word, example), code


@intrinsic
def float_of(typing_context, word):
    """The float64 whose bits are given."""

    def code(context, builder, signature, given):
        return builder.bitcast(given[0], ir.DoubleType())

    return types.float64(word), code


@intrinsic
def call_task(typing_context, address, number, words):
    """Call a C function with a task's number and its words."""

    def code(context, builder, signature, given):
        data = context.make_array(signature.args[2])(context, builder, given[2]).data
        function = ir.FunctionType(ir.VoidType(), [given[1].type, data.type])
        builder.call(builder.inttoptr(given[0], function.as_pointer()), [given[1], data])
        return context.get_dummy_value()

    return types.none(address, number, words), code


def c_function(function):
    """The C function of a task's entry."""
    signature = types.void(types.int64, types.CPointer(types.uint64))
    made = CFunc(
        function, (signature.args, signature.return_type), {}, {"fastmath": FLAGS, "error_model": "numpy"}
    )
    kept(made)
    made.compile()
    return made


@parallel
def run(address, tasks, words):
    """Call the function at an address for each number below ``tasks``."""
    for number in numba.prange(tasks):
        call_task(address, np.int64(number), words)
