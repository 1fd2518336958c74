"""What came of a run: outcomes, results, the report, evidence, known deviations."""
