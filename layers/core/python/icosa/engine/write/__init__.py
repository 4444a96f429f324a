"""Writing: creating, changing, deleting and merging records, each as one commit that other writers cannot divide."""
