import backprop_lab as bp
from backprop_lab.lessons.not_finite import first_not_finite


def test_finite_passes_have_no_such_step():
    assert first_not_finite(bp.record(bp.exp(bp.variable(1.0)))) is None


def test_the_first_value_that_overflows_is_found():
    x = bp.variable(1000.0, "x")
    tape = bp.record(1 / bp.exp(x))
    step = first_not_finite(tape)
    assert (
        bp.draw(tape, step=step)
        .picture.steps[step]
        .wording.sentence.endswith("This is not finite.")
    )
    assert tape.steps[step - 1].node.operation.name == "exp"


def test_a_gradient_may_be_the_first_to_fail():
    x = bp.variable(0.0, "x")
    tape = bp.record(bp.sqrt(x))
    assert first_not_finite(tape) == len(tape.forward) + 2
