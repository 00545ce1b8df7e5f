"""Driving one project from a case file through the same acts the pages call."""
