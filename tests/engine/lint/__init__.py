"""Tests of `engine.lint`."""
