"""OpenAPI 3.1.1 documents of the REST APIs (docs/wire/rest.md#openapi-document).

They describe what this server does: where Twenty's document is wrong about its own answers
(docs/wire/rest.md#what-twenty-documents-otherwise), these are not. They are the same for every role: names and types
are no secret within a workspace, records are.
"""
