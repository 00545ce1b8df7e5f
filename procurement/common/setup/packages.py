"""The virtual environment ``.venv`` and the Python packages in it, as ``constraints.txt`` locks them."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from procurement.common.setup.machine import SetupProblem, apt_install, may_install

STAMP = "huiqun-installed"
LOG = "huiqun-install.log"
FREE_BYTES_NEEDED = 1536 * 1024 * 1024
SHOW_EVERY = 20  # packages, between two lines of progress

Say = Callable[[str], None]


def interpreter(venv: Path) -> Path:
    return venv / "bin" / "python"


def usable(venv: Path) -> bool:
    """Whether ``venv`` has a Python that starts, is new enough and has pip; a half-made one does not."""
    question = "import sys, importlib.util as u; sys.exit(not (sys.version_info >= (3, 11) and u.find_spec('pip')))"
    try:
        asked = subprocess.run([str(interpreter(venv)), "-c", question], capture_output=True, check=False)
    except OSError:
        return False
    return asked.returncode == 0


def wanted(lock: Path) -> str:
    """What the stamp says once the packages of ``lock`` are installed for this Python."""
    return f"{sys.version_info.major}.{sys.version_info.minor} {hashlib.sha256(lock.read_bytes()).hexdigest()}"


def installed(venv: Path) -> str:
    try:
        return (venv / STAMP).read_text().strip()
    except OSError:
        return ""


def check_space(folder: Path) -> None:
    """Raises SetupProblem where the packages would not fit."""
    free = shutil.disk_usage(folder).free
    if free < FREE_BYTES_NEEDED:
        raise SetupProblem(
            f"The disk that holds {folder} has only {free // 1048576} MB left and the packages need"
            f" {FREE_BYTES_NEEDED // 1048576} MB; make room, then run this again."
        )


def make_venv(venv: Path, say: Say) -> None:
    """Makes ``venv`` anew. Raises SetupProblem where this Python cannot."""
    venv_package = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
    if not _has_ensurepip():
        if not may_install():
            raise SetupProblem(
                "This Python cannot make virtual environments; run: "
                f"sudo apt-get install -y {venv_package}   and then this again."
            )
        say(f"installing {venv_package}")
        apt_install([venv_package])
    done = subprocess.run(
        [sys.executable, "-m", "venv", "--clear", str(venv)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines()
        raise SetupProblem(
            f"{venv} could not be made ({said[-1] if said else done.returncode});"
            " remove that folder, then run this again."
        )


def _has_ensurepip() -> bool:
    asked = subprocess.run([sys.executable, "-c", "import ensurepip, venv"], capture_output=True, check=False)
    return asked.returncode == 0


def install(venv: Path, lock: Path, say: Say) -> None:
    """Installs the locked packages, checking every hash. The stamp comes last: a cut-off run is redone."""
    (venv / STAMP).unlink(missing_ok=True)
    total = sum(1 for line in lock.read_text().splitlines() if "==" in line and not line.startswith((" ", "#")))
    command = [
        str(interpreter(venv)), "-m", "pip", "install", "--require-hashes", "--no-deps",
        "--disable-pip-version-check", "--no-input", "--progress-bar", "off", "-r", str(lock),
    ]  # fmt: skip
    seen, last = 0, ""
    with (venv / LOG).open("w") as log:
        environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=environment,
        )
        try:
            for line in process.stdout or ():
                log.write(line)
                if line.startswith("Collecting "):
                    seen += 1
                    if seen % SHOW_EVERY == 0:
                        say(f"  {seen} of about {total} packages")
                elif line.startswith("Installing collected"):
                    say("  putting them in place")
                elif line.startswith("ERROR") or "No space left" in line:
                    last = line.strip()
            process.wait()
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait()
    if process.returncode:
        raise SetupProblem(_explain(last, venv))
    (venv / STAMP).write_text(wanted(lock) + "\n")


def _explain(last: str, venv: Path) -> str:
    if "No space left" in last:
        return f"The disk that holds {venv} is full; make room, then run this again."
    return (
        f"The packages could not be installed ({last or 'pip gave no reason'});"
        f" look into {venv / LOG}, check the network, then run this again."
    )
