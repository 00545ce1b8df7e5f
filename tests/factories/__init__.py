"""Subjects of tests, one small file per stage. A trait is named after a state: ``BidFactory(opened=True)``.

A state is always reached by the product's own acts, each at its own time: see ``staged`` and ``clock``.
"""
