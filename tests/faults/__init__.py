"""Faults on purpose: what dies in the middle of work loses nothing and does nothing twice.

Each module is a program (`python -m tests.faults.kills`) whose `run(**options)` returns figures and `ok`; `make faults`
runs all of them. Every load is bounded in number and time, and everything stays on this machine.
"""
