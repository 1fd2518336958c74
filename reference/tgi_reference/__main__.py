"""``python -m tgi_reference``: the same as ``tgi-conformance serve``."""

from tgi_reference.cli import serve

if __name__ == "__main__":
    serve(prog_name="python -m tgi_reference")
