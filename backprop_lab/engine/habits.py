"""What learners bring from elsewhere, and the line that does it here.

Other libraries have names for functions, methods and steps that are called otherwise
here. Whoever asks a node, a tape, `backprop_lab` or NumPy for one is told the line.

    >>> line_for("sum", "scores")
    'Write total(scores).'
"""

import re

from backprop_lab.errors import UnknownNameError

# A line of Python, then the names that lead to it; a sentence in front of lines is the
# reason to give with them. x and y are nodes, L is an output, tape is its tape.
_TABLE = """
  absolute(x)               absolute abs abs_ fabs
  concatenate([x, y])       concatenate cat concat hstack append
  cos(x)                    cos
  cross_entropy(x, y)       cross_entropy CrossEntropyLoss nll_loss
  exp(x)                    exp
  log(x)                    log ln
  x @ y                     matmul dot mm mv bmm inner vdot einsum
  maximum(x, y)             maximum max amax fmax
  mean(x)                   mean average nanmean
  relu(x)                   relu ReLU
  sigmoid(x)                sigmoid expit logistic
  sin(x)                    sin
  softmax(x)                softmax
  sqrt(x)                   sqrt
  squared_error(x, y)       squared_error
  stack([x, y])             stack vstack column_stack
  tanh(x)                   tanh Tanh
  total(x)                  total sum nansum
  x.T                       transpose t permute swapaxes
  minimum(x, y)             minimum min amin fmin
  largest(x)                largest
  mean((x - y) ** 2)        mse mse_loss MSELoss mean_squared_error
  mean(absolute(x - y))     mae l1_loss L1Loss
  sqrt(total(x ** 2))       norm
  mean((x - mean(x)) ** 2)  var
  mean((x - mean(x)) ** 2) ** 0.5   std
  log(total(exp(x)))        logsumexp
  log_softmax(x)            log_softmax LogSoftmax
  log(1 + exp(x))           softplus logaddexp
  minimum(maximum(x, 0), 1)         clip clamp
  maximum(x, 0.01 * x)      leaky_relu LeakyReLU
  x * sigmoid(x)            silu swish
  where(x.value > 0, x, y)  where
  x ** 2                    square
  x ** y                    pow power float_power
  1 / x                     reciprocal
  sin(x) / cos(x)           tan
  (exp(x) - exp(-x)) / 2    sinh
  (exp(x) + exp(-x)) / 2    cosh
  log(x) / log(2)           log2
  log(x) / log(10)          log10
  log(1 + x)                log1p
  exp(x) - 1                expm1
  2 ** x                    exp2
  x[:, None] * y[None, :]   outer ger
  x[:, None]                expand_dims unsqueeze
  reshape(x, (2, -1))       reshape view
  reshape(x, -1)            flatten ravel
  x[0]                      take gather select
  x + y                     add add_
  x - y                     subtract sub sub_
  x * y                     multiply mul mul_
  x / y                     divide div div_ true_divide
  -x                        negative neg
  check_gradients(L)        gradcheck check_grads check_gradient
  compiled(L)               compile jit
  draw(L)                   draw_dot make_dot plot show visualize

Its number has that, outside of the graph.
  x.value                   data numpy array asarray val values cpu
  float(x.value)            item real float double
  x.value.tolist()          tolist
  x.value.ndim              ndim dim
  x.value.size              size numel nelement
  x.value.argmax()          argmax argmin argsort sort
  round(float(x.value), 3)  round floor ceil trunc rint around floor_divide remainder
  constant(x.value)         detach stop_gradient no_grad clone copy

Inputs are made of numbers.
  variable(2.0)             Value Variable Tensor tensor Parameter requires_grad
  variable([0.0, 0.0])      zeros ones full empty arange linspace rand randn

Gradients belong to a tape, not to nodes, and every tape starts anew.
  tape = record(L)          backward backprop autograd zero_grad GradientTape
  record(L).gradient(x)     grad gradient vjp value_and_grad jacobian derivative

A step is no part of the function: it makes a new variable from numbers.
  x = variable(x.value - 0.1 * tape.gradient(x))    step optim SGD Adam
"""


def _read(table: str) -> dict[str, tuple[str, str]]:
    """Return for each habit the reason and the line."""
    lines: dict[str, tuple[str, str]] = {}
    reason = ""
    for row in filter(None, table.splitlines()):
        if not row.startswith(" "):
            reason = row
            continue
        line, habits = re.split(r" {2,}", row.strip())
        lines |= dict.fromkeys(habits.split(), (reason, line))
    return lines


LINES = _read(_TABLE)


def line_for(habit: str, x: str = "x") -> str:
    """Return the advice for a name that others have, or "" if it is not known.

    Args:
        habit: A name such as "sum".
        x: How the learner can write the node that was asked.
    """
    if habit not in LINES:
        return ""
    reason, line = LINES[habit]
    nodes = {"x": x, "y": "x" if x == "y" else "y"}
    told = re.sub(r"\b[xy]\b", lambda letter: nodes[letter[0]], line)
    return f"{reason} Write {told}.".lstrip()


def unknown_name(who: str, name: str, advice: str) -> UnknownNameError:
    """Return the error that there is no such name."""
    return UnknownNameError(f"{who} has no {name}. {advice}")
