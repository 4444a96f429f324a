"""The engine: plans and executes operations (``query.operation``) on the records of one workspace.

The way of a request: the APIs call ``executor.execute`` with a ``context.Context`` and an operation whose permissions
have been checked; the executor calls the operation's function.

Reading (``read``): ``find``, ``search``, ``duplicates``, ``group_by`` are operations. Lists go through ``connections``
to the ``planner``. It asks ``access_paths`` which index rows lead to the matches of each condition, probes them
(``index_probe``), and reads records by id (``candidates``), by an ``ordered_walk``, by an ``index_only_scan`` or as a
whole (``matches``). ``joins`` reads what filters and orders look at in other objects, ``relations`` what is returned
with the records. ``steady`` makes all of them show what was true while others write.

Writing (``write``): ``create``, ``modify`` and ``merge`` are operations. They make ``changes`` of records, add what
follows from them (``trash``, ``cascade``, ``dependents``), and hand all to ``commit``, which checks ``foreign_keys``.

``records`` reads records by id for both. The ``janitor`` finishes writes whose process died.
"""
