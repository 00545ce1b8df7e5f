"""System checks: what a machine must have beside Python, each with the command that brings it."""

from __future__ import annotations

import ctypes
import ctypes.util
import platform
import shutil
import subprocess
from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, Warning, register

LIBRARIES = {
    "libpango-1.0-0": ("libpango-1.0.so.0", "pango-1.0", "libpango-1.0.dylib"),
    "libpangoft2-1.0-0": ("libpangoft2-1.0.so.0", "pangoft2-1.0", "libpangoft2-1.0.dylib"),
    "libharfbuzz-subset0": ("libharfbuzz-subset.so.0", "harfbuzz-subset", "libharfbuzz-subset.0.dylib"),
}
FONTS = "fonts-noto-cjk"
NEEDED = {"libpango-1.0-0", "libpangoft2-1.0-0"}  # without the others PDFs are slow or ugly, not impossible
HOMEBREW_FOLDERS = ("/opt/homebrew/lib", "/usr/local/lib")


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


@register(Tags.compatibility)
def system_packages(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """Libraries and fonts that PDFs are made with."""
    missing = missing_packages()
    if not missing:
        return []
    kind = Error if NEEDED & set(missing) else Warning
    text = f"For PDFs this machine lacks: {', '.join(missing)}."
    return [
        kind(
            text,
            hint=f"Run: {install_command(missing)}",
            id="huiqun.E001" if kind is Error else "huiqun.W001",
        )
    ]
