"""The console's files over HTTP, and the preflights of the APIs: what is answered without a token and without a row."""
