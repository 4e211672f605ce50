"""The environment server (`aicchain env serve`) as a child process, and the frames that go over its pipes.

One frame each way per vector step. The layout of every array is told by the server in its welcome
(src/trainer/bridge/protocol.ts); numpy maps them as they lie in the bytes received.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import signal
import struct
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

PROTOCOL = 1
ERROR, HELLO, RESET, STEP, ROWS = range(5)
ROWS_HEADER_BYTES = 8
HEADER = struct.Struct("<II")
LONGEST_FRAME_BYTES = 2**31
PIPE_BYTES = 2**20
SECONDS_TO_END = 5
DTYPES = {"f64": "<f8", "i32": "<i4", "i16": "<i2", "u8": "u1"}


class AICChainError(RuntimeError):
    """What the environment server refused, or how it ended. `code` is for programs, `hint` is what to do next."""

    def __init__(self, code: str, message: str, hint: str | None = None):
        super().__init__(message if hint is None else f"{message}\n  {hint}")
        self.code = code
        self.hint = hint


def command_line() -> list[str]:
    """How the server is started: $AICCHAIN (a command line), else `aicchain` on PATH, else this repository's own."""
    if told := os.environ.get("AICCHAIN"):
        return shlex.split(told)
    if found := shutil.which("aicchain"):
        return [found]
    script = Path(__file__).resolve().parents[2] / "bin" / "aicchain.mjs"
    node = shutil.which("node")
    if node and script.exists():
        return [node, str(script)]
    raise AICChainError(
        "NO_SERVER",
        "no aicchain was found to run the environment",
        "Put `aicchain` on PATH (npm install -g aicchain), or its command line into the variable AICCHAIN.",
    )


class Rows(dict[str, np.ndarray]):
    """The arrays of one block of rows by name: views of the bytes received, one row an environment."""

    def __init__(self, fields: list[dict[str, Any]], buffer: np.ndarray, offset: int, count: int):
        super().__init__()
        self.end = offset
        for field in fields:
            dtype = np.dtype(DTYPES[field["type"]])
            shape = (count, *field["shape"])
            self[field["name"]] = np.ndarray(shape, dtype, buffer, self.end)
            size = dtype.itemsize * int(np.prod(shape))
            self.end += -(-size // 8) * 8


class Server:
    """A child process that steps `environments` together."""

    def __init__(
        self,
        environments: int,
        autoreset: bool,
        scenario: dict[str, Any] | None,
        masked_action: str,
        discount_per_round: float,
    ):
        self.environments = environments
        self._stderr = tempfile.TemporaryFile()
        try:
            self._process = self._started()
        except BaseException:
            self._stderr.close()
            raise
        hello = {
            "protocol": PROTOCOL,
            "environments": environments,
            "autoreset": autoreset,
            "maskedAction": masked_action,
            "discountPerRound": discount_per_round,
            "scenario": scenario or {},
        }
        try:
            self._send(HELLO, _json(hello))
            self.welcome: dict[str, Any] = json.loads(bytes(self._receive(HELLO)))
            if self.welcome.get("protocol") != PROTOCOL:
                raise AICChainError(
                    "BRIDGE_VERSION",
                    f"aicchain {self.welcome.get('version')} speaks version {self.welcome.get('protocol')} of the "
                    f"bridge, this package {PROTOCOL}",
                    "Install the Python package and aicchain of the same release.",
                )
        except BaseException:
            self.close()
            raise

    def reset(self, seeds: list[int | None], options: dict[str, Any]) -> Rows:
        self._send(RESET, _json({"seeds": seeds, "options": options}))
        return self._rows()[0]

    def step(self, actions: np.ndarray) -> tuple[Rows, Rows]:
        """The rows now, and the last rows of those environments that ended and were reset, in their order."""
        self.send_step(actions)
        return self.receive_step()

    def send_step(self, actions: np.ndarray) -> None:
        self._send(STEP, np.ascontiguousarray(actions, dtype="<i4").tobytes())

    def receive_step(self) -> tuple[Rows, Rows]:
        return self._rows()

    def close(self) -> None:
        """Ends the server by closing its stdin; by force where that is not enough."""
        process = self._process
        for pipe in (process.stdin, process.stdout):
            if pipe is not None and not pipe.closed:
                try:
                    pipe.close()
                except BrokenPipeError:
                    pass
        try:
            process.wait(SECONDS_TO_END)
        except subprocess.TimeoutExpired:
            # The server may run under a launcher: both are of the session that was started for them.
            if hasattr(os, "killpg"):
                os.killpg(process.pid, signal.SIGKILL)
            else:
                process.kill()
            process.wait()
        self._stderr.close()

    def _started(self) -> subprocess.Popen[bytes]:
        command = [*command_line(), "env", "serve"]
        try:
            return subprocess.Popen(
                command,
                bufsize=0,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._stderr,
                pipesize=PIPE_BYTES,
                start_new_session=True,  # Ctrl-C is for Python to hear; the server ends with its stdin
            )
        except OSError as error:
            raise AICChainError("NO_SERVER", f"{command[0]} could not be started: {error.strerror}") from error

    def _send(self, kind: int, payload: bytes) -> None:
        if self._process.stdin is None or self._process.stdin.closed:
            raise AICChainError("CLOSED", "the environment is closed", "Make another one.")
        left = memoryview(HEADER.pack(len(payload), kind) + payload)
        try:
            while left:
                left = left[self._process.stdin.write(left) :]
        except BrokenPipeError:
            raise self._ending() from None

    def _receive(self, wanted: int) -> np.ndarray:
        length, kind = HEADER.unpack(self._read(HEADER.size).tobytes())
        if kind not in (ERROR, HELLO, ROWS) or length > LONGEST_FRAME_BYTES:
            raise AICChainError(
                "BRIDGE_FRAME",
                "what was started does not speak the protocol of the bridge",
                f"It was started as: {shlex.join(command_line())} env serve",
            )
        payload = self._read(length)
        if kind == ERROR:
            error = json.loads(bytes(payload))
            raise AICChainError(error["code"], error["message"], error.get("hint"))
        if kind != wanted:
            raise AICChainError("BRIDGE_FRAME", f"the server answered with a frame of kind {kind}, not {wanted}")
        return payload

    def _read(self, count: int) -> np.ndarray:
        """New memory each time: what was handed out before stays as it is."""
        buffer = np.empty(count, dtype=np.uint8)
        left = memoryview(buffer)
        while left:
            read = self._process.stdout.readinto(left)  # type: ignore[union-attr]
            if not read:
                raise self._ending()
            left = left[read:]
        return buffer

    def _rows(self) -> tuple[Rows, Rows]:
        payload = self._receive(ROWS)
        count, finals = (int(n) for n in payload[:ROWS_HEADER_BYTES].view("<u4"))
        rows = Rows(self.welcome["fields"], payload, ROWS_HEADER_BYTES, count)
        return rows, Rows(self.welcome["fields"], payload, rows.end, finals)

    def _ending(self) -> AICChainError:
        try:
            code = self._process.wait(SECONDS_TO_END)
        except subprocess.TimeoutExpired:
            return AICChainError("SERVER_ENDED", "the environment server closed its pipe")
        how = f"was killed by signal {-code}" if code < 0 else f"ended with code {code}"
        self._stderr.seek(0)
        said = self._stderr.read().decode(errors="replace").strip().splitlines()[-5:]
        return AICChainError("SERVER_ENDED", "\n  ".join([f"the environment server {how}", *said]))


def _json(value: dict[str, Any]) -> bytes:
    try:
        return json.dumps(value, allow_nan=False).encode()
    except (TypeError, ValueError) as error:
        raise AICChainError("NOT_JSON", f"scenario and options must be what JSON can say: {error}") from error
