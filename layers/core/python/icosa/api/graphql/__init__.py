"""GraphQL over HTTP: `/graphql` on records; `transport` also serves the metadata API."""
