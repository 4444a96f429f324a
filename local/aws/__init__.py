"""The AWS services that functions call, apart from DynamoDB: as much of each API as the product uses."""
