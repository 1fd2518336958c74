"""The command line `tgi-conformance`."""
