"""What a node is called when nobody says so."""

import functools
from pathlib import Path

import numpy as np

import backprop_lab as bp
from backprop_lab.engine import names, primitives
from backprop_lab.lessons import wrong_orders

at_module_level = bp.variable(1.0) * 2


def names_of(tape):
    """Return the names in a recorded graph, as a picture of it shows them."""
    return [tape.graph.name(node) for node in tape.graph.nodes]


def test_a_variable_of_a_module_names_the_node():
    assert at_module_level.name == "at_module_level"
    assert at_module_level.operands[0].name is None


def test_a_local_variable_names_the_node():
    x = bp.variable(2.0)
    z = x * x + 1
    assert (x.name, z.name) == ("x", "z")
    assert z.operands[0].name is None


def test_a_script_names_its_nodes_from_the_first_line_on():
    source = "import backprop_lab as bp\nx = bp.variable(1.0)\nz = bp.exp(x)\n"
    variables = {}
    exec(compile(source, "script.py", "exec"), variables)
    assert [variables[name].name for name in "xz"] == ["x", "z"]


def test_a_returned_result_is_named_by_the_caller():
    def neuron(x, w):
        return bp.sigmoid(w * x)

    def twice(x):
        return neuron(x, 2.0)

    y_hat = neuron(bp.variable(1.0), bp.variable(2.0))
    deeper = twice(bp.variable(1.0))
    assert (y_hat.name, deeper.name) == ("y_hat", "deeper")


def test_a_returned_result_inside_an_expression_has_no_name():
    def square(x):
        return x * x

    x = bp.variable(1.0)
    z = square(x) + 1
    assert z.operands[0].name is None


def test_variables_inside_a_function_name_its_nodes():
    def neuron(x):
        w = bp.variable(3.0)
        z = w * x
        return bp.tanh(z)

    a = neuron(bp.variable(1.0))
    z = a.operands[0]
    assert (z.name, z.operands[0].name) == ("z", "w")


def test_a_walrus_names_the_node():
    total = (h := bp.variable(1.0)) + (k := h * h)
    assert (h.name, k.name, total.name) == ("h", "k", "total")


def test_the_first_of_two_targets_names_the_node():
    first = second = bp.variable(1.0)
    assert first.name == second.name == "first"


def test_an_annotated_variable_names_the_node():
    w: bp.Node = bp.variable(1.0)
    assert w.name == "w"


def test_an_augmented_assignment_names_the_node():
    s = bp.variable(1.0)
    first = s
    s += 2
    s *= first
    assert s.name == s.operands[0].name == "s"
    assert names_of(bp.record(s)) == ["s₁", "s₂", "s₃"]


def test_a_nonlocal_and_a_global_variable_name_the_node():
    def assign():
        nonlocal outer
        global module_wide
        outer = bp.variable(1.0)
        module_wide = bp.variable(1.0)

    outer = None
    assign()
    assert outer.name == "outer"
    assert module_wide.name == "module_wide"


def test_an_attribute_names_the_node():
    class Layer:
        def __init__(self):
            self.w = bp.variable(1.0)
            self.inner = type("Inner", (), {})()
            self.inner.b = bp.variable(1.0)

    layer = Layer()
    assert (layer.w.name, layer.inner.b.name) == ("w", "b")


def test_a_key_names_the_node():
    params = {}
    params["w"] = bp.variable(1.0)
    params["w2"] = params["w"] * 2
    assert (params["w"].name, params["w2"].name) == ("w", "w2")


def test_a_key_of_an_attribute_names_the_node():
    class Network:
        def __init__(self):
            self.params = {}
            self.params["W1"] = bp.variable([1.0])

    assert Network().params["W1"].name == "W1"


def test_a_key_that_is_not_text_names_nothing():
    layers = {}
    layers[0] = bp.variable(1.0)
    assert layers[0].name is None


def test_tuple_unpacking_is_read_from_the_callers_variables():
    x, y = bp.variable(1.0), bp.variable(2.0)
    assert names_of(bp.record(x * y)) == ["x", "y", "x·y"]


def test_unpacking_a_node_is_read_from_the_callers_variables():
    v = bp.variable([1.0, 2.0])
    first, second = v
    assert names_of(bp.record(first * second)) == [
        "v",
        "first",
        "second",
        "first·second",
    ]


def test_entries_of_a_list_are_called_by_their_position():
    ws = [bp.variable(float(k)) for k in range(2)]
    assert ws[0].name is None
    assert names_of(bp.record(ws[0] * ws[1])) == ["ws[0]", "ws[1]", "ws[0]·ws[1]"]


def test_entries_of_a_dictionary_are_called_by_their_key():
    params = {"W": bp.variable([[1.0]]), "b": bp.variable([2.0])}
    z = params["W"] @ params["b"]
    assert names_of(bp.record(bp.total(z))) == ["W", "b", "z", "Σ z"]


def test_a_variable_wins_over_a_list_it_is_in():
    ws = [bp.variable(1.0)]
    w = ws[0]
    assert names_of(bp.record(w * 2)) == ["w", "w·2"]


def test_a_private_variable_names_nothing_that_it_only_holds():
    _past, z = bp.variable(1.0), 0
    assert names_of(bp.record(_past * 2)) == ["1", "1·2"]
    assert z == 0


def test_versions_in_a_loop_are_told_apart():
    a = bp.variable(0.5)
    for _ in range(2):
        a = bp.sigmoid(a)
    assert names_of(bp.record(a)) == ["a₁", "a₂", "a₃"]


def test_a_version_does_not_take_a_name_that_is_in_use():
    taken = bp.variable(1.0, "a₁")
    a = taken * 2
    a = a * 3
    assert names_of(bp.record(a)) == ["a₁", "a₂", "a₃"]


def test_an_explicit_name_wins():
    w = bp.variable(1.0, "weight")
    target = bp.constant(1.0, name="t")
    z = bp.named(w * target, "score")
    assert names_of(bp.record(z)) == ["weight", "t", "score"]


def test_a_composite_is_named_by_the_variable_and_its_inner_nodes_are_not():
    scores, goal = bp.variable([1.0, 2.0, 3.0]), bp.constant([0.0, 1.0, 0.0])
    chances = bp.softmax(scores)
    loss = bp.cross_entropy(scores, goal)
    error = bp.squared_error(scores, goal)
    average = bp.mean(scores)
    batch = bp.softmax(bp.variable([[1.0, 2.0]]))
    results = {
        "chances": chances,
        "loss": loss,
        "error": error,
        "average": average,
        "batch": batch,
    }
    for name, result in results.items():
        inner = {
            node.name for node in bp.Graph.of(result).nodes if node.kind == "operation"
        }
        assert inner == {name, None}, name


def test_a_scalar_composite_is_named_by_the_variable():
    y_hat, y = bp.variable(1.0), bp.constant(2.0)
    L = bp.squared_error(y_hat, y)
    assert L.name == "L"
    assert L.operands[1].name is None


def test_an_operation_started_by_an_array_is_named_by_the_variable():
    x = bp.variable(2.0)
    z = np.array([1.0, 2.0]) * x
    s = np.add(x, 1)
    assert (z.name, s.name) == ("z", "s")


def test_ones_own_operation_is_named_by_the_variable():
    cube = primitives.primitive("cube", "x ** 3", "3 * x ** 2")

    def cubed(x):
        return bp.apply(cube, x)

    x = bp.variable(2.0)
    directly = bp.apply(cube, x)
    through_a_function = cubed(x)
    assert directly.name == "directly"
    assert through_a_function.name == "through_a_function"


def test_a_test_runners_own_variables_name_nothing():
    # pytest rewrites this assertion and keeps parts of it in variables of its own.
    assert (bp.variable(1.0) * 2).name is None


def test_a_name_does_not_change_what_is_computed():
    x = bp.variable(3.0)
    y = x * x
    assert bp.record(y).gradient(x) == bp.record(x * x).gradient(x) == 6.0


def test_a_running_sum_is_named_like_the_same_loop():
    parts = bp.variable([1.0, 2.0])
    s = sum(parts)
    assert names_of(bp.record(s)) == ["parts", "parts[0]", "s₁", "parts[1]", "s₂"]


def test_code_that_has_run_often_gives_the_same_names():
    def build(x):
        terms = [x * weight for weight in (1.0, 2.0, 3.0)]
        total = sum(terms, x)
        highest = max([total], key=lambda node: node.value)
        squared = pow(highest, 2)
        L = bp.sigmoid(squared)
        return L

    x = bp.variable(0.5, "x")

    def names():
        graph = bp.Graph.of(build(x))
        return [graph.name(node) for node in graph.nodes]

    first = names()
    assert {"total", "squared", "L"} <= {name.rstrip("₀₁₂₃₄₅₆₇₈₉") for name in first}
    assert all(names() == first for _ in range(100))


def test_a_method_a_lambda_and_a_partial_name_by_their_callers():
    class Model:
        def __call__(self, x):
            return x * 2

    x = bp.variable(1.0)
    y = Model()(x)
    z = (lambda t: t + 1)(x)
    p = functools.partial(bp.maximum, x)(0.0)
    assert (y.name, z.name, p.name) == ("y", "z", "p")


def test_a_folder_that_only_starts_like_the_package_is_the_learners():
    source = "import backprop_lab as bp\nw = bp.variable(1.0)\n"
    package = Path(bp.__file__).parent
    variables = {}
    exec(compile(source, f"{package}_course/model.py", "exec"), variables)
    assert variables["w"].name == "w"


def test_whoever_asks_for_a_picture_the_learners_variables_name_the_nodes():
    x, y = bp.variable(1.0), bp.variable(2.0)
    graphs = [
        bp.record(x * y).graph,
        bp.Graph.of(x * y),
        wrong_orders.side_by_side(x * y).right.graph,
    ]
    for graph in graphs:
        assert [graph.name(node) for node in graph.nodes] == ["x", "y", "x·y"]
    assert bp.draw(x * y).picture.title == "x·y"
    assert bp.Stepper(x * y).steps[1]["title"] == "x is given"
    assert bp.code(x * y).text.startswith("# Inputs\nx = 1.0\ny = 2.0\n")
    assert [line.name for line in bp.check_gradients(x * y).variables] == ["x", "y"]


def test_a_comprehension_sees_the_variables_around_it():
    x, y = bp.variable(1.0), bp.variable(2.0)
    output = x * y
    (from_list,) = [bp.record(node) for node in [output]]
    (from_set,) = {bp.record(node) for node in [output]}
    (from_dictionary,) = {node: bp.record(node) for node in [output]}.values()
    (from_generator,) = list(bp.record(node) for node in [output])  # noqa: C400
    (nested,) = [bp.record(node) for each in [[output]] for node in list(each)]
    tapes = from_list, from_set, from_dictionary, from_generator, nested
    assert [names_of(tape) for tape in tapes] == [["x", "y", "output"]] * 5


def test_a_generator_that_the_package_runs_sees_the_variables_around_it():
    x, y = bp.variable(1.0), bp.variable(2.0)
    seen = []
    outputs = [x * y]
    bp.stack(seen.append(bp.record(node)) or node for node in outputs)
    assert names_of(seen[0]) == ["x", "y", "node"]


def test_a_decorated_function_is_named_by_its_callers():
    def plain(function):
        @functools.wraps(function)
        def wrapper(*arguments):
            return function(*arguments)

        return wrapper

    larger = plain(bp.maximum)(bp.variable(1.0), 0.0)
    assert larger.name == "larger"


def test_a_function_of_the_package_that_is_called_back_sees_the_learners_line():
    seen = []

    def f(w):
        inner, other = bp.variable(1.0), w
        seen.append(names_of(bp.record(inner * other)))
        return w * w

    bp.explore(f, w=(0.0, 1.0))
    assert seen[0][:2] == ["w", "inner"]


def test_a_with_block_names_as_the_lines_around_it():
    with bp.group("layer"):
        x, y = bp.variable(1.0), bp.variable(2.0)
        z = x * y
        assert names_of(bp.record(z)) == ["x", "y", "z"]


def test_the_learners_frame_is_the_first_outside_the_package():
    assert names.learners_frame().f_code.co_filename == __file__
    seen = []

    class Peeping(list):
        def __iter__(self):
            seen.append(names.learners_frame())
            return super().__iter__()

    bp.stack(Peeping([1.0]))
    assert seen[0].f_code is Peeping.__iter__.__code__
