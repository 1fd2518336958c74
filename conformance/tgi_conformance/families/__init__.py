"""Promises that several routes share, each written once; the files of the routes say which they make."""
