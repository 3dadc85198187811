"""Tests of `diagrams`."""
