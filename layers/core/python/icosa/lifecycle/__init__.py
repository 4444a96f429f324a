"""The life of a workspace as its operator sees it: suspended, resumed, exported, brought back, deleted."""
