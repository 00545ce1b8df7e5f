"""Each role's to-do list: what waits, what stands in its way, and the form that does it.

Knows no model of the field: every stage says in its ``desk.py`` what can be done there (``desk.deed``).
"""
