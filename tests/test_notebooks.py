import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbformat import read, v4, write

from backprop_lab.errors import FolderError
from backprop_lab.notebooks import (
    RECORD,
    Delivery,
    deliver,
    fingerprint,
    first_notebook,
    installed_notebooks,
)

NAME = "01_graph.ipynb"
BESIDE = "01_graph.new.ipynb"


def put(path, source, outputs=()):
    """Write a notebook of one code cell."""
    path.parent.mkdir(parents=True, exist_ok=True)
    cell = v4.new_code_cell(source, outputs=list(outputs), id="one")
    write(v4.new_notebook(cells=[cell]), path)


def source_of(path):
    return read(path, as_version=4).cells[0].source


@pytest.fixture
def source(tmp_path):
    put(tmp_path / "package" / NAME, "version 1")
    return tmp_path / "package"


@pytest.fixture
def folder(tmp_path, source):
    """A learner's folder after a first delivery."""
    deliver(source, tmp_path / "mine")
    return tmp_path / "mine"


def test_the_first_delivery_makes_the_folder_and_copies_everything(source, tmp_path):
    (source / "data").mkdir()
    (source / "data" / "points.csv").write_text("1,2\n")
    delivery = deliver(source, tmp_path / "a" / "b")
    assert delivery == Delivery((NAME, "data/points.csv"), (), ())
    assert (tmp_path / "a" / "b" / "data" / "points.csv").read_text() == "1,2\n"


def test_a_second_delivery_of_the_same_does_nothing(source, folder):
    before = (folder / NAME).stat().st_mtime_ns
    assert deliver(source, folder) == Delivery((), (), ())
    assert (folder / NAME).stat().st_mtime_ns == before


def test_assignments_and_hidden_files_are_not_for_learners(source, tmp_path):
    put(source / "coursework" / "a1.ipynb", "the solution")
    put(source / ".ipynb_checkpoints" / "01-checkpoint.ipynb", "old")
    assert deliver(source, tmp_path / "mine").new == (NAME,)


def test_a_file_that_was_not_changed_is_updated(source, folder):
    put(source / NAME, "version 2")
    assert deliver(source, folder) == Delivery((), (NAME,), ())
    assert source_of(folder / NAME) == "version 2"


def test_a_notebook_that_was_only_run_counts_as_not_changed(source, folder):
    outputs = [v4.new_output("stream", text="42")]
    put(folder / NAME, "version 1", outputs)
    put(source / NAME, "version 2")
    assert deliver(source, folder).updated == (NAME,)


def test_what_the_learner_changed_is_left_alone(source, folder):
    put(folder / NAME, "my answer")
    assert deliver(source, folder) == Delivery((), (), ())
    assert source_of(folder / NAME) == "my answer"


def test_a_newer_version_is_put_beside_what_the_learner_changed(source, folder):
    put(folder / NAME, "my answer")
    put(source / NAME, "version 2")
    assert deliver(source, folder) == Delivery((), (), (BESIDE,))
    assert source_of(folder / NAME) == "my answer"
    assert source_of(folder / BESIDE) == "version 2"


def test_it_is_put_beside_once_and_renewed_with_the_next_version(source, folder):
    put(folder / NAME, "my answer")
    put(source / NAME, "version 2")
    deliver(source, folder)
    assert deliver(source, folder) == Delivery((), (), ())
    put(source / NAME, "version 3")
    assert deliver(source, folder) == Delivery((), (), (BESIDE,))
    assert source_of(folder / BESIDE) == "version 3"


def test_a_version_that_was_thrown_away_does_not_come_back(source, folder):
    put(folder / NAME, "my answer")
    put(source / NAME, "version 2")
    deliver(source, folder)
    (folder / BESIDE).unlink()
    assert deliver(source, folder) == Delivery((), (), ())
    assert not (folder / BESIDE).exists()


def test_a_deleted_notebook_comes_back_fresh(source, folder):
    (folder / NAME).unlink()
    assert deliver(source, folder).new == (NAME,)


@pytest.mark.parametrize("record", ["", "[]", "no JSON", None])
def test_without_a_record_nothing_is_overwritten(source, folder, record):
    if record is None:
        (folder / RECORD).unlink()
    else:
        (folder / RECORD).write_text(record)
    put(source / NAME, "version 2")
    assert deliver(source, folder) == Delivery((), (), (BESIDE,))
    assert source_of(folder / NAME) == "version 1"


def test_a_notebook_that_is_broken_counts_as_changed(source, folder):
    (folder / NAME).write_text("<<<<<<< not JSON")
    put(source / NAME, "version 2")
    assert deliver(source, folder).beside == (BESIDE,)
    assert (folder / NAME).read_text() == "<<<<<<< not JSON"


MOVES = st.lists(st.sampled_from(["edit", "run", "delete", "release", "deliver"]))


@given(moves=MOVES)
def test_no_text_of_the_learner_is_ever_lost(tmp_path_factory, moves):
    tmp_path = tmp_path_factory.mktemp("lab")
    source, folder = tmp_path / "package", tmp_path / "mine"
    put(source / NAME, "version 0")
    deliver(source, folder)
    for count, move in enumerate([*moves, "deliver"], start=1):
        mine = folder / NAME
        written = source_of(mine) if mine.exists() else ""
        if move == "edit":
            put(mine, f"answer {count}")
        elif move == "run" and mine.exists():
            put(mine, written, [v4.new_output("stream", text=str(count))])
        elif move == "delete":
            mine.unlink(missing_ok=True)
        elif move == "release":
            put(source / NAME, f"version {count}")
        elif move == "deliver":
            deliver(source, folder)
            newest, kept = source_of(source / NAME), source_of(mine)
            assert kept == (written if written.startswith("answer") else newest)


def test_the_sources_own_folder_is_left_as_it_is(source):
    assert deliver(source, source) == Delivery((), (), ())
    assert sorted(path.name for path in source.iterdir()) == [NAME]


@pytest.mark.parametrize(
    ("place", "reason"), [("file", "it is a file"), ("file/deeper", "Not a directory")]
)
def test_a_folder_that_cannot_be_is_explained(source, tmp_path, place, reason):
    (tmp_path / "file").write_text("")
    with pytest.raises(FolderError) as raised:
        deliver(source, tmp_path / place)
    assert str(raised.value) == (
        f"The notebooks cannot be put into {tmp_path / place}: {reason}. "
        "Name a folder of your own: backprop-lab lab FOLDER"
    )


def test_a_fingerprint_sees_source_and_kind_but_no_output(tmp_path):
    plain, run, split, other = (tmp_path / f"{i}.ipynb" for i in range(4))
    put(plain, "a = 1\nb = 2")
    put(run, "a = 1\nb = 2", [v4.new_output("stream", text="1")])
    put(other, "a = 1\nb = 3")
    notebook = json.loads(plain.read_text())
    notebook["cells"][0]["source"] = ["a = 1\n", "b = 2"]
    split.write_text(json.dumps(notebook))
    assert fingerprint(plain) == fingerprint(run) == fingerprint(split)
    assert fingerprint(plain) != fingerprint(other)


def test_the_first_notebook_is_the_first_by_name(tmp_path):
    assert first_notebook(tmp_path) is None
    put(tmp_path / "02_neuron.ipynb", "")
    put(tmp_path / "01_graph.ipynb", "")
    assert first_notebook(tmp_path) == "01_graph.ipynb"


def test_the_notebooks_come_with_the_package():
    assert first_notebook(installed_notebooks())
