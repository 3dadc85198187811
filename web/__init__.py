"""The Flask door: REST API and pages."""
