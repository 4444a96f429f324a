"""What `make deploy` does beside `sam deploy`: the release's name, the parameters, the plan that it prints."""
