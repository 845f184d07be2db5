"""JavaScript writes numbers exactly as Python does; Python makes the list.

python -m tests.words.test_numbers_in_javascript writes it again.
"""

import json
import math
import random
import struct
from pathlib import Path

from backprop_lab.words.numbers import number

LIST = Path(__file__).parents[1] / "js" / "numbers.json"


def awkward_numbers():
    """Return numbers at which two ways of rounding could part."""
    draw = random.Random(7)
    halves = [k / 32 + whole for k in range(1, 32, 2) for whole in (0, 1, 17)]
    edges = [1e-3, 9.9999e-4, 9999.99999, 1e4, 12345.678, 999999.0, 1e6, 1e6 + 0.5]
    spread = [draw.uniform(-1, 1) * 10.0 ** draw.randint(-12, 12) for _ in range(200)]
    special = [0.0, -0.0, 5e-324, 1.7e308, math.inf, -math.inf, math.nan]
    wholes = [float(k) for k in (-12, 1, 7)]
    found = [*halves, *edges, *spread, *special, *wholes]
    return found + [-value for value in halves]


def listed():
    pairs = [[struct.pack(">d", x).hex(), number(x)] for x in awkward_numbers()]
    return json.dumps(pairs, ensure_ascii=False, indent=0) + "\n"


def test_the_list_that_javascript_is_tested_with_is_up_to_date():
    assert LIST.read_text(encoding="utf-8") == listed()


if __name__ == "__main__":
    LIST.write_text(listed(), encoding="utf-8")
