"""`make sam-local` and `make invoke DOCKER=1`: the built functions in Lambda's own containers, on a data folder.

What sam adds to the local stack is the functions in Lambda's container image, built and layered as they are deployed.
The local stack serves the containers DynamoDB and the other AWS services, and runs what streams and queues invoke.
"""
