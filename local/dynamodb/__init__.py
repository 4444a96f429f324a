"""DynamoDB, locally: Dynoxide, and what it leaves to others: expiry of items, trimming of streams."""
