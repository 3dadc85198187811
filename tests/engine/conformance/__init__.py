"""Every construct of BPMN 2.0: executed, as a played diagram shows, or refused with a reason. Writes docs/bpmn.md."""
