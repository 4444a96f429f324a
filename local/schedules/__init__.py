"""EventBridge schedules of the template."""
