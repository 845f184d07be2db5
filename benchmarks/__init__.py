"""How fast generated code runs, measured beside the peers: `python -m benchmarks`."""
