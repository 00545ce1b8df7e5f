"""Pages of a buyer's catalogue and budget."""
