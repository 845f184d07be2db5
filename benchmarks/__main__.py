"""Measure generated code beside hand-written code and the peers; print the ratios."""

import importlib.metadata
import itertools
import platform
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

import backprop_lab as bp
from benchmarks import by_hand
from benchmarks.peers import NEURONS
from benchmarks.timing import compare, duration, table

NEURON = {"w": 0.5, "b": -0.2, "x": 1.5, "y": 1.0}
PEERS = ("autograd", "jax", "micrograd", "mygrad", "torch")


def neuron() -> bp.Node:
    w = bp.variable(NEURON["w"])
    b = bp.variable(NEURON["b"])
    x = bp.constant(NEURON["x"])
    y = bp.constant(NEURON["y"])
    L = bp.squared_error(bp.sigmoid(w * x + b), y)
    return L


def small_network(numbers: Mapping[str, float]) -> bp.Node:
    """Return the loss of a 2-8-1 network, unit by unit."""
    constants = ("x1", "x2", "y")
    node = {
        name: (bp.constant if name in constants else bp.variable)(value, name)
        for name, value in numbers.items()
    }
    y_hat = None
    for unit in range(1, 9):
        u, v, b, c = (node[f"{letter}{unit}"] for letter in "uvbc")
        part = c * bp.tanh(u * node["x1"] + v * node["x2"] + b)
        y_hat = part if y_hat is None else y_hat + part
    return bp.squared_error(y_hat + node["d"], node["y"])


def large_network(arrays: Mapping[str, np.ndarray]) -> bp.Node:
    """Return the loss of a 784-128-10 network for a batch of 64."""
    W1, b1, W2, b2 = (bp.variable(arrays[name], name) for name in list(arrays)[:4])
    X, T = (bp.constant(arrays[name], name) for name in ("X", "T"))
    h = bp.tanh(X @ W1 + b1)
    return bp.cross_entropy(h @ W2 + b2, T) / len(arrays["X"])


def same(first: Any, second: Any) -> bool:
    """Return whether two results, value and gradients, agree to ten digits."""
    (value, gradients), (other, others) = first, second
    pairs = [(value, other), *((gradients[name], others[name]) for name in others)]
    return all(
        np.allclose(_numbers(a), _numbers(b), rtol=1e-10, atol=1e-14) for a, b in pairs
    )


def _numbers(result: Any) -> np.ndarray:
    # PyTorch's value still hangs on its graph.
    detached = result.detach() if hasattr(result, "detach") else result
    return np.asarray(detached, dtype=float)


def measure(title: str, contenders: dict[str, Callable[[], Any]], asked: str) -> None:
    """Check that all contenders compute the same, then time and print them."""
    first, *others = (call() for call in contenders.values())
    for name, result in zip(list(contenders)[1:], others, strict=True):
        if not same(result, first):
            raise SystemExit(f"{title}: {name} computes something else.")
    print(f"\n{title}\n  asked: {asked}\n{table(compare(contenders))}", flush=True)


def recorded(L: bp.Node) -> tuple[Any, dict[str, Any]]:
    """Return the value and all gradients, as a learner gets them: from a tape."""
    tape = bp.record(L)
    return L.value, {n.name: tape.gradient(n) for n in tape.graph.variables}


def measure_neuron() -> None:
    program = bp.compiled(neuron())
    values = tuple(NEURON.values())
    contenders: dict[str, Callable[[], Any]] = {
        "by hand": lambda: by_hand.neuron(*values),
        "by hand, in short": lambda: by_hand.neuron_in_short(*values),
        "program.function": lambda: program.function(*values),
        "program": lambda: program(**NEURON),
        "built and recorded anew": lambda: recorded(neuron()),
    }
    for name, peer in NEURONS.items():
        try:
            contenders[name] = peer(**NEURON)
        except ImportError:
            print(f"{name} is left out: it is not installed.")
    measure(
        "Single neuron, floats: value, dL/dw and dL/db",
        contenders,
        "program.function within 1.2 of by hand, and faster than every peer",
    )


def measure_small_network() -> None:
    random = np.random.default_rng(0)
    names = [f"{letter}{unit}" for letter in "uvbc" for unit in range(1, 9)]
    numbers = {name: float(random.normal()) for name in [*names, "d", "x1", "x2", "y"]}
    program = bp.compiled(small_network(numbers))
    values = [numbers[name] for name in program.inputs]
    in_lists = [
        [numbers[f"{letter}{unit}"] for unit in range(1, 9)] for letter in "uvbc"
    ]
    rest = [numbers[name] for name in ("d", "x1", "x2", "y")]
    by_lists = by_hand.small_network_in_loops(*in_lists, *rest)
    if not np.isclose(by_lists[0], program(**numbers)[0], rtol=1e-12):
        raise SystemExit("2-8-1 network: the loops compute something else.")
    ordered = [numbers[name] for name in [*names, "d", "x1", "x2", "y"]]
    contenders = {
        "by hand, a line for each unit": lambda: by_hand.small_network(*ordered),
        "program.function": lambda: program.function(*values),
        "program": lambda: program(**numbers),
    }
    measure(
        "2-8-1 network, floats", contenders, "program.function within 1.2 of by hand"
    )
    loops = {
        "by hand, with lists": lambda: by_hand.small_network_in_loops(*in_lists, *rest),
        "program.function": lambda: program.function(*values),
    }
    print(table(compare(loops)))


def measure_large_network() -> None:
    random = np.random.default_rng(0)
    arrays = {
        "W1": random.normal(size=(784, 128)) / 28,
        "b1": np.zeros(128),
        "W2": random.normal(size=(128, 10)) / 11,
        "b2": np.zeros(10),
        "X": random.uniform(size=(64, 784)),
        "T": np.eye(10)[random.integers(10, size=64)],
    }
    program = bp.compiled(large_network(arrays))
    measure(
        "784-128-10 network, batch of 64, NumPy",
        {
            "by hand": lambda: by_hand.large_network(**arrays),
            "program.function": lambda: program.function(**arrays),
            "program": lambda: program(**arrays),
        },
        "program within 1.2 of by hand",
    )


def layers(value: Callable[[float], Any], relu: Callable[[Any], Any]) -> Any:
    """Return the inputs and the loss of a 2-24-28-1 network of single numbers.

    The same lines build micrograd's graph and ours. The inputs are its parameters and
    what is fed to it; micrograd computes the gradients of both.
    """
    random = np.random.default_rng(0)
    parameters = []

    def parameter() -> Any:
        parameters.append(value(float(random.normal() / 3)))
        return parameters[-1]

    outputs = [parameter(), parameter()]
    for size in (24, 28, 1):
        inputs, outputs = outputs, []
        for _ in range(size):
            weighted = parameter()
            for entry in inputs:
                weighted = weighted + parameter() * entry
            outputs.append(relu(weighted) if size > 1 else weighted)
    return parameters, (outputs[0] - 1.0) ** 2


def measure_against_micrograd() -> None:
    try:
        from micrograd.engine import Value
    except ImportError:
        print("\nmicrograd is left out: it is not installed.")
        return

    def by_micrograd() -> Any:
        parameters, L = layers(Value, Value.relu)
        L.backward()
        return L.data, {f"p{i}": p.grad for i, p in enumerate(parameters)}

    def build() -> bp.Node:
        names = (f"p{position}" for position in itertools.count())
        _, L = layers(lambda number: bp.variable(number, next(names)), bp.relu)
        return L

    L = build()
    tape = bp.record(L)
    program = bp.compiled(L)
    inputs = {node.name: node.value.item() for node in tape.graph.variables}
    values = [inputs[name] for name in program.inputs]
    measure(
        f"2-24-28-1 network of single numbers, {len(tape.graph.nodes):,} nodes",
        {
            "program.function": lambda: program.function(*values),
            "program": lambda: program(**inputs),
            "built and recorded anew": lambda: recorded(build()),
            "micrograd": by_micrograd,
        },
        "micrograd at least 30",
    )
    start = time.perf_counter()
    bp.compiled(L)
    print(f"  compiled once, in {duration(time.perf_counter() - start)}")


def chain(nodes: int) -> bp.Node:
    """Return the last of some nodes, each computed from the one before and an input."""
    x = bp.variable(0.5, "x")
    last = x
    for step in range(nodes - 1):
        last = bp.tanh(last) if step % 2 else last * x
    return last


def measure_recording() -> None:
    sizes = (10, 100, 1_000, 10_000)

    def work(size: int) -> Callable[[], Any]:
        return lambda: bp.record(chain(size))

    print("\nBuilding and recording a graph\n  asked: linear growth (10, 100, 1000)")
    print_growth({size: work(size) for size in sizes})


def print_growth(works: dict[int, Callable[[], Any]]) -> None:
    """Time works on graphs of some numbers of nodes; print the time a node as well."""
    measured = compare({f"{size:,} nodes": work for size, work in works.items()})
    print(table(measured))
    for size, found in zip(works, measured.values(), strict=True):
        print(
            f"  {size:>6,} nodes: {duration(found.seconds / size)} a node", flush=True
        )


def layered(layers: int, units: int) -> bp.Node:
    """Return the last of 3 · units nodes in each layer, which is a group."""
    last = bp.variable(0.5, "x")
    for layer in range(layers):
        with bp.group(f"layer {layer + 1}"):
            for _ in range(units):
                last = bp.tanh(last * bp.variable(0.9, "w"))
    return last


def measure_drawing() -> None:
    def work(layers: int, units: int, **settings: Any) -> Callable[[], Any]:
        tape = bp.record(layered(layers, units))
        return lambda: bp.draw(tape, **settings).svg

    print("\nDrawing all nodes of a graph\n  asked: linear growth (10, 100)")
    print_growth({10: work(1, 3, closed=()), 100: work(3, 11, closed=()),
                  1_000: work(9, 37, closed=())})  # fmt: skip
    print("\nDrawing 10,000 nodes as their groups\n  asked: under 1 s")
    print(table(compare({"10 groups": work(10, 333)})))


def measure_landscape() -> None:
    program = bp.compiled(neuron())
    w, b = np.linspace(-3, 3, 200)[:, None], np.linspace(-3, 3, 200)
    measured = compare({"program.over": lambda: program.over(w=w, b=b)})
    print("\nLoss landscape of the single neuron, 200 × 200\n  asked: under 0.5 s")
    print(table(measured))


def versions() -> str:
    found = []
    for name in ("numpy", *PEERS):
        try:
            found.append(f"{name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            continue
    return ", ".join(found)


def main() -> None:
    print(f"Python {platform.python_version()}, {platform.machine()}, {versions()}")
    print("Medians over interleaved rounds; ratios are to the first line of a table.")
    print("Times are processor time of the calling thread.")
    measure_neuron()
    measure_small_network()
    measure_large_network()
    measure_against_micrograd()
    measure_recording()
    measure_drawing()
    measure_landscape()


if __name__ == "__main__":
    sys.exit(main())
