"""What clients of older versions send to other addresses, answered by the APIs that have it today."""
