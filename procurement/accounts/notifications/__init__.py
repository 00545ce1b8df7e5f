"""Telling people what has happened: on the site always, by e-mail and other channels as each of them chooses.

An act leaves a job in the outbox as ever; a stage says in its ``notifications.py`` who is told of it, in which words,
and where a click leads (``events.event``). Each person is told of an event once. Nothing sealed goes into a message,
and nobody is told who bid.
"""
