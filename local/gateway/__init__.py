"""API Gateway's REST API contract: routing, authorizers, usage plans, proxy integration, gateway responses."""
