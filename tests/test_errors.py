import inspect

import pytest

from backprop_lab import errors
from backprop_lab.errors import LabError

KINDS = [kind for kind in vars(errors).values() if inspect.isclass(kind)]


@pytest.mark.parametrize("kind", KINDS)
def test_every_error_of_ours_is_caught_as_a_lab_error(kind):
    assert issubclass(kind, LabError)


@pytest.mark.parametrize(
    ("kind", "pythons"),
    [
        (errors.InputError, TypeError),
        (errors.ShapeError, ValueError),
        (errors.IndexingError, IndexError),
        (errors.GraphError, ValueError),
        (errors.LayoutError, RuntimeError),
        (errors.ExportError, RuntimeError),
        (errors.FolderError, OSError),
        (errors.ExerciseError, ValueError),
        (errors.SubmissionError, ValueError),
        (errors.EditionError, ValueError),
        (errors.TableError, ValueError),
        (errors.KernelError, RuntimeError),
    ],
)
def test_an_error_is_also_the_one_that_python_would_raise(kind, pythons):
    assert issubclass(kind, pythons)


def test_the_family_tree_in_the_docstring_is_complete():
    assert all(kind.__name__ in errors.__doc__ for kind in KINDS)
