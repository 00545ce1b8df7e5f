"""What a machine must have beside Python: libraries and fonts for papers, and how to get them."""

from __future__ import annotations

import ctypes
import ctypes.util
import os
import platform
import shutil
import subprocess
import time
from collections.abc import Sequence

LIBRARIES = {
    "libpango-1.0-0": ("libpango-1.0.so.0", "pango-1.0", "libpango-1.0.dylib"),
    "libpangoft2-1.0-0": ("libpangoft2-1.0.so.0", "pangoft2-1.0", "libpangoft2-1.0.dylib"),
    "libharfbuzz-subset0": ("libharfbuzz-subset.so.0", "harfbuzz-subset", "libharfbuzz-subset.0.dylib"),
}
FONTS = "fonts-noto-cjk"
NEEDED = {"libpango-1.0-0", "libpangoft2-1.0-0"}  # without the others PDFs are slow or ugly, not impossible
HOMEBREW_FOLDERS = ("/opt/homebrew/lib", "/usr/local/lib")
APT_TRIES = 4


class SetupProblem(Exception):  # noqa: N818 - what the reader is told, not a fault in the code
    """The machine cannot be made ready. The text is one plain sentence with a way out."""


def _loads(names: tuple[str, ...]) -> bool:
    found = ctypes.util.find_library(names[1])
    candidates = [
        *names,
        *([found] if found else []),
        *(f"{folder}/{names[2]}" for folder in HOMEBREW_FOLDERS),
    ]
    for name in candidates:
        try:
            ctypes.CDLL(name)
        except OSError:
            continue
        return True
    return False


def has_chinese_font() -> bool:
    """Whether fontconfig knows a font for Chinese; macOS always has some."""
    if platform.system() == "Darwin":
        return True
    program = shutil.which("fc-list")
    if program is None:
        return False
    listed = subprocess.run([program, ":lang=zh-cn", "family"], capture_output=True, text=True, check=False)
    return bool(listed.stdout.strip())


def missing_packages() -> list[str]:
    """Debian's names of the system packages this machine lacks."""
    missing = [package for package, names in LIBRARIES.items() if not _loads(names)]
    return missing if has_chinese_font() else [*missing, FONTS]


def install_command(packages: Sequence[str]) -> str:
    """The one line that brings them."""
    if platform.system() == "Darwin":
        return "brew install pango"
    return f"sudo apt-get install -y {' '.join(packages)}"


def may_install() -> bool:
    """Whether packages can be installed without asking anybody: root on Debian or Ubuntu."""
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def apt_install(packages: Sequence[str]) -> None:
    """Installs Debian packages, as root. Raises SetupProblem with what apt-get said last."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    commands = (
        ["apt-get", "update", "-q"],
        ["apt-get", "install", "-y", "-q", "--no-install-recommends", *packages],
    )
    for command in commands:
        for attempt in range(1, APT_TRIES + 1):
            done = subprocess.run(
                command,
                env=environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                check=False,
            )
            if done.returncode == 0:
                break
            if attempt == APT_TRIES:
                said = (done.stderr or done.stdout).strip().splitlines()
                raise SetupProblem(
                    f"{' '.join(command)} failed ({said[-1] if said else done.returncode});"
                    " mend that, then run this again."
                )
            time.sleep(3 * attempt)  # a mirror that is being updated, or another apt at work
