"""An OpenAPI document as a value: fetch, load within limits, repair, correct, compare."""
