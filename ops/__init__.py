"""What operators run from a checkout: the dashboard in the template, costs by workspace, dead letters."""
