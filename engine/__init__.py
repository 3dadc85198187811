"""BPMN engine: moves tokens and knows no complaint, no web framework, no job queue."""
