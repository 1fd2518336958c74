"""The results of a run: outcomes, the report, evidence, known deviations."""
