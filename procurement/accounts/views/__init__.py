"""Pages about organisations and people."""
