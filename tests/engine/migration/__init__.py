"""Moving running instances between versions."""
