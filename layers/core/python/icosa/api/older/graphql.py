"""Root fields of the Metadata API that older clients send to ``/graphql`` (docs/wire/graphql.md#metadata-at-graphql).

Its queries are answered with the rights and the words that they have at ``/metadata``, and so are changes of webhooks,
in their older form as well. The function of records may seal secrets of webhooks and cannot open them, and it can make
no tokens: everything else is to be sent to ``/metadata``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from ...access.context import RequestContext
from ...runtime.http import HttpRequest
from ...webhooks.errors import SecretsElsewhere
from ...webhooks.old_forms import in_present_form
from ..graphql.document import Document
from ..graphql.failures import UnknownRootField
from ..graphql.language import (
    ArgumentNode,
    DocumentNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    NamedTypeNode,
    NameNode,
    Node,
    NonNullTypeNode,
    NullValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableDefinitionNode,
    VariableNode,
    print_ast,
)
from ..graphql.selections import FieldCollector
from ..graphql.transport import GraphqlRequest, Outcome
from ..graphql.values import Variables

Members = Mapping[str, Any]

_WEBHOOK: Final = "Webhook"
_SECRET: Final = "secret"


def _created(values: Members) -> Members:
    return {"input": in_present_form(values["data"])} if isinstance(values.get("data"), Mapping) else values


def _updated(values: Members) -> Members:
    where, data = values.get("where"), values.get("data")
    if not isinstance(where, Mapping) or not isinstance(data, Mapping):
        return values
    return {"input": {"id": where.get("id"), "update": in_present_form(data)}}


def _deleted(values: Members) -> Members:
    where = values.get("where", values.get("input"))
    return {"id": where.get("id")} if isinstance(where, Mapping) else values


#: Changes that are made here: their arguments today, of those that they had; and the types of today's.
_MUTATIONS: Final[Mapping[str, tuple[Callable[[Members], Members], Mapping[str, str]]]] = {
    "createWebhook": (_created, {"input": "CreateWebhookInput"}),
    "updateWebhook": (_updated, {"input": "UpdateWebhookInput"}),
    "deleteWebhook": (_deleted, {"id": "UUID"}),
}


def run_elsewhere(
    error: UnknownRootField,
    document: Document,
    request: GraphqlRequest,
    context: RequestContext,
    http: HttpRequest,
) -> Outcome:
    """The outcome of a document whose root fields are all the Metadata API's. Raises the error for others, with advice
    if there is some.
    """
    # It takes 170 ms to import, which requests for records do not need.
    from ..metadata.graphql.api import run_document
    from ..metadata.graphql.call import MetadataCall
    from ..metadata.graphql.schema import metadata_schema

    operation = document.operation(request.operation_name)
    is_mutation = operation.operation.value == "mutation"
    schema = metadata_schema()
    root = schema.mutation_type if is_mutation else schema.query_type
    known = {} if root is None else root.fields
    if not all(name in known for name in error.names):
        raise error
    if error.has_others:
        raise error.with_hint(" It belongs to the Metadata API: send it in a request of its own, without records.")
    if is_mutation:
        if any(name not in _MUTATIONS for name in error.names):
            raise error.with_hint(" It is a change of the Metadata API: send it to /metadata.")
        request = _in_present_form(document, operation, request)
    return run_document(request, MetadataCall(context, http, hides_secrets=True))


def _in_present_form(document: Document, operation: OperationDefinitionNode, request: GraphqlRequest) -> GraphqlRequest:
    """The same changes with today's arguments, all of them as variables: older clients name types that are gone. What
    is selected, with its variables and fragments, stays as it was.

    Raises SecretsElsewhere for secrets that are selected, before anything is changed.
    """
    given = Variables(operation, request.variables)
    collector = FieldCollector(document.fragments, given, limit=len(request.query))
    fields = [field for field in collector.fields("Mutation", [operation.selection_set]) if field.name in _MUTATIONS]
    if any(member.name == _SECRET for field in fields for member in collector.fields(_WEBHOOK, field.sets)):
        raise SecretsElsewhere
    variables: dict[str, Any] = {}
    definitions, roots = [], []
    for number, field in enumerate(fields):
        present, types = _MUTATIONS[field.name]
        arguments = []
        for name, value in present(given.arguments(field.arguments)).items():
            if name not in types:  # The schema refuses the name.
                arguments.append(ArgumentNode(name=NameNode(value=name), value=NullValueNode()))
            else:
                variable = VariableNode(name=NameNode(value=f"v{number}_{name}"))
                arguments.append(ArgumentNode(name=NameNode(value=name), value=variable))
                type_ = NonNullTypeNode(type=NamedTypeNode(name=NameNode(value=types[name])))
                definitions.append(VariableDefinitionNode(variable=variable, type=type_, directives=()))
                variables[variable.name.value] = value
        selections = tuple(selection for part in field.sets for selection in part.selections)
        selection_set = SelectionSetNode(selections=selections) if selections else None
        roots.append(replace(field.node, arguments=tuple(arguments), directives=(), selection_set=selection_set))
    fragments = _spread_in(roots, document)
    inside = (node for root in (*roots, *fragments) for node in _inside(root))
    selected = {node.name.value for node in inside if isinstance(node, VariableNode)}
    for definition in operation.variable_definitions or ():
        if (name := definition.variable.name.value) in selected:
            definitions.append(definition)
            variables |= {name: request.variables[name]} if name in request.variables else {}
    changed = replace(
        operation,
        variable_definitions=tuple(definitions),
        selection_set=SelectionSetNode(selections=tuple(roots)),
    )
    text = print_ast(DocumentNode(definitions=(changed, *fragments)))
    return replace(request, query=text, variables=variables)


def _spread_in(roots: Iterable[Node], document: Document) -> list[FragmentDefinitionNode]:
    """The fragments that fields use, and those that these use."""
    used: dict[str, FragmentDefinitionNode] = {}
    found = list(roots)
    while found:
        for node in _inside(found.pop()):
            if isinstance(node, FragmentSpreadNode) and (name := node.name.value) not in used:
                used[name] = document.fragments[name]
                found.append(used[name])
    return list(used.values())


def _inside(node: Node) -> Iterator[Node]:
    """A node and all below it."""
    yield node
    for key in node.keys:
        value = getattr(node, key)
        for child in value if isinstance(value, tuple | list) else (value,):
            if isinstance(child, Node):
                yield from _inside(child)
