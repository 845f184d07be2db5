"""What can go wrong, one class for each kind of mistake.

Every message says three things: what was wrong (names, values, shapes), what was
expected, and what to write instead.

    LabError                 every error that this package raises on purpose
    ├── InputError           a value that is no number or array of numbers
    ├── ShapeError           shapes that do not fit together
    ├── IndexingError        an entry that an array does not have
    ├── GraphError           a question that this graph cannot answer
    ├── LayoutError          Graphviz could not lay the picture out
    ├── ExportError          a picture that cannot be written in this format
    └── FolderError          a folder that cannot hold the notebooks

In PyTorch and JAX these are `TypeError`, `RuntimeError` and `ValueError`; ours are also
`ValueError` or `TypeError`, so that ordinary `except` clauses work.
"""


class LabError(Exception):
    """Any mistake that `backprop_lab` explains."""


class InputError(LabError, TypeError):
    """A value cannot become an array of real numbers."""


class ShapeError(LabError, ValueError):
    """Shapes do not fit together."""


class IndexingError(LabError, IndexError):
    """An array has no entry at this index."""


class GraphError(LabError, ValueError):
    """A graph, or a node in it, cannot answer the question."""


class LayoutError(LabError, RuntimeError):
    """Graphviz is missing or could not lay out a graph."""


class ExportError(LabError, RuntimeError):
    """A picture cannot be written in the format that was asked for."""


class FolderError(LabError, OSError):
    """A folder cannot hold the learner's notebooks."""
