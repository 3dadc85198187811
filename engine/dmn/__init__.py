"""DMN decisions: XML -> decisions -> results with a trace (OMG DMN 1.1-1.5)."""
