"""What can go wrong, one class for each kind of mistake.

Every message says three things: what was wrong (names, values, shapes), what was
expected, and what to write instead.

    LabError                 every error that this package raises on purpose
    ├── InputError           a value that is no number or array of numbers
    ├── ShapeError           shapes that do not fit together
    ├── IndexingError        an entry that an array does not have
    ├── UnknownNameError     a name that other libraries have, and this one has not
    ├── FrozenError          a change of what may have been recorded already
    ├── GraphError           a question that this graph cannot answer
    ├── LayoutError          Graphviz could not lay the picture out
    ├── ExportError          a picture that cannot be written in this format
    ├── FolderError          a folder that cannot hold the notebooks
    ├── ExerciseError        an exercise or an assignment that does not hold together
    ├── SubmissionError      what was handed in cannot be read, or told apart
    ├── EditionError         notebooks and salt that do not belong together
    ├── TableError           a roster or a list of marks that cannot be understood
    └── KernelError          a kernel, or the sandbox around it, that cannot start

In PyTorch and JAX these are `TypeError`, `RuntimeError` and `ValueError`; ours are also
`ValueError` or `TypeError`, so that ordinary `except` clauses work.
"""

import dataclasses


class LabError(Exception):
    """Any mistake that `backprop_lab` explains."""


class InputError(LabError, TypeError):
    """A value cannot become an array of real numbers."""


class ShapeError(LabError, ValueError):
    """Shapes do not fit together."""


class IndexingError(LabError, IndexError):
    """An array has no entry at this index."""


class UnknownNameError(LabError, AttributeError):
    """A node, a tape or the package has no such name."""


class FrozenError(LabError, dataclasses.FrozenInstanceError):
    """What may have been recorded already cannot be changed."""


class GraphError(LabError, ValueError):
    """A graph, or a node in it, cannot answer the question."""


class LayoutError(LabError, RuntimeError):
    """Graphviz is missing or could not lay out a graph."""


class ExportError(LabError, RuntimeError):
    """A picture cannot be written in the format that was asked for."""


class FolderError(LabError, OSError):
    """A folder cannot hold the learner's notebooks."""


class ExerciseError(LabError, ValueError):
    """An exercise or an assignment does not exist, or does not hold together."""


class SubmissionError(LabError, ValueError):
    """What was handed in cannot be read, or it is not clear whose it is."""


class EditionError(LabError, ValueError):
    """Notebooks were released with another salt than the one that is given."""


class TableError(LabError, ValueError):
    """A roster or a list of marks cannot be understood."""


class KernelError(LabError, RuntimeError):
    """A kernel, or the sandbox around it, cannot start."""
