"""SQS, locally: queues in the stack's state file, and the functions that they trigger."""
