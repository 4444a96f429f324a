"""One life: two objects of its own beside a shipped one, and random steps that change them and their records."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from random import Random
from typing import Any

from .api import Api, Mismatch
from .checks import Checks, rest_record, same
from .kinds import KINDS, TEXT, Kind, Value
from .state import MANY_TO_ONE, ONE_TO_MANY, FieldState, ObjectState, RecordState, capitalised, relate, unrelate

_OPTIONS = ("RED", "GREEN", "BLUE", "NAVY", "DARK_RED", "GREY_2")
_MANY_RECORDS = 9
_FIELDS_AT_ONCE = 6


class Names:
    """Names of objects: given back ones come again, for somebody else."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._count = 0
        #: Singular by plural names that stand for nothing now.
        self.gone: dict[str, str] = {}

    def take(self) -> tuple[str, str]:
        if self.gone and self._rng.random() < 0.5:
            plural = self._rng.choice([*self.gone])
            return self.gone.pop(plural), plural
        self._count += 1
        return f"thing{self._count}x", f"thing{self._count}xs"

    def leave(self, obj: ObjectState) -> None:
        self.gone[obj.plural] = obj.singular


class Life:
    """``history`` says what was done, for whoever must find out what went wrong. Names of fields have the life's
    ``number``: the shipped object is everybody's.
    """

    def __init__(self, api: Api, names: Names, rng: Random, company_id: str, number: int) -> None:
        self.api = api
        self.names = names
        self.number = number
        self.rng = rng
        self.history: list[str] = []
        self.company = ObjectState(id=company_id, singular="company", plural="companies", is_custom=False)
        self.objects: list[ObjectState] = []
        #: The record that a note target points at.
        self.notes: dict[str, tuple[ObjectState, RecordState]] = {}
        self._free_names: list[str] = []
        self._seen_changes = 0
        self._count = 0

    # ------------------------------------------------------------------ the course of a life

    def begin(self) -> None:
        """Two objects, records, and fields of every type with relations, in random order and mixed with other steps."""
        self._did(f"{self.create_object()}, {self.create_object()}")
        self._did(self.create_records(self.company))
        kinds = self.rng.sample(KINDS, k=len(KINDS))
        agenda: list[Callable[[], str | None]] = [
            *(_later(self.add_fields, kinds[i : i + _FIELDS_AT_ONCE]) for i in range(0, len(kinds), _FIELDS_AT_ONCE)),
            _later(self.relate, MANY_TO_ONE),
            _later(self.relate, ONE_TO_MANY),
            _later(self.relate, self.rng.choice((MANY_TO_ONE, ONE_TO_MANY)), self.company),
            self.relate_morph,
            *(self.random_step for _ in range(6)),
        ]
        self.rng.shuffle(agenda)
        for step in (_later(self.create_records, self.objects[0]), *agenda):
            self._did(step())

    def go_on(self, steps: int) -> None:
        for _ in range(steps):
            self._did(self.random_step())

    def end(self) -> None:
        """Take everything away again, one object after the other."""
        for obj in self.rng.sample(self.objects, k=2):
            self._did(self.delete_object(obj))
        self.api.ask("DELETE", "/rest/companies", filter=f"id[in]:[{','.join(self.company.records)}]")
        if self.notes:
            self.api.ask("DELETE", "/rest/noteTargets", filter=f"id[in]:[{','.join(self.notes)}]")

    def check(self) -> None:
        """Everything is as the steps have left it."""
        Checks(self.api, self.rng, [*self.objects, self.company], self.names.gone).run()
        self._check_notes()

    def random_step(self) -> str | None:
        """A step that is possible now."""
        for _ in range(50):
            step = self.rng.choices(_STEPS, weights=[weight for _, weight in _STEPS])[0][0]
            done = step(self)
            if done is not None:
                return done
        return None

    def _did(self, step: str | None) -> None:
        if step is None:
            return
        self.history.append(step)
        try:
            if self.api.model_changes != self._seen_changes:
                self._seen_changes = self.api.model_changes
                self.check()
            else:
                obj = self.rng.choice(self.objects)
                Checks(self.api, self.rng, [*self.objects, self.company], self.names.gone).run_records(obj)
        except Mismatch as error:
            raise Mismatch(f"after {step}: {error}") from error

    def _check_notes(self) -> None:
        for obj, record in {
            record.id: (obj, record) for obj, record in self.notes.values() if obj in self.objects
        }.values():
            column = f"target{obj.type}Id"
            actual = self.api.ask("GET", "/rest/noteTargets", filter=f"{column}[eq]:{record.id}")["data"]["noteTargets"]
            expected = sorted(note for note, (_, noted) in self.notes.items() if noted is record)
            same(f"note targets of {obj.singular} {record.id}", sorted(note["id"] for note in actual), expected)
            same(f"{column} of note targets", {note[column] for note in actual}, {record.id} if expected else set())

    # ------------------------------------------------------------------ choosing

    def _object(self) -> ObjectState:
        return self.rng.choices(self.objects, weights=(3, 1))[0] if len(self.objects) == 2 else self.objects[0]

    def _field(self, obj: ObjectState, test: Callable[[FieldState], bool]) -> FieldState | None:
        actual = [field for field in obj.fields if test(field)]
        return self.rng.choice(actual) if actual else None

    def _name(self) -> str:
        """A name for a field; those of fields that are gone come again."""
        if self._free_names and self.rng.random() < 0.5:
            return self._free_names.pop(self.rng.randrange(len(self._free_names)))
        self._count += 1
        return f"part{self.number}{self._count:03}"

    def _id(self) -> str:
        return str(uuid.UUID(int=self.rng.getrandbits(128), version=4))

    # ------------------------------------------------------------------ objects

    def create_object(self) -> str:
        singular, plural = self.names.take()
        body = {"nameSingular": singular, "namePlural": plural, "labelSingular": singular, "labelPlural": plural}
        made = self.api.ask("POST", "/rest/metadata/objects", body, status=201)["data"]["createOneObject"]
        obj = ObjectState(id=made["id"], singular=singular, plural=plural)
        obj.given = {field["name"]: field["type"] for field in made["fields"] if field["name"] != "name"}
        name = next(field for field in made["fields"] if field["name"] == "name")
        obj.add(FieldState(id=name["id"], name="name", type="TEXT", kind=TEXT))
        self.objects.append(obj)
        return f"create object {singular}"

    def rename_object(self) -> str:
        obj = self._object()
        before = ObjectState(id=obj.id, singular=obj.singular, plural=obj.plural)
        singular, plural = self.names.take()
        body = {"nameSingular": singular, "namePlural": plural}
        answer = self.api.ask("PATCH", f"/rest/metadata/objects/{obj.id}", body)["data"]["updateOneObject"]
        same("renamed object", (answer["nameSingular"], answer["namePlural"]), (singular, plural))
        self.names.leave(before)
        obj.singular, obj.plural = singular, plural
        for other in (*self.objects, self.company):
            for field in other.fields:
                if field.group is not None and field.target is obj:
                    field.name = field.name.removesuffix(_suffix(field, before)) + _suffix(field, obj)
        return f"rename {before.singular} to {singular}"

    def switch_object(self) -> str:
        obj = self._object()
        body = {"isActive": not obj.is_active}
        self.api.ask("PATCH", f"/rest/metadata/objects/{obj.id}", body)
        obj.is_active = not obj.is_active
        return f"{obj.singular} active: {obj.is_active}"

    def delete_object(self, obj: ObjectState) -> str:
        self.api.ask("DELETE", f"/rest/metadata/objects/{obj.id}")
        for field in [field for field in obj.fields if field.relation is not None]:
            if field in obj.fields:
                unrelate(field)
        self.objects.remove(obj)
        self.names.leave(obj)
        return f"delete object {obj.singular}"

    # ------------------------------------------------------------------ fields

    def add_fields(self, kinds: Sequence[Kind]) -> str:
        """Fields by REST, or all in one request by GraphQL."""
        obj = self.objects[0]
        bodies = []
        states = []
        for kind in kinds:
            state, body = self._new_field(obj, kind)
            states.append(state)
            bodies.append(body)
        if self.rng.random() < 0.3:
            answers = [
                self.api.ask("POST", "/rest/metadata/fields", body, status=201)["data"]["createOneField"]
                for body in bodies
            ]
        else:
            declared = ", ".join(f"$f{i}: CreateOneFieldMetadataInput!" for i in range(len(bodies)))
            calls = " ".join(f"f{i}: createOneField(input: $f{i}) {{ id options }}" for i in range(len(bodies)))
            variables = {f"f{i}": {"field": body} for i, body in enumerate(bodies)}
            data = self.api.graphql(f"mutation({declared}) {{ {calls} }}", "/metadata", **variables)
            answers = [data[f"f{i}"] for i in range(len(bodies))]
        for state, answer in zip(states, answers, strict=True):
            state.id = answer["id"]
            state.options = answer["options"] or []
            obj.add(state)
        return f"add {', '.join(f'{state.name} {state.type}' for state in states)} to {obj.singular}"

    def add_field(self) -> str:
        return self.add_fields([self.rng.choice(KINDS)])

    def _new_field(self, obj: ObjectState, kind: Kind) -> tuple[FieldState, dict[str, Any]]:
        state = FieldState(id="", name=self._name(), type=kind.type, kind=kind, default=kind.initial)
        body: dict[str, Any] = {
            "objectMetadataId": obj.id,
            "type": kind.type,
            "name": state.name,
            "label": state.name.title(),
        }
        if kind.settings:
            body["settings"] = dict(kind.settings)
        if kind.has_options:
            values = self.rng.sample(_OPTIONS, k=3)
            body["options"] = [_option(value, position) for position, value in enumerate(values)]
        if kind.takes_default and self.rng.random() < 0.35:
            state.default = kind.make(self.rng, [option["value"] for option in body.get("options", ())])
            body["defaultValue"] = kind.default(state.default)
        elif kind.can_be_unique and self.rng.random() < 0.2:
            state.is_unique = body["isUnique"] = True
        return state, body

    def relate(self, relation: str, target: ObjectState | None = None) -> str:
        source, target = self.objects[0], target or self.rng.choice(self.objects)
        name, back = self._name(), self._name()
        body = {
            "objectMetadataId": source.id,
            "type": "RELATION",
            "name": name,
            "label": name,
            "relationCreationPayload": _payload(relation, target, back),
        }
        made = self.api.ask("POST", "/rest/metadata/fields", body, status=201)["data"]["createOneField"]
        data = self.api.graphql(
            "query($i: UUID!) { field(id: $i) { relation { targetFieldMetadata { id name } } } }",
            "/metadata",
            i=made["id"],
        )
        other = data["field"]["relation"]["targetFieldMetadata"]
        same("the inverse's name", other["name"], back)
        field = FieldState(id=made["id"], name=name, type="RELATION", relation=relation)
        relate(
            source, field, target, FieldState(id=other["id"], name=back, type="RELATION", relation=_opposite(relation))
        )
        return f"relate {source.singular}.{name} {relation} {target.singular}.{back}"

    def relate_morph(self) -> str:
        source, targets = self.objects[0], [self.objects[1], self.company]
        relation = self.rng.choice((MANY_TO_ONE, MANY_TO_ONE, ONE_TO_MANY))
        name, back = self._name(), self._name()
        body = {
            "objectMetadataId": source.id,
            "type": "MORPH_RELATION",
            "name": name,
            "label": name,
            "morphRelationsCreationPayload": [_payload(relation, target, back) for target in targets],
        }
        made = self.api.ask("POST", "/rest/metadata/fields", body, status=201)["data"]["createOneField"]
        members = (
            "morphRelations { sourceFieldMetadata { id name } targetFieldMetadata { id name } targetObjectMetadata { "
            "id } }"
        )
        actual = self.api.graphql(f"query($i: UUID!) {{ field(id: $i) {{ {members} }} }}", "/metadata", i=made["id"])[
            "field"
        ]["morphRelations"]
        by_target = {field["targetObjectMetadata"]["id"]: field for field in actual}
        for target in targets:
            ends = by_target[target.id]
            field = FieldState(
                id=ends["sourceFieldMetadata"]["id"],
                name=name,
                type="MORPH_RELATION",
                relation=relation,
                group=made["id"],
            )
            field.name = name + _suffix(field, target)
            same(
                "a member's names",
                (ends["sourceFieldMetadata"]["name"], ends["targetFieldMetadata"]["name"]),
                (field.name, back),
            )
            other = FieldState(
                id=ends["targetFieldMetadata"]["id"], name=back, type="RELATION", relation=_opposite(relation)
            )
            relate(source, field, target, other)
        return f"relate {source.singular}.{name} {relation} to {' and '.join(target.singular for target in targets)}"

    def rename_field(self) -> str | None:
        obj = self._object()
        field = self._field(obj, lambda field: field.name != "name")
        if field is None:
            return None
        before, name = field.name, self._name()
        if field.group is not None and field.target is not None:
            name += _suffix(field, field.target)
        self._update(field, {"name": name})
        if field.group is None:
            self._free_names.append(before)
        field.name = name
        return f"rename {obj.singular}.{before} to {name}"

    def switch_field(self) -> str | None:
        obj = self._object()
        field = self._field(obj, lambda field: field.name != "name")
        if field is None:
            return None
        is_active = not field.is_active
        self._update(field, {"isActive": is_active})
        for member in [
            field,
            *(other for other in obj.fields if field.group is not None and other.group == field.group),
        ]:
            member.is_active = is_active
            if member.inverse is not None:
                member.inverse.is_active = is_active
        return f"{obj.singular}.{field.name} active: {is_active}"

    def delete_field(self) -> str | None:
        obj = self._object()
        field = self._field(obj, lambda field: field.name != "name")
        if field is None:
            return None
        self.api.ask("DELETE", f"/rest/metadata/fields/{field.id}")
        if field.relation is None:
            obj.remove(field)
            self._free_names.append(field.name)
            return f"delete {obj.singular}.{field.name}"
        for member in self._whole(obj, field):
            unrelate(member)
        return f"delete relation {obj.singular}.{field.name}"

    def _whole(self, obj: ObjectState, field: FieldState) -> list[FieldState]:
        """All relations that go with one: a morph relation goes as a whole, from either end."""
        assert field.inverse is not None
        group = field.group
        return [other for other in obj.fields if other.group == group] if group is not None else [field]

    def _update(self, field: FieldState, body: Mapping[str, Any], status: int = 200) -> Any:
        answer = self.api.ask("PATCH", f"/rest/metadata/fields/{field.id}", body, status=status)
        return answer["data"]["updateOneField"] if status == 200 else None

    def set_default(self) -> str | None:
        obj = self._object()
        field = self._field(
            obj, lambda field: field.kind is not None and field.kind.takes_default and not field.is_unique
        )
        if field is None:
            return None
        assert field.kind is not None
        field.default = None if self.rng.random() < 0.3 else field.kind.make(self.rng, field.values)
        self._update(field, {"defaultValue": None if field.default is None else field.kind.default(field.default)})
        return f"default of {obj.singular}.{field.name}: {field.default}"

    def switch_uniqueness(self) -> str | None:
        obj = self._object()
        field = self._field(
            obj, lambda field: field.kind is not None and field.kind.can_be_unique and field.default is None
        )
        if field is None:
            return None
        assert field.kind is not None
        leaf = field.kind.leaf
        values = [value for record in obj.records.values() if (value := leaf.of(record.values[field.id])) is not None]
        possible = field.is_unique or len(set(values)) == len(values)
        self._update(field, {"isUnique": not field.is_unique}, 200 if possible else 400)
        if possible:
            field.is_unique = not field.is_unique
        return f"{obj.singular}.{field.name} unique: {field.is_unique}{'' if possible else ', refused'}"

    # ------------------------------------------------------------------ options

    def edit_options(self) -> str | None:
        obj = self._object()
        field = self._field(obj, lambda field: field.kind is not None and field.kind.has_options)
        if field is None:
            return None
        edit = self.rng.choice(
            (self._with_new_option, self._with_renamed_option, self._with_swapped_options, self._without_option)
        )
        return f"{obj.singular}.{field.name}: {edit(obj, field)}"

    def _with_new_option(self, obj: ObjectState, field: FieldState) -> str:
        unused = [value for value in _OPTIONS if value not in field.values]
        if not unused:
            return self._without_option(obj, field)
        value = self.rng.choice(unused)
        position = max(option["position"] for option in field.options) + 1
        self._set_options(field, [*field.options, _option(value, position)], field.default)
        return f"new option {value}"

    def _with_renamed_option(self, obj: ObjectState, field: FieldState) -> str:
        unused = [value for value in _OPTIONS if value not in field.values]
        if not unused:
            return self._with_swapped_options(obj, field)
        return self._translate(obj, field, {self.rng.choice(field.values): self.rng.choice(unused)})

    def _with_swapped_options(self, obj: ObjectState, field: FieldState) -> str:
        if len(field.options) < 2:
            return self._with_new_option(obj, field)
        first, second = self.rng.sample(field.values, k=2)
        return self._translate(obj, field, {first: second, second: first})

    def _translate(self, obj: ObjectState, field: FieldState, new: Mapping[str, str]) -> str:
        options = [{**option, "value": new.get(option["value"], option["value"])} for option in field.options]

        def translated(value: Value) -> Value:
            return [new.get(member, member) for member in value] if isinstance(value, list) else new.get(value, value)

        self._set_options(field, options, translated(field.default))
        for record in obj.records.values():
            record.values[field.id] = translated(record.values[field.id])
        return f"renamed options {dict(new)}"

    def _without_option(self, obj: ObjectState, field: FieldState) -> str:
        if len(field.options) < 2:
            return self._with_new_option(obj, field)
        gone = self.rng.choice(field.values)

        def left(value: Value) -> Value:
            if isinstance(value, list):
                return [member for member in value if member != gone] or None
            return None if value == gone else value

        default = left(field.default)
        self._set_options(field, [option for option in field.options if option["value"] != gone], default)
        for record in obj.records.values():
            value = record.values[field.id]
            if value == gone or (isinstance(value, list) and gone in value):
                fallback = field.empty if default is None else default
                record.values[field.id] = left(value) or fallback
        return f"removed option {gone}"

    def _set_options(self, field: FieldState, options: Iterable[Mapping[str, Any]], default: Value) -> None:
        wanted = list(options)
        body: dict[str, Any] = {"options": wanted}
        assert field.kind is not None
        if default != field.default:
            body["defaultValue"] = None if default is None else field.kind.default(default)
        answer = self._update(field, body)
        same("options", [option["value"] for option in answer["options"]], [option["value"] for option in wanted])
        field.options, field.default = answer["options"], default

    # ------------------------------------------------------------------ records

    def create_record(self) -> str | None:
        obj = self._object()
        return self.create_records(obj) if len(obj.live) < _MANY_RECORDS else None

    def create_records(self, obj: ObjectState) -> str:
        """One record or several, by REST or GraphQL."""
        records = [RecordState(id=self._id(), values={}) for _ in range(self.rng.choice((1, 1, 2, 3)))]
        bodies: list[dict[str, Any]] = []
        for record in records:
            given = self._values(obj, 0.7)
            record.values = {
                field.id: given.get(field, field.empty if field.default is None else field.default)
                for field in obj.stored
            }
            own = {} if obj.is_custom else {"name": f"company {record.id}"}
            bodies.append({"id": record.id, **own, **_sent(given)})
        possible = self._are_unique(obj, [*obj.records.values(), *records])
        is_graphql = self.rng.random() < 0.3
        if is_graphql:
            mutation = f"create{capitalised(obj.plural)}"
            document = f"mutation($d: [{obj.type}CreateInput!]!) {{ {mutation}(data: $d) {{ id }} }}"
            self._mutate(document, {"d": bodies}, possible)
        elif len(records) == 1:
            answer = self.api.ask("POST", f"/rest/{obj.plural}", bodies[0], status=201 if possible else 400)
            if possible:
                rest_record("the created record", obj, records[0], answer["data"][f"create{obj.type}"])
        else:
            answer = self.api.ask("POST", f"/rest/batch/{obj.plural}", bodies, status=201 if possible else 400)
            if possible:
                for record, rendered in zip(records, answer["data"][f"create{capitalised(obj.plural)}"], strict=True):
                    rest_record("a created record", obj, record, rendered)
        if possible:
            obj.records |= {record.id: record for record in records}
        return (
            f"create {len(records)} {obj.plural}{'' if possible else ', refused'}{' by graphql' if is_graphql else ''}"
        )

    def update_record(self) -> str | None:
        obj = self._object()
        if not obj.live:
            return None
        record = self.rng.choice(obj.live)
        given = self._values(obj, 0.3)
        values = {**record.values, **{field.id: value for field, value in given.items()}}
        others = [other for other in obj.records.values() if other is not record]
        possible = self._are_unique(obj, [*others, RecordState(id=record.id, values=values)])
        if self.rng.random() < 0.3:
            document = (
                f"mutation($i: UUID!, $d: {obj.type}UpdateInput!) {{ update{obj.type}(id: $i, data: $d) {{ id }} }}"
            )
            self._mutate(document, {"i": record.id, "d": _sent(given)}, possible)
        else:
            answer = self.api.ask(
                "PATCH", f"/rest/{obj.plural}/{record.id}", _sent(given), status=200 if possible else 400
            )
            if possible:
                rest_record(
                    "the updated record",
                    obj,
                    RecordState(id=record.id, values=values),
                    answer["data"][f"update{obj.type}"],
                )
        if possible:
            record.values = values
        names = sorted(field.name for field in given)
        return f"update {obj.singular} {record.id} {names}{'' if possible else ', refused'}"

    def update_many(self) -> str | None:
        obj = self._object()
        given = {field: value for field, value in self._values(obj, 0.3).items() if not field.is_unique}
        if len(obj.live) < 2 or not given:
            return None
        records = self.rng.sample(obj.live, k=2)
        ids = ",".join(record.id for record in records)
        self.api.ask("PATCH", f"/rest/{obj.plural}", _sent(given), filter=f"id[in]:[{ids}]")
        for record in records:
            record.values |= {field.id: value for field, value in given.items()}
        return f"update many {obj.plural} {sorted(field.name for field in given)}"

    def remove_record(self) -> str | None:
        obj = self._object()
        if not obj.live:
            return None
        record = self.rng.choice(obj.live)
        if self.rng.random() < 0.6:
            self.api.ask("DELETE", f"/rest/{obj.plural}/{record.id}", soft_delete="true")
            record.is_deleted = True
            return f"soft-delete {obj.singular} {record.id}"
        return self._destroy(obj, record)

    def revive_or_destroy(self) -> str | None:
        obj = self._object()
        if not obj.trash:
            return None
        record = self.rng.choice(obj.trash)
        if self.rng.random() < 0.4:
            return self._destroy(obj, record)
        self.api.ask("PATCH", f"/rest/{obj.plural}/{record.id}/restore")
        record.is_deleted = False
        return f"restore {obj.singular} {record.id}"

    def _destroy(self, obj: ObjectState, record: RecordState) -> str:
        self.api.ask("DELETE", f"/rest/{obj.plural}/{record.id}")
        obj.destroy(record)
        self.notes = {note: pair for note, pair in self.notes.items() if pair[1] is not record}
        return f"destroy {obj.singular} {record.id}"

    def take_note(self) -> str | None:
        """Something shipped points at a record: the object is a morph target from the first moment on."""
        obj = self._object()
        if not obj.live:
            return None
        record, note = self.rng.choice(obj.live), self._id()
        self.api.ask("POST", "/rest/noteTargets", {"id": note, f"target{obj.type}Id": record.id}, status=201)
        self.notes[note] = (obj, record)
        return f"note about {obj.singular} {record.id}"

    def _values(self, obj: ObjectState, share: float) -> dict[FieldState, Value]:
        """New values for some fields; sometimes null."""
        actual: dict[FieldState, Value] = {}
        for field in obj.stored:
            if self.rng.random() > share:
                continue
            if self.rng.random() < 0.15:
                actual[field] = field.empty
            elif field.kind is not None:
                actual[field] = field.kind.make(self.rng, field.values)
            elif field.target is not None:
                actual[field] = self.rng.choice(field.target.live).id if field.target.live else None
        return actual

    @staticmethod
    def _are_unique(obj: ObjectState, records: Sequence[RecordState]) -> bool:
        for field in obj.plain:
            if field.is_unique and field.kind is not None:
                values = [
                    value for record in records if (value := field.kind.leaf.of(record.values[field.id])) is not None
                ]
                if len(set(values)) < len(values):
                    return False
        return True

    def _mutate(self, document: str, variables: Mapping[str, Any], possible: bool) -> None:
        if possible:
            self.api.graphql(document, **variables)
        elif "errors" not in self.api.ask("POST", "/graphql", {"query": document, "variables": dict(variables)}):
            raise Mismatch(f"{document} {variables} was not refused")


def _later(step: Callable[..., str], *arguments: Any) -> Callable[[], str]:
    return lambda: step(*arguments)


def _opposite(relation: str) -> str:
    return ONE_TO_MANY if relation == MANY_TO_ONE else MANY_TO_ONE


def _suffix(field: FieldState, target: ObjectState) -> str:
    """The part of a morph member's name that follows from its target."""
    return capitalised(target.singular if field.relation == MANY_TO_ONE else target.plural)


def _payload(relation: str, target: ObjectState, back: str) -> dict[str, Any]:
    return {"type": relation, "targetObjectMetadataId": target.id, "targetFieldLabel": back, "targetFieldIcon": "IconX"}


def _option(value: str, position: int) -> dict[str, Any]:
    return {"value": value, "label": value.title(), "position": position, "color": "red"}


def _sent(values: Mapping[FieldState, Value]) -> dict[str, Any]:
    """Values as a body: what is empty is null."""
    return {
        field.column: None if value == field.empty else value if field.kind is None else field.kind.send(value)
        for field, value in values.items()
    }


_STEPS: tuple[tuple[Callable[[Life], str | None], int], ...] = (
    (Life.create_record, 12),
    (Life.update_record, 10),
    (Life.update_many, 3),
    (Life.remove_record, 6),
    (Life.revive_or_destroy, 5),
    (Life.take_note, 2),
    (Life.rename_object, 5),
    (Life.rename_field, 7),
    (Life.edit_options, 12),
    (Life.set_default, 5),
    (Life.switch_uniqueness, 6),
    (Life.switch_field, 5),
    (Life.switch_object, 3),
    (Life.add_field, 5),
    (Life.delete_field, 6),
)
