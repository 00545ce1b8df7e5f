"""The one refusal all checks of uploads share."""


class UploadRefused(Exception):  # noqa: N818 - what happened
    """A file is not taken; ``message`` is for the person who sent it."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message
