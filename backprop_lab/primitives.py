"""The old address of the table, which notebooks handed out before 0.2 name.

Learners' copies are never overwritten, so what they import stays importable.
"""

from backprop_lab.engine.primitives import sigmoid
from backprop_lab.engine.table import TABLE

__all__ = ["TABLE", "sigmoid"]
