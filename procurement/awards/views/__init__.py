"""The pages of the panel, one module for each kind of person at them."""
