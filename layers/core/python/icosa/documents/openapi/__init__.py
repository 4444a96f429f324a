"""OpenAPI 3.1.1 documents of the REST APIs (spec/rest-core.md §6, spec/metadata.md §2.3).

They describe what this server does: where Twenty's document is wrong about its own answers (spec/rest-core.md §9),
these are not. They are the same for every role: names and types are no secret within a workspace, records are.
"""
