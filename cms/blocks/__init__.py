"""What editors can put into the body of a page: few blocks, all plain; those with live data fill themselves."""

from cms.blocks.body import BodyBlock

__all__ = ["BodyBlock"]
