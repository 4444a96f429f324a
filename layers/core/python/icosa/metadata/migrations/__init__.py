"""What brings the data of older workspaces to the present state (docs/deploying.md#upgrades).

``registry`` lists the migrations in their order, ``runner`` does those that a workspace needs as steps of a job.
"""
