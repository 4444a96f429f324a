"""What documents say about members that no workspace has a say in. Names mean the same wherever they appear."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

#: Composite types.
COMPOSITES: Final[Mapping[str, str]] = {
    "ACTOR": "Who or what did something",
    "ADDRESS": "A postal address",
    "CURRENCY": "An amount of money",
    "EMAILS": "E-mail addresses",
    "FULL_NAME": "A person's name",
    "LINKS": "Links",
    "PHONES": "Phone numbers",
    "RICH_TEXT": "A formatted text, in two forms. Write one of them, and the other follows",
}
#: Their members, and the members of lists in them and of files.
MEMBERS: Final[Mapping[str, str]] = {
    "source": "How it came about",
    "workspaceMemberId": "The id of the workspace member; null when it was somebody or something else",
    "name": "The name at that time",
    "context": "More about the source",
    "addressStreet1": "Street and number",
    "addressStreet2": "More of the street: floor, building",
    "addressCity": "City or town",
    "addressPostcode": "Postal code",
    "addressState": "State, province or region",
    "addressCountry": "Country",
    "addressLat": "Latitude in degrees, north is positive",
    "addressLng": "Longitude in degrees, east is positive",
    "amountMicros": "The amount in millionths: 1500000 is 1.50",
    "currencyCode": "The code of the currency in ISO 4217, `EUR`",
    "primaryEmail": "The main address",
    "additionalEmails": "More addresses",
    "firstName": "First name",
    "lastName": "Last name",
    "primaryLinkLabel": "The text of the main link",
    "primaryLinkUrl": "The address of the main link",
    "secondaryLinks": "More links",
    "primaryPhoneNumber": "The main number without its calling code",
    "primaryPhoneCountryCode": "Its country in ISO 3166, `FR`",
    "primaryPhoneCallingCode": "Its calling code, `+33`",
    "additionalPhones": "More numbers",
    "number": "The number without its calling code",
    "countryCode": "The country in ISO 3166, `FR`",
    "callingCode": "The calling code, `+33`",
    "blocknote": "The text as blocks of BlockNote, in JSON",
    "markdown": "The text in Markdown",
    "label": "The text that is shown for it",
    "url": "The address; null while there is none",
    "fileId": "The id of the file",
    "extension": "What the name of the file ends in",
}
