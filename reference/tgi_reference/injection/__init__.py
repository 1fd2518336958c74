"""Injections: changes to a server, switched on by name. Faults are illegal, variants are legal."""
