"""Delivering events to webhooks: what the function ``deliver`` does with messages of the queue.

* ``batch``: a batch of messages, a few of each webhook side by side, at the webhook's pace;
* ``worker``: one message: an attempt, and what follows from its outcome;
* ``attempting``: the attempt itself, from the event's row to the log;
* ``turns``: webhooks that do not work: one delivery at a time is tried, the others wait.

What holds it together when a process dies: a message is removed from the queue after everything that follows from it
stands in the table and the queue. So whatever is not finished has a message, a name among the held deliveries of a
webhook that is off or paused, and a paused webhook has a message for its next turn. What is done twice does no harm:
rows change on conditions, and receivers know a delivery by ``webhook-id``.
"""
