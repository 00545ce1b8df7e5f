"""The bid room: writing an offer, sealing it, and reading it once it is opened."""
