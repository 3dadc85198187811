"""The only folder which imports SpiffWorkflow: dialect parser, state rows, joins, script environment."""
