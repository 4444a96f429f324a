"""One field of each type that users can create: the body that makes it, a value that a record takes, what it answers.

The page on field types shows them (``reference_pages``); ``tests/integration/api/metadata/test_field_examples.py``
sends them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

#: Stand for ids that differ in each workspace.
COMPANY_OBJECT: Final = "<id of the object company>"
PERSON_OBJECT: Final = "<id of the object person>"
COMPANY: Final = "<id of a company>"
ANY: Final = "…"


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldExample:
    """``more`` joins ``objectMetadataId``, ``type``, ``name`` and ``label`` in the body that makes the field.

    ``value`` is what a record's body holds, under ``name`` or ``input_name``; ``answer`` what the record then shows
    there, where that differs.
    """

    type: str
    about: str
    name: str
    value: Any
    more: dict[str, Any]
    answer: Any = None
    input_name: str | None = None

    @property
    def member(self) -> str:
        return self.input_name or self.name

    @property
    def field(self) -> dict[str, Any]:
        """The body without the object's id."""
        return {"type": self.type, "name": self.name, "label": self.name.capitalize(), **self.more}

    @property
    def shown(self) -> Any:
        return self.value if self.answer is None else self.answer


_OPTIONS: Final = [
    {"value": "LOW", "label": "Low", "color": "blue", "position": 0},
    {"value": "HIGH", "label": "High", "color": "red", "position": 1},
]

EXAMPLES: Final[tuple[FieldExample, ...]] = (
    FieldExample(
        type="TEXT",
        about='One text. Null and `""` are the same.',
        name="motto",
        more={},
        value="Higher, faster",
    ),
    FieldExample(
        type="NUMBER",
        about='A number. Without `settings` it is whole; `"dataType": "float"` takes fractions, `"bigint"` large whole '
        "numbers, as texts.",
        name="mass",
        more={"settings": {"dataType": "float", "decimals": 2}},
        value=12.5,
    ),
    FieldExample(
        type="BOOLEAN",
        about="`true` or `false`.",
        name="reusable",
        more={"defaultValue": False},
        value=True,
    ),
    FieldExample(
        type="DATE",
        about="A day, without time and zone.",
        name="built",
        more={},
        value="2026-01-31",
    ),
    FieldExample(
        type="DATE_TIME",
        about='A moment. Answers are in UTC, to the millisecond. The default `"now"` is the time of the creation.',
        name="launched",
        more={"defaultValue": "now"},
        value="2026-01-31T13:00:00+01:00",
        answer="2026-01-31T12:00:00.000Z",
    ),
    FieldExample(
        type="UUID",
        about='An id of something elsewhere. The default `"uuid"` makes one.',
        name="external",
        more={},
        value="0b6f3f4e-6a0b-4bd0-a6c5-1f1f1f1f0001",
    ),
    FieldExample(
        type="SELECT",
        about="One of the field's options, by its `value`: capital letters, digits and `_`. A default is that value "
        "within single quotes.",
        name="orbit",
        more={"options": _OPTIONS, "defaultValue": "'LOW'"},
        value="HIGH",
    ),
    FieldExample(
        type="MULTI_SELECT",
        about="Any number of the options.",
        name="bands",
        more={"options": _OPTIONS},
        value=["HIGH", "LOW"],
    ),
    FieldExample(
        type="RATING",
        about="`RATING_1` to `RATING_5`: it has its options of its own.",
        name="quality",
        more={},
        value="RATING_4",
    ),
    FieldExample(
        type="ARRAY",
        about="A list of texts.",
        name="tags",
        more={},
        value=["new", "heavy"],
    ),
    FieldExample(
        type="RAW_JSON",
        about="Any JSON, kept as it is. It has no index.",
        name="extra",
        more={},
        value={"stages": [1, 2]},
    ),
    FieldExample(
        type="FILES",
        about="References to files that are kept elsewhere. `settings` must say how many there may be.",
        name="papers",
        more={"settings": {"maxNumberOfValues": 3}},
        value=[{"fileId": "0b6f3f4e-6a0b-4bd0-a6c5-1f1f1f1f0002", "label": "manual.pdf"}],
        answer=[{"fileId": "0b6f3f4e-6a0b-4bd0-a6c5-1f1f1f1f0002", "label": "manual.pdf", ANY: ANY}],
    ),
    FieldExample(
        type="CURRENCY",
        about="An amount in millionths of the currency's unit: this is 1.50 USD.",
        name="price",
        more={},
        value={"amountMicros": 1500000, "currencyCode": "USD"},
    ),
    FieldExample(
        type="FULL_NAME",
        about="A person's name.",
        name="pilot",
        more={},
        value={"firstName": "Ada", "lastName": "Lovelace"},
    ),
    FieldExample(
        type="ADDRESS",
        about="An address. What is not named is null, texts are empty.",
        name="pad",
        more={},
        value={"addressStreet1": "1 Launch Road", "addressCity": "Kourou", "addressCountry": "French Guiana"},
        answer={"addressStreet1": "1 Launch Road", "addressCity": "Kourou", "addressState": "", ANY: ANY},
    ),
    FieldExample(
        type="LINKS",
        about="A link and further ones. The host is written in lower case.",
        name="site",
        more={},
        value={"primaryLinkUrl": "https://Rockets.example/fleet", "primaryLinkLabel": "The fleet"},
        answer={
            "primaryLinkUrl": "https://rockets.example/fleet",
            "primaryLinkLabel": "The fleet",
            "secondaryLinks": [],
        },
    ),
    FieldExample(
        type="EMAILS",
        about="An e-mail address and further ones, in lower case.",
        name="contact",
        more={},
        value={"primaryEmail": "Crew@Rockets.example"},
        answer={"primaryEmail": "crew@rockets.example", "additionalEmails": []},
    ),
    FieldExample(
        type="PHONES",
        about="A telephone number and further ones. Number and country are taken apart.",
        name="phone",
        more={},
        value={"primaryPhoneNumber": "+44 20 7946 0123"},
        answer={
            "primaryPhoneNumber": "2079460123",
            "primaryPhoneCountryCode": "GB",
            "primaryPhoneCallingCode": "+44",
            "additionalPhones": [],
        },
    ),
    FieldExample(
        type="RICH_TEXT",
        about="A text with formatting, as Markdown or as blocks of BlockNote; the other form is made of it.",
        name="story",
        more={},
        value={"markdown": "# It flies"},
        answer={"markdown": ANY, "blocknote": ANY},
    ),
    FieldExample(
        type="RELATION",
        about="One record of another object. The record holds its id, under the field's name with `Id`. One request "
        "makes both ends: here companies get a field `rockets`. With `ONE_TO_MANY` the other end holds the id.",
        name="maker",
        more={
            "relationCreationPayload": {
                "type": "MANY_TO_ONE",
                "targetObjectMetadataId": COMPANY_OBJECT,
                "targetFieldLabel": "Rockets",
                "targetFieldIcon": "IconRocket",
            }
        },
        input_name="makerId",
        value=COMPANY,
    ),
    FieldExample(
        type="MORPH_RELATION",
        about="One record of one of several objects. There is a column for each object, named after it.",
        name="owner",
        more={
            "morphRelationsCreationPayload": [
                {
                    "type": "MANY_TO_ONE",
                    "targetObjectMetadataId": target,
                    "targetFieldLabel": "Owned rockets",
                    "targetFieldIcon": "IconRocket",
                }
                for target in (COMPANY_OBJECT, PERSON_OBJECT)
            ]
        },
        input_name="ownerCompanyId",
        value=COMPANY,
    ),
)
