"""The GraphQL schema of a workspace's records: ``document.sdl``, ``document.introspection``."""
