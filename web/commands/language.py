"""`redress feel`, `dmn`, `dmn-tck`: the language of expressions and decisions, tried from the command line."""
