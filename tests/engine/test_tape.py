import math

import numpy as np
import pytest

import backprop_lab as bp

X_PLUS_Y_TIMES_W = """\
step  what happens       formula                  with numbers                 state
────  ─────────────────  ───────────────────────  ───────────────────────────  ─────────────────
1     x is given         x                        x = −2
2     y is given         y                        y = 5
3     w is given         w                        w = −4
4     x + y is computed  x + y                    x + y = −2 + 5 = 3
5     z is computed      z = (x + y)·w            z = 3 × (−4) = −12
────  ─────────────────  ───────────────────────  ───────────────────────────  ─────────────────
6     start at z         ∂z/∂z                    ∂z/∂z = 1                    complete (1 of 1)
7     z sends to x + y   ∂z/∂(x + y) = ∂z/∂z × w  ∂z/∂(x + y) = 1 × (−4) = −4  complete (1 of 1)
8     z sends to w       ∂z/∂w = ∂z/∂z × (x + y)  ∂z/∂w = 1 × 3 = 3            complete (1 of 1)
9     x + y sends to x   ∂z/∂x = ∂z/∂(x + y) × 1  ∂z/∂x = −4 × 1 = −4          complete (1 of 1)
10    x + y sends to y   ∂z/∂y = ∂z/∂(x + y) × 1  ∂z/∂y = −4 × 1 = −4          complete (1 of 1)
"""  # noqa: E501 (a table is as wide as it is)

X_TIMES_X = """\
step  what happens   formula             with numbers           state
────  ─────────────  ──────────────────  ─────────────────────  ─────────────────
1     x is given     x                   x = 3
2     L is computed  L = x·x             L = 3 × 3 = 9
────  ─────────────  ──────────────────  ─────────────────────  ─────────────────
3     start at L     ∂L/∂L               ∂L/∂L = 1              complete (1 of 1)
4     L sends to x   ∂L/∂x = ∂L/∂L × x   ∂L/∂x = 1 × 3 = 3      partial (1 of 2)
5     L sends to x   ∂L/∂x += ∂L/∂L × x  ∂L/∂x = 3 + 1 × 3 = 6  complete (2 of 2)
"""


def sent(tape):
    """Return each backward step as (consumer, position, operand, contribution)."""
    names = tape.graph.name
    return [
        (
            None if step.is_seed else names(step.consumer),
            step.position,
            names(step.operand),
            step.contribution.tolist(),
        )
        for step in tape.backward
    ]


# ------------------------------------------------------------------ printed


def test_the_table_of_x_plus_y_times_w():
    x, y, w = bp.variable(-2.0), bp.variable(5.0), bp.variable(-4.0)
    z = (x + y) * w
    assert str(bp.record(z)) == X_PLUS_Y_TIMES_W.rstrip("\n")


def test_the_table_of_x_times_x():
    x = bp.variable(3.0)
    L = x * x
    assert str(bp.record(L)) == X_TIMES_X.rstrip("\n")


def test_a_tape_has_a_short_repr_and_shows_its_table_in_a_notebook():
    x = bp.variable(3.0)
    L = x * x
    tape = bp.record(L)
    shown = []
    tape._repr_pretty_(type("Printer", (), {"text": shown.append}), False)
    assert repr(tape) == "Tape of L: 2 forward and 3 backward steps"
    assert shown == [str(tape)]


# ------------------------------------------------------------------ steps


def test_the_forward_pass_has_one_step_for_each_node_in_order():
    x, y, w = bp.variable(-2.0), bp.variable(5.0), bp.variable(-4.0)
    z = (x + y) * w
    tape = bp.record(z)
    assert [step.node for step in tape.forward] == list(tape.graph.nodes)
    assert [step.value for step in tape.forward] == [-2.0, 5.0, -4.0, 3.0, -12.0]
    assert tape.steps == tape.forward + tape.backward


def test_the_backward_pass_has_the_seed_and_one_step_for_each_edge():
    x, y, w = bp.variable(-2.0), bp.variable(5.0), bp.variable(-4.0)
    z = (x + y) * w
    assert sent(bp.record(z)) == [
        (None, 0, "z", 1.0),
        ("z", 0, "x + y", -4.0),
        ("z", 1, "w", 3.0),
        ("x + y", 0, "x", -4.0),
        ("x + y", 1, "y", -4.0),
    ]


def test_no_contribution_is_sent_to_a_constant_or_a_literal():
    x, c = bp.variable(2.0, "x"), bp.constant(3.0, "c")
    L = (c * c + 1) * x * 5
    steps = bp.record(L).backward
    assert [step.operand for step in steps] == [L, L.operands[0], x]


def test_a_value_used_twice_receives_two_contributions():
    x = bp.variable(3.0)
    L = x * x
    _, first, second = bp.record(L).backward
    assert (first.position, second.position) == (0, 1)
    assert (first.before, first.after, first.arrived, first.expected) == (None, 3, 1, 2)
    assert (second.before, second.after, second.arrived) == (3, 6, 2)
    assert (first.is_complete, second.is_complete) == (False, True)


def test_a_gradient_that_is_0_so_far_is_not_one_that_has_not_arrived():
    x = bp.variable(3.0, "x")
    tape = bp.record(0 * x + x * 0)
    first, second = (step for step in tape.backward if step.operand is x)
    assert first.before is None
    assert second.before == 0.0


def test_the_seed_is_one_and_comes_from_nobody():
    x = bp.variable(3.0)
    L = x * 2
    seed = bp.record(L).backward[0]
    assert (seed.is_seed, seed.consumer, seed.operand) == (True, None, L)
    assert seed.local is seed.before is None
    assert (seed.upstream, seed.contribution, seed.after) == (1.0, 1.0, 1.0)
    assert seed.is_complete


def test_a_step_multiplies_upstream_and_local():
    x = bp.variable([1.0, 2.0], "x")
    L = bp.total(3 * x**2)
    for step in bp.record(L).backward:
        if step.local is not None:
            np.testing.assert_array_equal(step.upstream * step.local, step.contribution)


def test_a_rule_for_whole_arrays_has_no_local_derivative():
    W, x = bp.variable([[1.0, 2.0]], "W"), bp.variable([3.0, 4.0], "x")
    z = W @ x
    _, *steps = bp.record(z, seed=[1.0]).backward
    assert [step.local for step in steps] == [None, None]


def test_a_contribution_is_summed_to_the_shape_of_a_broadcast_operand():
    x, b = bp.variable([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], "x"), bp.variable(2.0, "b")
    L = bp.total(x * b)
    (to_b,) = (step for step in bp.record(L).backward if step.operand is b)
    assert to_b.upstream.shape == to_b.local.shape == (2, 3)
    assert to_b.contribution.shape == ()
    assert to_b.contribution == 21.0


def test_the_sum_over_the_steps_is_the_gradient():
    x, w = bp.variable([0.5, -1.0], "x"), bp.variable(2.0, "w")
    h = bp.tanh(w * x) * x + x[0]
    tape = bp.record(bp.squared_error(h * h, [0.1, 0.2]))
    for node in tape.gradients:
        steps = [step for step in tape.backward if step.operand is node]
        np.testing.assert_allclose(
            sum(step.contribution for step in steps), tape.gradient(node), rtol=1e-15
        )
        assert steps[-1].is_complete
        assert not any(step.is_complete for step in steps[:-1])
        assert steps[-1].after is tape.gradient(node)
        assert steps[0].before is None


def test_a_node_sends_only_when_its_own_gradient_is_complete():
    # learners.md names it: the graph that exposes every wrong order.
    a, b = bp.variable(2.0), bp.variable(3.0)
    c, d = a + b, a * b
    y = (c + d) + (c * d)
    complete = set()
    for step in bp.record(y).backward:
        assert step.is_seed or step.consumer in complete
        if step.is_complete:
            complete.add(step.operand)
    assert {y, a, b, c, d} <= complete


def test_recorded_arrays_cannot_be_changed():
    x = bp.variable([1.0, 2.0], "x")
    tape = bp.record(bp.total(x * x))
    recorded = [step.value for step in tape.forward]
    for step in tape.backward:
        recorded += [step.upstream, step.contribution, step.after]
        recorded += [a for a in (step.local, step.before) if a is not None]
    assert not any(array.flags.writeable for array in recorded)
    with pytest.raises(TypeError):
        tape.gradients[x] = 0


def test_recording_twice_does_not_add_up():
    x = bp.variable(3.0)
    L = x * x
    assert bp.record(L).gradient(x) == bp.record(L).gradient(x) == 6.0


# ------------------------------------------------------------------ gradients


@pytest.mark.parametrize("shape", [(), (3,), (2, 3), (1, 1), (2, 1, 3)])
def test_a_gradient_is_a_float64_array_of_its_nodes_shape(shape):
    x = bp.variable(np.ones(shape), "x")
    gradient = bp.record(bp.total(x * 2)).gradient(x)
    assert gradient.shape == shape
    assert gradient.dtype == np.float64


def test_inner_nodes_have_gradients_too():
    a, b = bp.variable(2.0), bp.variable(1.0)
    c, d = a + b, b + 1
    e = c * d
    tape = bp.record(e)
    assert [tape.gradient(n) for n in (e, d, c, b, a)] == [1, 3, 2, 5, 2]


def test_an_input_is_its_own_output():
    x = bp.variable(3.0)
    tape = bp.record(x)
    assert (tape.gradient(x), len(tape.forward), len(tape.backward)) == (1.0, 1, 1)


def test_a_constant_output_has_no_backward_pass():
    c = bp.constant(3.0)
    tape = bp.record(c * 2)
    assert (len(tape.forward), tape.backward) == (2, ())
    with pytest.raises(bp.GraphError, match="c is constant, so it has no gradient"):
        tape.gradient(c)


def test_the_gradient_of_a_constant_is_refused_with_the_remedy():
    c, x = bp.constant(3.0), bp.variable(2.0)
    tape = bp.record(c * x)
    with pytest.raises(bp.GraphError, match=r'c = variable\(…, "c"\)'):
        tape.gradient(c)


@pytest.mark.parametrize("stranger", [bp.variable(2.0, "s"), 3.0, "x", None, [1], {}])
def test_a_gradient_of_what_is_not_in_the_graph_is_refused(stranger):
    x = bp.variable(2.0)
    with pytest.raises(bp.GraphError, match=r"not part of this graph.*depends on: x\."):
        bp.record(x * 2).gradient(stranger)


def test_an_array_is_no_output_without_a_seed():
    v = bp.variable([1.0, 2.0])
    with pytest.raises(bp.ShapeError, match=r"v has shape \(2,\).*total\(v\).*seed=…"):
        bp.record(v)


def test_a_seed_is_the_gradient_to_start_from():
    v = bp.variable([1.0, 2.0])
    square = v * v
    tape = bp.record(square, seed=[1.0, 10.0])
    assert tape.gradient(v).tolist() == [2.0, 40.0]
    assert tape.gradient(square).tolist() == [1.0, 10.0]


def test_an_array_of_one_number_needs_no_seed():
    v = bp.variable([3.0])
    assert bp.record(v * v).gradient(v).tolist() == [6.0]


def test_a_seed_of_another_shape_is_refused():
    v = bp.variable([1.0, 2.0])
    with pytest.raises(bp.ShapeError, match=r"\(3,\), but v has shape \(2,\)"):
        bp.record(v, seed=[1.0, 1.0, 1.0])


def test_a_seed_that_is_no_number_is_refused():
    x = bp.variable(2.0)
    with pytest.raises(
        bp.InputError, match=r"'one' cannot be the seed.*tape\.gradient\(x\)"
    ):
        bp.record(x * 2, seed="one")


@pytest.mark.parametrize("output", [3.0, None, "L", [bp.variable(1.0)], np.ones(2)])
def test_only_a_node_can_be_recorded(output):
    with pytest.raises(
        bp.GraphError, match=r"is not a node.*(pass L|Pass one node|end in return L)"
    ):
        bp.record(output)


def test_not_a_number_flows_through_both_passes():
    x = bp.variable(-1.0)
    tape = bp.record(bp.log(x) * 2)
    assert math.isnan(tape.forward[-1].value)
    assert tape.gradient(x) == -2.0
    tape = bp.record(bp.sqrt(x) * 2)
    assert math.isnan(tape.gradient(x))


def test_infinity_flows_through_both_passes():
    x, big = bp.variable(0.0), bp.variable(1000.0)
    assert bp.record(1 / x).gradient(x) == -math.inf
    tape = bp.record(bp.exp(big))
    assert tape.forward[-1].value == tape.gradient(big) == math.inf
    assert "∞" in str(tape)


def test_neither_pass_warns_of_what_is_not_finite():
    # pytest turns every warning into an error.
    x, big = bp.variable(0.0), bp.variable(1e308)
    assert bp.record(bp.log(x)).gradient(x) == math.inf
    assert bp.record(10 * (big * 10 + big * 10)).gradient(big) == 200.0
    assert bp.record(1e308 * big + 1e308 * big).gradient(big) == math.inf
    assert math.isnan(bp.record(bp.sqrt(x) * 0).gradient(x))


def test_a_table_can_be_printed_of_every_kind_of_operation():
    x = bp.variable([[0.5, 1.5], [2.0, 3.0]], "x")
    L = (
        bp.total(bp.mean(bp.concatenate([x, x], axis=1), axis=0)[[0, 0]])
        + bp.total(bp.stack([x[0, 0], x[1, 1]]))
        + bp.matmul(x, x[0]) @ x[1]
        + bp.cross_entropy(bp.softmax(x.T @ x), [0, 1])
    )
    tape = bp.record(L)
    assert len(str(tape).splitlines()) == len(tape.steps) + 3


@pytest.mark.parametrize("most", [1, 2, 3, 5, 8, 99, None])
def test_a_table_has_its_first_and_its_last_steps_and_says_how_many_are_between(most):
    a, b = bp.variable(2.0, "a"), bp.variable(1.0, "b")
    tape = bp.record((a + b) * (b + 1))
    whole = tape.as_text(None).splitlines()
    assert str(tape).splitlines() == whole
    shown = tape.as_text(most).splitlines()
    numbers = [line.split()[0] for line in shown if line[0].isdecimal()]
    count = len(tape.steps)
    kept = count if most is None else min(most, count)
    first = (kept + 1) // 2
    wanted = [*range(1, first + 1), *range(count - (kept - first) + 1, count + 1)]
    assert numbers == [str(number) for number in dict.fromkeys(wanted)]
    said = [line for line in shown if line.startswith("…")]
    assert len(said) == (kept < count)
    assert all(f"{count - kept:,} more steps" in line for line in said)


def test_the_line_between_the_passes_stands_before_the_first_step_backward():
    x = bp.variable(2.0, "x")
    tape = bp.record(bp.tanh(x * x) * x)
    for most in (2, 4, 6, None):
        lines = tape.as_text(most).splitlines()
        ruled = [i for i, line in enumerate(lines) if line.startswith("──")][1:]
        number = str(len(tape.forward) + 1)
        seen = [i for i, line in enumerate(lines) if line.split()[0] == number]
        assert [index + 1 for index in ruled] == seen


def test_a_long_tape_is_printed_in_short():
    y = bp.variable(0.5, "x")
    for _ in range(2000):
        y = bp.tanh(y)
    assert len(str(bp.record(y)).splitlines()) == 203
