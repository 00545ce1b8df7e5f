"""``python3 -m procurement.common.setup``: makes a fresh checkout ready to run."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from pathlib import Path

from procurement.common.setup import machine, packages

ROOT = Path(__file__).resolve().parents[3]
VENV = ROOT / ".venv"
LOCK = ROOT / "constraints.txt"


def say(line: str) -> None:
    sys.stdout.write(f"setup: {line}\n")
    sys.stdout.flush()


def one_at_a_time() -> int:
    """Waits for another set-up of this checkout; the system lets go of the lock however a process ends."""
    descriptor = os.open(ROOT, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        say("waiting for another set-up of this folder")
        fcntl.flock(descriptor, fcntl.LOCK_EX)
    return descriptor


def set_up_packages() -> None:
    usable = packages.usable(VENV)
    if usable and packages.installed(VENV) == packages.wanted(LOCK):
        return
    packages.check_space(ROOT)
    made_for = packages.installed(VENV).split(" ")[0]
    if not usable or made_for not in ("", packages.wanted(LOCK).split(" ")[0]):
        say(f"making {VENV.name} with Python {sys.version.split()[0]}")
        packages.make_venv(VENV, say)
    say("installing the packages of constraints.txt (a few minutes the first time)")
    packages.install(VENV, LOCK, say)


def set_up_machine() -> None:
    missing = machine.missing_packages()
    if missing and machine.may_install():
        say(f"installing {', '.join(missing)}")
        machine.apt_install(missing)
        missing = machine.missing_packages()
    if not missing:
        return
    command = machine.install_command(missing)
    if machine.NEEDED & set(missing):
        raise machine.SetupProblem(f"This machine lacks {', '.join(missing)}; run: {command}")
    say(f"papers will be slow or lack Chinese letters without {', '.join(missing)}; run: {command}")


def set_up_translations() -> None:
    command = [str(packages.interpreter(VENV)), "-m", "procurement.common.catalogues"]
    if subprocess.run(command, cwd=ROOT, check=False).returncode:
        raise machine.SetupProblem("The translations could not be compiled; what is wrong stands above.")


def main() -> int:
    try:
        held = one_at_a_time()
        set_up_packages()
        set_up_machine()
        set_up_translations()
        os.close(held)
    except machine.SetupProblem as problem:
        sys.stderr.write(f"{problem}\n")
        return 1
    except OSError as error:
        sys.stderr.write(f"{error.filename or ROOT}: {error.strerror}; mend that, then run this again.\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("Stopped; the next start goes on where this one ended.\n")
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
