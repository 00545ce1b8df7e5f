"""The whole site on one machine: checks before the start, the steps, the processes, the end of it all."""

from __future__ import annotations


class ServingProblem(Exception):  # noqa: N818 - what the reader is told, not a fault in the code
    """The site cannot be started or has stopped. The text is plain and names a way out."""
