"""Who may open what: the people, one scene with a row of everything, and the table of every address."""
