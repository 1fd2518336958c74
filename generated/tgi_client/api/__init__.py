"""The operations, one module each: `sync` and `asyncio`, `sync_detailed` and `asyncio_detailed`, and `stream` and
`astream` for those that stream.
"""
