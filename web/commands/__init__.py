"""The commands behind `redress`, one file a theme: they parse, call a verb of a lower layer, and print."""
