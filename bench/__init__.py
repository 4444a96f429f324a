"""Benchmarks of the product: seeding, CPU and latency, growth, cold starts, profiles. ``python -m bench --help``."""
