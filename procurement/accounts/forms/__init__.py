"""What people type about organisations and people."""
