"""What a node cannot do says what to write instead."""

import ast
import copy
import enum
import math
import pickle
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import backprop_lab as bp
from backprop_lab.lessons.expansion import expanded


@pytest.mark.parametrize(
    ("cut", "error", "advice"),
    [
        (lambda x: math.exp(x), bp.InputError, r"x is a node.*exp\(x\) instead of"),
        (lambda x: float(x), bp.InputError, r"x\.value"),
        (lambda x: int(x), bp.InputError, r"x\.value"),
        (lambda x: np.array([x, 1.0]), bp.InputError, r"stack\(\[x, y\]\)"),
        (lambda x: np.array(x), bp.InputError, r"x\.value"),
        (lambda x: np.asarray([[x]]), bp.InputError, r"x\.value"),
        (lambda x: np.exp(x), bp.InputError, r"np\.exp .* x is one\. Write exp\(x\)"),
        (lambda x: np.negative(x), bp.InputError, r"Write -x"),
        (lambda x: np.sum(x), bp.InputError, r"np\.sum .*Write total\(x\)"),
        (lambda x: np.dot(x, x), bp.InputError, r"Write x @ y"),
        (lambda x: np.add.reduce(x), bp.InputError, r"np\.add\.reduce .*x\.value"),
        (lambda x: np.add(x, 1, out=np.zeros(1)), bp.InputError, r"np\.add"),
        (lambda x: np.linalg.norm(x), bp.InputError, r"sqrt\(total\(x \*\* 2\)\)"),
        (lambda x: np.sinc(x), bp.InputError, r"with the functions of"),
        (lambda x: np.array([1.0]) > x, bp.GraphError, r"x\.value"),
        (lambda x: np.array([1.0]) == x, bp.GraphError, r"x\.value"),
        (lambda x: bool(x), bp.GraphError, r"neither true nor false.*x\.value > 0"),
        (lambda x: 1 if x else 0, bp.GraphError, r"neither true nor false"),
        (lambda x: x > 0, bp.GraphError, r"x\.value > 0.*relu"),
        (lambda x: x >= 0, bp.GraphError, r"cannot be compared"),
        (lambda x: max(x, x + 1), bp.GraphError, r"maximum\(x, y\)"),
        (lambda x: x ^ 2, bp.InputError, r"x \*\* 2, not x \^ 2"),
        (lambda x: 2 ^ x, bp.InputError, r"x \*\* 2"),
        (lambda x: len(x), bp.InputError, r"x is a single number.*no length"),
        (lambda x: list(x), bp.InputError, r"x is a single number.*no entries"),
        (lambda x: x[0], bp.IndexingError, r"x has shape \(\).*no entry at \[0\]"),
        (lambda x: bp.stack(x), bp.InputError, r"x is a single number"),
        (lambda x: bp.variable(x), bp.InputError, r"variable\(x\.value\)"),
        (lambda x: bp.constant([x]), bp.InputError, r"stack"),
    ],
)
def test_what_would_cut_the_graph_says_what_to_write_instead(cut, error, advice):
    with pytest.raises(error, match=advice):
        cut(bp.variable(2.0, "x"))


def test_a_node_neither_counts_nor_is_an_index():
    v, k = bp.variable([1.0, 2.0], "v"), bp.variable(1.0, "k")
    indices = (k, (k,), [k], (slice(None), k), slice(k), slice(0, k), slice(0, 2, k))
    uses = [
        *(lambda index=index: v[index] for index in indices),
        lambda: range(k),
        lambda: [1.0, 2.0][k],
    ]
    for use in uses:
        said = r"k is a node, and to count .* whole number.* range\(3\) or x\[0\]"
        with pytest.raises(bp.InputError, match=said):
            use()


V = [1.0, 2.0, 3.0]


def lines(text):
    """Return a function that runs a learner's lines with x = 2, v and L at hand."""

    def run():
        x, v = bp.variable(2.0, "x"), bp.variable(V, "v")
        L = x * x
        names = {"x": x, "v": v, "L": L, "tape": bp.record(L), "bp": bp, "np": np}
        exec(text, names)

    return run


@pytest.mark.parametrize(
    ("text", "error", "advice"),
    [
        # A node of this value would be silently unequal.
        ("x == 2", bp.GraphError, r"cannot be compared.*x\.value == 0"),
        ("2.0 == x", bp.GraphError, r"x\.value == 0"),
        ("x != 2", bp.GraphError, r"x\.value == 0"),
        ("if x == 2: pass", bp.GraphError, r"x\.value == 0"),
        ("2.0 in [x]", bp.GraphError, r"x\.value == 0"),
        ("[x].index(2.0)", bp.GraphError, r"x\.value == 0"),
        ("v == np.ones(3)", bp.GraphError, r"v\.value == 0"),
        ("np.ones(3) == v", bp.GraphError, r"v\.value == 0"),
        ("np.float64(2) == x", bp.GraphError, r"x\.value == 0"),
        ("v == [1.0, 2.0, 3.0]", bp.GraphError, r"v\.value == 0"),
        ("2.0 in v", bp.GraphError, r"2\.0 in v\.value"),
        ("v[0] in v", bp.GraphError, r"in v\.value"),
        # What has no derivative.
        ("round(x)", bp.InputError, r"round\(float\(x\.value\), 3\)"),
        ("round(x, 2)", bp.InputError, r"round\(float\(x\.value\), 3\)"),
        ("import math; math.floor(x)", bp.InputError, r"useful derivative"),
        ("import math; math.ceil(x)", bp.InputError, r"useful derivative"),
        ("import math; math.trunc(x)", bp.InputError, r"useful derivative"),
        ("x // 2", bp.InputError, r"x / 2, or ask its number: x\.value // 2"),
        ("7 // x", bp.InputError, r"x / 2"),
        ("x % 2", bp.InputError, r"// and % have no useful derivative"),
        ("divmod(x, 2)", bp.InputError, r"no useful derivative"),
        ("complex(x)", bp.InputError, r"x\.value"),
        ("x & 1", bp.InputError, r"\(x\.value > 0\) & \(x\.value < 1\)"),
        ("True | x", bp.InputError, r"\(x\.value > 0\) &"),
        ("~x", bp.InputError, r"\(x\.value > 0\) &"),
        ("x << 2", bp.InputError, r"2 \* x"),
        # A node never changes.
        ("x.value = 3", bp.LabError, r"x = variable\(3\.0\)"),
        (
            "x.grad = 0",
            bp.LabError,
            r"its grad cannot be set.*record\(L\)",
        ),
        ("x.name = 'w'", bp.LabError, r'x = named\(x, "name"\)'),
        ("x.data = 3", bp.LabError, r"x\.value"),
        ("x.colour = 'red'", bp.LabError, r"in a variable of your own"),
        ("del x.value", bp.LabError, r"never changes"),
        ("v[0] = 1", bp.LabError, r"numbers\[0\] = 1\.0; v = variable\(numbers\)"),
        ("v[0] += 1", bp.LabError, r"v = variable\(numbers\)"),
        ("del v[0]", bp.LabError, r"v is a node and never changes"),
        # By hand, or with the wrong thing.
        ("bp.Node(2.0)", bp.InputError, r"Node\(2\.0\).*Write x = variable\("),
        ("bp.apply('exp', x)", bp.InputError, r"'exp' is no row.*apply\(primitive\("),
        ("bp.apply(np.exp, x)", bp.InputError, r"no row of the table"),
        ("bp.apply(lambda x: x, x)", bp.InputError, r"no row of the table"),
        ("bp.primitive('sq', lambda x: x)", bp.InputError, r'"x \*\* 2", "2 \* x"'),
        ("bp.primitive('sq', 'x ** 2', ['2 * x'])", bp.InputError, r"is not text"),
        ("bp.primitive(np.square, 'x', '1')", bp.InputError, r"is not text"),
        ("bp.named('z', x)", bp.InputError, r"named\(x \* x, \"x squared\"\)"),
        ("f'{x:d}'", bp.InputError, r"'d': its numbers are floats.*\{x:\.3f\}"),
        ("f'{v:d}'", bp.InputError, r"v cannot be written as 'd'"),
        # A tape is asked with the node.
        ("bp.record(L, x)", bp.InputError, r"tape = record\(L\), then tape\.gradient"),
        ("bp.record(L, [x])", bp.InputError, r"cannot be the seed"),
        ("bp.record(L, 'x')", bp.InputError, r"'x' cannot be the seed"),
        ("bp.code(L, x)", bp.InputError, r"cannot be the seed"),
        ("bp.compiled(L, x)", bp.InputError, r"cannot be the seed"),
        ("tape['x']", bp.GraphError, r"tape\.gradient\(x\), with the node itself"),
        ("tape[x]", bp.GraphError, r"tape\.gradient\(x\)"),
        ("for step in tape: pass", bp.GraphError, r"a step is tape\.steps\[0\]"),
        ("tape.gradient('x')", bp.GraphError, r"'x' is not part .*with the node"),
        (
            "tape.gradient(x.value)",
            bp.GraphError,
            r"is not a node.*with the node",
        ),
        ("tape.gradient([x])", bp.GraphError, r"is not a node"),
        ("tape.grad(x)", bp.LabError, r"a tape has no grad\. Ask tape\.gradient\(x\)"),
        ("tape.x", bp.LabError, r"a tape has no x\. Ask tape\.gradient\(x\)"),
        (
            "bp.record(lambda x: x)",
            bp.GraphError,
            r"is a function: call it.*f\(x\)",
        ),
        ("bp.check_gradients(bp.relu)", bp.GraphError, r"is a function: call it"),
        ("bp.draw([x, L])", bp.GraphError, r"total\(stack\(\[x, y\]\)\)"),
        ("bp.record(tape)", bp.GraphError, r"recorded already"),
        ("bp.Graph.of(tape)", bp.GraphError, r"recorded already"),
        ("bp.total(x, v)", bp.ShapeError, r"total\(stack\(\[x, y\]\)\)"),
        (
            "bp.mean(x, v)",
            bp.ShapeError,
            r"v is a node\. Several nodes stand in a list",
        ),
        ("bp.concatenate(v, v)", bp.ShapeError, r"nodes stand in a list"),
        ("v['a']", bp.IndexingError, r"at \['a'\]\. Positions are whole numbers"),
        ("v[1.0]", bp.IndexingError, r"at \[1\.0\]\. Positions are whole numbers"),
        ("max(x, v)", bp.GraphError, r"maximum\(x, y\)"),
        ("bp.draw(L, closed=3)", bp.InputError, r"closed=3: give the names of gro"),
        ("bp.record(None)", bp.GraphError, r"end in return L"),
        ("bp.record(L.value)", bp.GraphError, r"Build it from variables"),
    ],
)
def test_a_habit_from_elsewhere_is_told_the_right_line(text, error, advice):
    with pytest.raises(error, match=advice) as caught:
        lines(text)()
    assert isinstance(caught.value, bp.LabError)


def test_nodes_are_equal_if_they_are_the_same():
    x, twin = bp.variable(2.0), bp.variable(2.0)
    assert x == x and x != twin and x in [twin, x] and twin not in [x]
    assert {x: 1, twin: 2}[x] == 1
    assert len({x, twin, x}) == 2
    assert x != "x" and x is not None and x not in ["x", None]


def test_an_old_output_knows_no_new_variable_of_the_same_name():
    w = bp.variable(2.0)
    L = w * w
    w = bp.variable(1.5)
    with pytest.raises(bp.GraphError, match=r"this w is not .* another node of that"):
        bp.record(L).gradient(w)


def test_a_group_is_closed_by_its_name():
    with bp.group("layer"):
        z = bp.variable(2.0) * 3
    L = z + 1
    assert bp.draw(L, closed="layer").svg == bp.draw(L, closed=["layer"]).svg
    with pytest.raises(bp.InputError, match="no group named 'layre'"):
        bp.draw(L, closed="layre")


class Axis(enum.IntEnum):
    ROWS = 0
    COLUMNS = 1


def test_an_entry_of_an_enumeration_is_its_number_in_code_too():
    W = bp.variable([[1.0, 2.0], [3.0, 4.0]])
    same = [
        (bp.total(W, axis=Axis.COLUMNS), bp.total(W, axis=1)),
        (bp.concatenate([W, W], axis=Axis.ROWS), bp.concatenate([W, W], axis=0)),
        (W[Axis.COLUMNS], W[1]),
        (W[Axis.ROWS, Axis.COLUMNS], W[0, 1]),
        (W[Axis.COLUMNS :], W[1:]),
        (W[[Axis.COLUMNS, Axis.ROWS]], W[[1, 0]]),
        (W[np.int8(1)], W[1]),
    ]
    for pair in same:
        outputs = [bp.named(bp.total(bp.named(node, "z")), "L") for node in pair]
        first, second = (bp.code(L).text for L in outputs)
        assert first == second and "Axis" not in first
        assert bp.compiled(outputs[0])(W=W.value)[0] == outputs[1].value


def test_a_node_is_copied_as_a_number_is():
    x = bp.variable([1.0, 2.0])
    parameters = {"w": x, "layers": [x * 2]}
    assert copy.copy(x) is copy.deepcopy(x) is x
    assert copy.deepcopy(parameters)["layers"][0] is parameters["layers"][0]


def test_nodes_and_tapes_are_pickled_with_all_that_they_came_from():
    W, b = bp.variable([[1.0, 2.0], [3.0, 4.0]], "W"), bp.variable(0.5, "b")
    with bp.group("layer"):
        a = bp.tanh(W[0] * b)
    L = bp.total(bp.concatenate([a, W[:, 1]], axis=0))
    tape = bp.record(L)
    W2, L2, tape2 = pickle.loads(pickle.dumps((W, L, tape)))
    assert str(bp.record(L2)) == str(tape2) == str(tape)
    np.testing.assert_array_equal(tape2.gradient(W2), tape.gradient(W))
    np.testing.assert_array_equal(bp.record(L2).gradient(W2), tape.gradient(W))
    assert not W2.value.flags.writeable


def test_what_is_computed_from_unpickled_nodes_is_younger():
    script = (
        "import pickle, sys, backprop_lab as bp\n"
        "L = pickle.loads(sys.stdin.buffer.read())\n"
        "print([step.operand.value.tolist() for step in bp.record(L * 2).backward])"
    )
    x = bp.variable(3.0)
    for _ in range(1000):
        x * 2
    L = x * x + 1
    told = subprocess.run(
        [sys.executable, "-c", script],
        input=pickle.dumps(L),
        capture_output=True,
        check=True,
    ).stdout.decode()
    assert told.strip() == "[20.0, 10.0, 9.0, 3.0, 3.0]"


def trained(steps, update):
    """Return the last tape of a training loop, in which `update` takes the step."""
    w = bp.variable(2.0, "w")
    for _ in range(steps):
        L = (w - 5) ** 2
        tape = bp.record(L)
        w = update(w, tape.gradient(w))
    return tape


def test_a_step_that_grows_the_graph_is_pointed_out():
    def on_nodes(w, gradient):
        w = w - 0.1 * gradient
        return w

    trained(2, on_nodes)
    with pytest.warns(UserWarning, match=r"w = variable\(w\.value - 0\.1 \* tape"):
        trained(3, on_nodes)


def test_a_step_that_makes_new_variables_is_not():
    tape = trained(20, lambda w, gradient: bp.variable(w.value - 0.1 * gradient, "w"))
    assert len(tape.graph.nodes) == 3


def test_sums_of_constants_in_a_model_are_no_steps():
    x = bp.variable(2.0)
    shifted = x - 1
    again = shifted - 2
    total = again + 3
    total = total + x
    total = total + 4
    tape = bp.record(total * 2)
    for node in tape.graph.nodes:
        if not node.is_constant:
            tape.gradient(node)


# ------------------------------------------------------------------ advice is Python


ODD_NAMES = ["W v", "a·2", "class", "x squared", "w₁", "1st", "<b>", "(", "権重"]

# What a sentence shows of code: a call, perhaps assigned, or a chain of names.
CODE = re.compile(r"(?:[A-Za-z_]\w* = )?[\w.]+\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)")


def test_every_call_in_an_advice_is_python_whatever_the_names():
    told = []
    for name in ODD_NAMES:
        x, W = bp.variable([1.0, 2.0], name), bp.variable(np.ones((3, 2)), name)
        c = bp.constant(2.0, name)
        one = bp.variable(1.0, name)
        tape = bp.record(one * c)
        for mistake in (
            lambda x=x: bp.record(x),
            lambda x=x: bp.record(x * 2),
            lambda x=x, W=W: bp.record(W @ x),
            lambda c=c, tape=tape: tape.gradient(c),
            lambda x=x: bp.Node.__bool__(x),
            lambda x=x: x > 0,
            lambda x=x: float(x),
            lambda x=x: round(x),
            lambda x=x: x.sum(),
            lambda x=x: np.exp(x),
            lambda x=x: bp.named(2.0, x.name),
            lambda x=x: bp.variable(x),
            lambda x=x, W=W: W.T @ x,
            lambda W=W: W @ W,
            lambda x=x: f"{x:d}",
            lambda x=x: setattr(x, "value", 1),
            lambda x=x: setattr(x, "name", "z"),
            lambda x=x: x.__setitem__(0, 1.0),
            lambda x=x: expanded(x * 2),
        ):
            with pytest.raises(bp.LabError) as caught:
                mistake()
            told.append(str(caught.value))
    snippets = [found for text in told for found in CODE.findall(text)]
    assert len(snippets) > 20 * len(ODD_NAMES)
    for snippet in snippets:
        ast.parse(snippet.replace("…", "..."))


def raised_texts():
    """Yield every text that the package raises, with `x` for what is put in."""
    for path in Path(bp.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
                for argument in node.exc.args[:1]:
                    if isinstance(argument, ast.Constant):
                        yield str(argument.value)
                    if isinstance(argument, ast.JoinedStr):
                        yield "".join(
                            part.value if isinstance(part, ast.Constant) else "x"
                            for part in argument.values
                        )


def test_every_call_in_a_raised_text_is_python():
    snippets = [found for text in raised_texts() for found in CODE.findall(text)]
    assert len(snippets) > 30
    for snippet in snippets:
        ast.parse(snippet.replace("…", "..."))
