"""FEEL, the expression language of DMN (OMG DMN 1.5, chapter 10): text -> parsed -> compiled -> value."""
