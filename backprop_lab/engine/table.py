"""THE TABLE: every operation beside its derivatives.

A row is text, and that text is the only place where a derivative stands: it is what
runs, what the pictures show with the learner's names put in, and what generated code is
made of. So code, picture and formula cannot disagree; that they are also *right* is
checked against central differences, row by row, in the tests. What a row is, and how
its text becomes code, stands next door in `primitives`.

    x, y   the operands (`xs` where their number is free, `k` the position of one)
    z      the result
    g      the upstream gradient dL/dz, of z's shape

Reference: M. Giles, Collected Matrix Derivative Results for Forward and Reverse Mode
Algorithmic Differentiation (2008), section 2, for the rules of matrices.
"""

from backprop_lab.engine.primitives import Primitive, primitive, vjp_row

# fmt: off

# Elementwise                     z                dz/dx                     dz/dy
ADD      = primitive("add",      "x + y",         "1",                      "1")
SUBTRACT = primitive("subtract", "x - y",         "1",                      "-1")
MULTIPLY = primitive("multiply", "x * y",         "y",                      "x")
DIVIDE   = primitive("divide",   "x / y",         "1 / y",                  "-z / y")
POWER    = primitive("power",    "x ** y",        "times(y, x ** (y - 1))", "times(z, log(x))")  # noqa: E501
MAXIMUM  = primitive("maximum",  "maximum(x, y)", "x >= y",                 "x < y")
MINIMUM  = primitive("minimum",  "minimum(x, y)", "x <= y",                 "x > y")
NEGATE   = primitive("negate",   "-x",            "-1")
ABSOLUTE = primitive("absolute", "abs(x)",        "sign(x)")
EXP      = primitive("exp",      "exp(x)",        "z")
LOG      = primitive("log",      "log(x)",        "1 / x")
SQRT     = primitive("sqrt",     "sqrt(x)",       "1 / (2 * z)")
SIN      = primitive("sin",      "sin(x)",        "cos(x)")
COS      = primitive("cos",      "cos(x)",        "-sin(x)")
TANH     = primitive("tanh",     "tanh(x)",       "1 - z ** 2")
SIGMOID  = primitive("sigmoid",  "sigmoid(x)",    "z * (1 - z)")
RELU     = primitive("relu",     "relu(x)",       "x > 0")
WEIGH    = primitive("weigh",    "times(x, y)",   "y",                      "x")

# Matrices and shapes              z                 sent to x            sent to y
MATMUL    = vjp_row("matmul",     "x @ y",          "g @ y.T",           "x.T @ g")
MATVEC    = vjp_row("matvec",     "x @ y",          "outer(g, y)",       "x.T @ g")
VECMAT    = vjp_row("vecmat",     "x @ y",          "y @ g",             "outer(x, g)")
DOT       = vjp_row("dot",        "x @ y",          "g * y",             "g * x")
TRANSPOSE = vjp_row("transpose",  "x.T",            "g.T")
TOTAL     = vjp_row("total",      "sum(x)",         "g * ones_like(x)")
SHIFT     = vjp_row("shift",      "x - largest(x)", "g - at_largest(sum(g, axis=-1), x, -1)")  # noqa: E501

# With settings, or with any number of operands xs (one rule for position k)
TOTAL_AXIS = vjp_row(
    "total along an axis", "sum(x, axis=axis)",          "spread(g, x, axis)",
    settings="axis")
TOTAL_KEPT = vjp_row(
    "total, axes kept",    "sum(x, axis=axis, keepdims=True)", "g * ones_like(x)",
    settings="axis")
LARGEST = vjp_row(
    "largest along an axis", "max(x, axis=axis)",        "at_largest(g, x, axis)",
    settings="axis")
LOG_SOFTMAX = vjp_row(
    "log_softmax",         "log_softmax(x)",
    "g - exp(z) * sum(g, axis=-1, keepdims=True)")
BATCHED = vjp_row(
    "batched matmul",      "x @ y",
    "g @ transposed(y)", "transposed(x) @ g")
WHERE = vjp_row(
    "where",               "where(condition, x, y)",
    "where(condition, g, 0)", "where(condition, 0, g)",
    settings="condition")
RESHAPE = vjp_row(
    "reshape",             "reshape(x, shape)",          "shaped_like(g, x)",
    settings="shape")
INDEX = vjp_row(
    "index",               "x[index]",                   "scatter(g, x, index)",
    settings="index")
STACK = vjp_row(
    "stack",               "stack(xs)",                  "g[k]")
CONCATENATE = vjp_row(
    "concatenate",         "concatenate(xs, axis=axis)", "split(g, cuts, axis=axis)[k]",
    settings="axis cuts")

# fmt: on

TABLE: dict[str, Primitive] = {
    row.name: row for row in list(globals().values()) if isinstance(row, Primitive)
}
