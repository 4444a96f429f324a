"""Documents: BlockNote blocks and Markdown, and the way from one to the other."""
