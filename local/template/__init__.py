"""``template.yaml`` read into plain values: what the rest of the stack serves, and the only place that knows SAM."""
