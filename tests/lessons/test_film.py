import io

import numpy as np
import pytest
from matplotlib.image import imread

from backprop_lab.lessons.film import Film


@pytest.fixture
def film():
    film = Film((4.0, 3.0))
    film.figure.subplots().set(xlim=(0, 1), ylim=(0, 1))
    return film


def dot_on(film):
    (dot,) = film.figure.axes[0].plot([0.5], [0.5], "o")
    return dot


def pixels(png):
    return imread(io.BytesIO(png))


def test_what_moves_leaves_no_trace(film):
    dot = dot_on(film)
    film.keep_all_but([dot])
    first = pixels(film.png([dot]))
    dot.set_data([0.2], [0.8])
    moved = pixels(film.png([dot]))
    dot.set_data([0.5], [0.5])
    assert not np.array_equal(first, moved)
    assert np.array_equal(first, pixels(film.png([dot])))


def test_a_frame_is_the_figure_drawn_whole(film):
    dot = dot_on(film)
    film.keep_all_but([dot])
    frame = pixels(film.png([dot]))
    dot.set_animated(False)
    whole = io.BytesIO()
    film.figure.savefig(whole, format="png")
    np.testing.assert_allclose(frame, pixels(whole.getvalue()), atol=1 / 255)


def test_what_stays_can_be_drawn_anew(film):
    dot = dot_on(film)
    film.keep_all_but([dot])
    before = pixels(film.png([dot]))
    film.figure.axes[0].set(xlim=(0, 10))
    assert np.array_equal(before[:, -50:], pixels(film.png([dot]))[:, -50:])
    film.keep_all_but([dot])
    assert not np.array_equal(before, pixels(film.png([dot])))


def test_a_frame_has_the_size_that_was_asked_for(film):
    film.keep_all_but([])
    assert film.shown == {"width": 384, "height": 288}
    assert pixels(film.png([])).shape[:2] == (432, 576)
