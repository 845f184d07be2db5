"""One notebook in one kernel: cells are run, functions are asked, numbers come back.

In come the code cells of a submission and, for each question, the cases to ask. Out
come the outputs of each cell and the replies to each case, whatever the code does:
loops, exits, floods, eats memory. Every cell and every case has a deadline.

A kernel may die later than the code that ends it, so what runs at that moment is not
to blame. Therefore a run in which a kernel died counts for nothing: all is run once
more, with a pause after each cell and each question in which to die. What does not
survive its pause, twice, is left out, and the rest goes on in a new kernel. So the same
notebook gives the same results, however busy the machine is.

The learner's process gets the inputs of the cases and nothing else. What it sends back
is data: it is parsed, never executed, and judged in this process.
"""

import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path
from queue import Empty
from threading import Event
from typing import Any, Literal, TypeAlias, TypeVar

import zmq
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.channels import ZMQSocketChannel

from backprop_lab.coursework import processes
from backprop_lab.coursework.answers import Reply, reply_from_json, to_json
from backprop_lab.coursework.exercises import Case
from backprop_lab.errors import KernelError

Output: TypeAlias = dict[str, Any]
Message: TypeAlias = dict[str, Any]
End: TypeAlias = Literal["ok", "error", "timeout", "died"]
T = TypeVar("T")

OUTPUT_LIMIT = 100_000  # characters of one cell
_MESSAGE_LIMIT = 20 * 2**20  # bytes; what is larger is cut off by the socket
_START_SECONDS = 60.0
_GRACE_SECONDS = 2.0  # for an interrupted cell to stop
_PAUSE_SECONDS = 0.5  # for a kernel to die of what it has just done
_TRIES = 2  # for a step that a kernel seems to die of
# What a notebook stores of each kind of output.
_STORED = {
    "stream": ("name", "text"),
    "error": ("ename", "evalue", "traceback"),
    "display_data": ("data", "metadata"),
    "execute_result": ("data", "metadata", "execution_count"),
}


class StoppedError(RuntimeError):
    """The grader was told to stop."""


class _DiedError(RuntimeError):
    """A kernel has died, and it is not clear of what."""


@dataclass(frozen=True)
class Limits:
    """What a submission may use.

    Attributes:
        seconds: The deadline of one cell, and of one case of a question; a run has
            ten times that.
        sandbox: "bwrap" runs the kernel without network, on a read-only disk.
        hidden: Folders and files that a sandboxed kernel cannot see.
    """

    seconds: float = 20.0
    sandbox: Literal["none", "bwrap"] = "none"
    hidden: tuple[Path, ...] = ()


@dataclass(frozen=True)
class Probe:
    """What to ask about one question: the learner's name for it, and the cases.

    The cases are None where the answer is a number.
    """

    question: str
    name: str
    cases: Sequence[Case | None]
    parts: int


@dataclass(frozen=True)
class Run:
    """What happened.

    Attributes:
        cells: For each code cell how it ended, and its outputs; none if it did not
            come to its end, for how far it came is chance.
        answers: For each question how asking it ended, and the replies; none if one
            case went wrong.
    """

    cells: list[tuple[End, list[Output]]]
    answers: dict[str, tuple[End, list[Reply]]]


def run(
    cells: Sequence[str],
    probes: Sequence[Probe],
    environment: Mapping[str, str],
    limits: Limits,
    stop: Event,
) -> Run:
    """Return what the cells print and what the questions are answered.

    Args:
        cells: The sources of the code cells, in order.
        probes: The questions to ask when all cells have run.
        environment: Variables that the kernel sees besides the usual few.
        limits: Deadlines, and the sandbox.
        stop: Set to end the run early.

    Raises:
        KernelError: No kernel started.
        StoppedError: The run was ended early.
    """

    def attempt(careful: bool) -> Run:
        with closing(_Session(environment, limits, stop, careful)) as session:
            ran = [session.run_cell(source) for source in cells]
            answers = {probe.question: session.ask(probe) for probe in probes}
            session.finish()
            return Run(ran, answers)

    try:
        return attempt(careful=False)
    except _DiedError:
        return attempt(careful=True)


class _Session:
    """A kernel that is started again when need be, with all that it had run.

    A careful session pauses after each step, to see what a kernel dies of; any other
    gives up when one has died.
    """

    def __init__(
        self,
        environment: Mapping[str, str],
        limits: Limits,
        stop: Event,
        careful: bool,
    ) -> None:
        self._environment = environment
        self._limits = limits
        self._stop = stop
        self._careful = careful
        self._deadline = time.monotonic() + 10 * limits.seconds
        self._replay: list[str] = []  # the cells that ended, to run again
        self._kernel: _Kernel | None = None

    def run_cell(self, source: str) -> tuple[End, list[Output]]:
        """Run a cell; one that does not end is left out of any later restart.

        Raises:
            _DiedError: The kernel has died, and no pause tells of what.
        """
        end, outputs = self._step(lambda k: k.execute(source, self._seconds()))
        if end in ("timeout", "died"):
            return end, []
        self._replay.append(source)
        return end, outputs

    def ask(self, probe: Probe) -> tuple[End, list[Reply]]:
        """Return the replies to all cases of a question, none if one case fails.

        Raises:
            _DiedError: The kernel has died, and no pause tells of what.
        """
        return self._step(lambda kernel: self._ask(kernel, probe))

    def finish(self) -> None:
        """Wait for what may still happen by itself, where threads are at work.

        Raises:
            _DiedError: The kernel has died, and no pause tells of what.
        """
        if self._kernel and not self._careful:
            if self._kernel.has_threads():
                self._kernel.pause(_PAUSE_SECONDS)
            self._has_died(self._kernel)

    def close(self) -> None:
        """End the kernel, if there is one."""
        if self._kernel:
            self._kernel.close()
            self._kernel = None

    def _step(
        self, act: Callable[["_Kernel"], tuple[End, list[T]]]
    ) -> tuple[End, list[T]]:
        """Do something in a kernel, again if it dies; dying of it each time is "died".

        It may have been somebody else who ended it once.
        """
        for _ in range(_TRIES):
            if not (kernel := self._living()):
                return "timeout", []
            end, result = act(kernel)
            if not self._has_died(kernel):
                return end, result
        return "died", []

    def _ask(self, kernel: "_Kernel", probe: Probe) -> tuple[End, list[Reply]]:
        replies: list[Reply] = []
        for case in probe.cases:
            if self._seconds() <= 0:
                return "timeout", []
            expression = (
                "__import__('backprop_lab.coursework.answers', fromlist=['probe'])"
                f".probe(globals(), {probe.name!r}, {to_json(case)!r}, "
                f"{probe.parts})"
            )
            end, text = kernel.evaluate(expression, self._seconds())
            if end != "ok":
                return end, []
            try:
                replies.append(reply_from_json(text, probe.parts))
            except ValueError:
                return "error", []
        return "ok", replies

    def _has_died(self, kernel: "_Kernel") -> bool:
        """Return whether a kernel has died of its last step; wait, if need be."""
        if self._careful:
            kernel.pause(_PAUSE_SECONDS)
            self._deadline += _PAUSE_SECONDS
        elif kernel.has_died():
            raise _DiedError
        return kernel.has_died()

    def _seconds(self) -> float:
        return min(self._limits.seconds, self._deadline - time.monotonic())

    def _living(self) -> "_Kernel | None":
        """Return a kernel, a new one if there is no other; None if time is over."""
        if self._seconds() <= 0:
            return None
        if self._kernel and self._kernel.is_alive():
            return self._kernel
        self.close()
        self._kernel = _Kernel(self._environment, self._limits, self._stop)
        for source in self._replay:
            self._kernel.execute(source, self._seconds())
        return self._kernel if self._kernel.is_alive() else None


class _Kernel:
    """A kernel process of its own group, in a folder of its own."""

    def __init__(
        self, environment: Mapping[str, str], limits: Limits, stop: Event
    ) -> None:
        self._stop = stop
        self._ended = False
        self._folder = Path(tempfile.mkdtemp(prefix="lab-")).resolve()
        home = self._folder / "home"
        home.mkdir()
        # Sockets in our own folder: no port is open, and a sandbox needs no network.
        transport = "ipc" if os.name == "posix" else "tcp"
        address = str(self._folder / "k") if transport == "ipc" else "127.0.0.1"
        file = self._folder / "kernel.json"
        self._context = zmq.Context()
        self._context.setsockopt(zmq.MAXMSGSIZE, _MESSAGE_LIMIT)
        self._context.setsockopt(zmq.RECONNECT_IVL, 20)
        self._client = BlockingKernelClient(
            context=self._context,
            connection_file=str(file),
            transport=transport,
            ip=address,
        )
        self._client.write_connection_file()
        caged = limits.sandbox == "bwrap"
        cage = processes.bubblewrap(self._folder, limits.hidden) if caged else ()
        self._process: BaseProcess | None = None
        try:
            self._process = processes.start(file, home, environment, cage)
            self._wait_until_ready()
            self._own_threads = self._threads()
        except BaseException:
            self.close()
            raise

    def is_alive(self) -> bool:
        return self._process is not None and self._process.is_alive()

    def has_died(self) -> bool:
        """Return whether the process is gone and it was not we who ended it."""
        return not self._ended and not self.is_alive()

    def has_threads(self) -> bool:
        """Return whether code may run that nobody waits for; in doubt, it may."""
        return self._threads() != self._own_threads

    def pause(self, seconds: float) -> None:
        """Do nothing but watch whether the kernel lives on; mute, it is dying."""
        self._watch(self._client.iopub_channel, "", seconds, lambda _: False)
        if self.is_alive() and not self._answers(_GRACE_SECONDS):
            self._kill()

    def execute(self, source: str, seconds: float) -> tuple[End, list[Output]]:
        """Run a cell and return how it ended and what it put out."""
        request = self._send(source)
        outputs: list[Output] = []
        room = OUTPUT_LIMIT
        end: End = "ok"

        def see(message: Message) -> bool:
            nonlocal room, end
            kind, content = message["header"]["msg_type"], message["content"]
            if kind == "error":
                end = "error"
            if kind in _STORED:
                stored = {name: content[name] for name in _STORED[kind]}
                room = _add_output(outputs, {"output_type": kind, **stored}, room)
            return bool(kind == "status" and content["execution_state"] == "idle")

        finished = self._follow(self._client.iopub_channel, request, seconds, see)
        if room < 0:
            notice = "\n… more output was left out\n"
            outputs.append({"output_type": "stream", "name": "stderr", "text": notice})
        return (end if finished == "ok" else finished), outputs

    def evaluate(self, expression: str, seconds: float) -> tuple[End, str]:
        """Return the text that an expression gives; "error" if it gives none."""
        request = self._send("", silent=True, reply=expression)
        text = ""

        def see(message: Message) -> bool:
            nonlocal text
            with suppress(KeyError, TypeError, AttributeError, ValueError):
                shown = message["content"]["user_expressions"]["reply"]["data"]
                # The repr of a text of hexadecimal digits: nothing is evaluated here.
                text = bytes.fromhex(shown["text/plain"].strip("'")).decode()
            return True

        end = self._follow(self._client.shell_channel, request, seconds, see)
        return ("error" if end == "ok" and not text else end), text

    def close(self) -> None:
        """Kill the kernel with all that it started, and remove its folder."""
        self._end()
        self._context.destroy(linger=0)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _send(self, source: str, silent: bool = False, **expressions: str) -> str:
        """Ask the kernel to run something; return the id of the request."""
        request = self._client.execute(
            source, silent, not silent, expressions, False, stop_on_error=False
        )
        return str(request)

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline and self.is_alive():
            if self._answers(0.2):
                return
        raise KernelError("the kernel did not start")

    def _answers(self, seconds: float) -> bool:
        """Return whether the kernel answers on the channel of outputs."""
        request = self._send("", silent=True)
        outputs = self._client.iopub_channel
        return self._watch(outputs, request, seconds, lambda _: True) == "ok"

    def _follow(
        self,
        channel: ZMQSocketChannel,
        request: str,
        seconds: float,
        see: Callable[[Message], bool],
    ) -> End:
        """Watch until the last message; then say how it ended.

        When time is up the kernel is interrupted, and killed if that does not help.
        """
        end = self._watch(channel, request, seconds, see)
        if end == "timeout":
            self._client.control_channel.send(
                self._client.session.msg("interrupt_request", {})
            )
            if self._watch(channel, request, _GRACE_SECONDS, see) == "timeout":
                self._end()
        return end

    def _threads(self) -> tuple[End, str]:
        """Return how many threads the kernel says it has."""
        count = "str(len(__import__('sys')._current_frames())).encode().hex()"
        return self.evaluate(count, _GRACE_SECONDS)

    def _end(self) -> None:
        self._ended = True
        self._kill()

    def _kill(self) -> None:
        if self._process:
            processes.end(self._process)

    def _watch(
        self,
        channel: ZMQSocketChannel,
        request: str,
        seconds: float,
        see: Callable[[Message], bool],
    ) -> End:
        """Show every message about a request to `see`, until it says that was the last.

        Returns "died" if the kernel has ended, "timeout" if there was no last one.
        """
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self._stop.is_set():
                raise StoppedError
            try:
                message = channel.get_msg(0.1)
                if message["parent_header"].get("msg_id") == request and see(message):
                    return "ok"
            except Empty:
                if not self.is_alive():
                    return "died"
            except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
                pass  # not signed with our key, or not a message at all
        return "timeout"


def _add_output(outputs: list[Output], output: Output, room: int) -> int:
    """Add an output as far as there is room; return the room that is left."""
    size = len(json.dumps(output, default=str))
    if output["output_type"] == "stream":
        text = output["text"][: max(room, 0)]
        if outputs and outputs[-1].get("name") == output["name"]:
            outputs[-1]["text"] += text
        elif text:
            outputs.append(output | {"text": text})
    elif size <= room:
        outputs.append(output)
    return room - size
