"""What is done with organisations and people; each act is one transaction."""
