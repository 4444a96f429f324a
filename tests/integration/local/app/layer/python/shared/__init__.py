"""A layer's module, whose only word tells that layers are found."""

WORD = "shared"
