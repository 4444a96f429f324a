"""`make deploy-test`: the life of a stack, on MiniStack, an emulator of AWS that runs without Docker."""
