"""Letters to complainants, by locale."""
