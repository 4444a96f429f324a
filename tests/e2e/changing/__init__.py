"""Random lives of objects over HTTP: what is done to them, what must be visible afterwards, and whether it is."""
