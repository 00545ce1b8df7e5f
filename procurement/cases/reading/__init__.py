"""Reading a case file strictly: its text (tree), its values (values), its sections, and what must agree."""
