import io

import numpy as np
import pytest
from IPython.core.interactiveshell import InteractiveShell
from matplotlib.image import imread

from backprop_lab.lessons.points import two_moons, xor
from backprop_lab.lessons.training import train
from backprop_lab.lessons.watching import Live, View, replay

pytestmark = pytest.mark.slow


def predict(w, X):
    return 1 / (1 + np.exp(-w * X[:1]))


def step(w):
    return w + 1, 1 / (1 + w)


def pixels(png):
    return imread(io.BytesIO(png))


@pytest.fixture
def published(monkeypatch):
    """Return what is published in a notebook that is only pretended."""
    published = []

    class Publisher:
        def publish(self, data, metadata=None, *, transient=None, update=False, **_):
            published.append((transient["display_id"], update, data, metadata))

    class Shell:
        display_pub = Publisher()

    monkeypatch.setattr(InteractiveShell, "initialized", classmethod(lambda _: True))
    monkeypatch.setattr(InteractiveShell, "instance", classmethod(lambda _: Shell()))
    return published


def test_every_frame_has_the_same_size():
    run = train(0.0, step, 20)
    view = View(two_moons(), predict)
    shapes = {pixels(view.png(run, at)).shape for at in (0, 5, -1)}
    assert len(shapes) == 1


def test_a_frame_depends_only_on_its_moment():
    run = train(0.0, step, 20)
    view = View(two_moons(), predict)
    first, last, again = (pixels(view.png(run, at)) for at in (0, -1, 0))
    assert not np.array_equal(first, last)
    assert np.array_equal(first, again)


def test_a_frame_does_not_depend_on_what_was_drawn_before():
    view = View(two_moons(), predict)
    view.png(train(0.0, lambda w: (w + 1, 9.0 + w), 5))
    run = train(0.0, step, 20)
    fresh = View(two_moons(), predict)
    assert np.array_equal(pixels(view.png(run)), pixels(fresh.png(run)))


def test_a_training_without_a_loss_can_be_drawn():
    def interrupted(w):
        raise KeyboardInterrupt

    run = train(0.0, interrupted, 20)
    assert pixels(View(xor(), predict).png(run)).size


def test_a_live_training_is_drawn_in_place(published):
    train(0.0, step, 3, watch=Live(xor(), predict))
    bar, picture, *later = published
    assert not bar[1] and not picture[1]
    assert later
    assert all(update for _, update, _, _ in later)
    assert {name for name, *_ in later} == {bar[0], picture[0]}


def test_a_live_training_tells_its_progress_in_words_and_as_a_bar(published):
    train(0.0, step, 3, watch=Live(xor(), predict))
    texts = [data for *_, data, _ in published if "text/html" in data]
    assert 'value="0" max="3"' in texts[0]["text/html"]
    assert 'value="3" max="3"' in texts[-1]["text/html"]
    assert texts[-1]["text/plain"].startswith("3 of 3 steps")


def test_a_second_training_gets_an_output_of_its_own(published):
    live = Live(xor(), predict)
    train(0.0, step, 3, watch=live)
    train(0.0, step, 3, watch=live)
    assert len({name for name, *_ in published}) == 4


def test_outside_of_a_notebook_nothing_is_shown(capsys):
    train(0.0, step, 3, watch=Live(xor(), predict))
    assert capsys.readouterr().out == ""


def test_the_slider_of_a_replay_changes_the_picture():
    run = train(0.0, step, 20)
    player, picture = replay(run, two_moons(), predict).children
    _, slider = player.children
    first = picture.value
    slider.value = len(run.snapshots) - 1
    assert picture.value != first
    slider.value = 0
    assert picture.value == first


def test_a_replay_has_a_moment_for_each_snapshot():
    run = train(0.0, step, 20)
    player, _ = replay(run, xor(), predict).children
    assert all(control.max == len(run.snapshots) - 1 for control in player.children)
