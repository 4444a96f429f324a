"""Views and page layouts: how clients show an object's records (docs/wire/metadata.md#views).

A view with its fields, filters, sorts and groups is one item of the table, and so is a page layout with its tabs and
widgets: a view is read whole, changed by one writer at a time, and small. ``entity_types`` lists the
collections, ``bodies`` the members of their entities; ``tree`` holds a root with its parts, ``service`` changes
them, ``view_updates`` is what changes of the data model do to them.
"""
