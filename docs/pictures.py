"""Draw the pictures that the README shows: `python docs/pictures.py`."""

from pathlib import Path

import backprop_lab as bp

FOLDER = Path(__file__).parent


def single_neuron() -> bp.Still:
    """Return the single neuron, half-way through its backward pass."""
    x, w = bp.variable(1.0), bp.variable(0.5)
    b, y = bp.variable(0.0), bp.constant(1.0)
    z = w * x + b
    y_hat = bp.sigmoid(z)
    L = bp.squared_error(y_hat, y)
    return bp.draw(L, step=15)


PICTURES = {"single-neuron.svg": single_neuron}

if __name__ == "__main__":
    for name, picture in PICTURES.items():
        print(picture().save(FOLDER / name))
