"""Making a checkout ready to run. Standard library only: it runs before any package is installed."""
