"""Secrets Manager and Systems Manager parameters: what the template declares. Values of secrets can be replaced."""

from __future__ import annotations

import json
import secrets
import string
from collections.abc import Iterable, Mapping, MutableMapping

from local.aws.errors import AwsError
from local.aws.routing import Call, Reply, Targets
from local.state import Settings
from local.template.application import Secret


def secret_values(declared: Iterable[Secret], settings: Settings) -> dict[str, str]:
    """The value of every secret by ARN. What is to be generated is generated once and kept in the data folder, as is
    what replaced a value.
    """
    values = {}
    for secret in declared:
        kept = settings.get(_kept_as(secret.name))
        if kept is None and secret.value is not None:
            kept = secret.value
        elif kept is None:
            kept = _generated(secret.generate or {})
            settings.set(_kept_as(secret.name), kept)
        values[secret.arn] = kept
    return values


def secrets_targets(
    declared: Iterable[Secret], values: MutableMapping[str, str], settings: Settings, parameters: Mapping[str, str]
) -> Targets:
    """GetSecretValue, PutSecretValue, GetParameter and GetParameters. What is put is in ``values`` from then on."""
    named = {secret.name: secret.arn for secret in declared}

    def find(call: Call) -> dict[str, object]:
        wanted = str(call.json().get("SecretId"))
        arn = named.get(wanted, wanted)
        if arn not in values:
            raise AwsError("ResourceNotFoundException", "Secrets Manager can't find the specified secret.")
        name = next(name for name, owner in named.items() if owner == arn)
        return {"ARN": arn, "Name": name, "VersionId": "local", "VersionStages": ["AWSCURRENT"]}

    async def get_secret_value(call: Call) -> Reply:
        found = find(call)
        return Reply(body=found | {"SecretString": values[str(found["ARN"])]})

    async def put_secret_value(call: Call) -> Reply:
        found, text = find(call), call.json().get("SecretString")
        if not isinstance(text, str):
            raise AwsError("InvalidParameterException", "You must provide SecretString.")
        settings.set(_kept_as(str(found["Name"])), text)
        values[str(found["ARN"])] = text
        return Reply(body=found)

    async def get_parameter(call: Call) -> Reply:
        name = str(call.json().get("Name"))
        if name not in parameters:
            raise AwsError("ParameterNotFound", f"Parameter {name} not found.")
        return Reply(body={"Parameter": _shown(name, parameters[name])})

    async def get_parameters(call: Call) -> Reply:
        names = [str(name) for name in call.json().get("Names") or []]
        entries = [_shown(name, parameters[name]) for name in names if name in parameters]
        return Reply(
            body={"Parameters": entries, "InvalidParameters": [name for name in names if name not in parameters]}
        )

    return {
        "AmazonSSM.GetParameter": get_parameter,
        "AmazonSSM.GetParameters": get_parameters,
        "secretsmanager.GetSecretValue": get_secret_value,
        "secretsmanager.PutSecretValue": put_secret_value,
    }


def _kept_as(name: str) -> str:
    """The setting with a secret's value."""
    return f"secret {name}"


def _shown(name: str, value: str) -> dict[str, object]:
    return {"Name": name, "Type": "String", "Value": value, "Version": 1}


def _generated(rules: Mapping[str, object]) -> str:
    """A secret by GenerateSecretString's rules: length, excluded characters, and a JSON template to put it in."""
    excluded = set(str(rules.get("ExcludeCharacters", "")))
    groups = {
        "ExcludeLowercase": string.ascii_lowercase,
        "ExcludeUppercase": string.ascii_uppercase,
        "ExcludeNumbers": string.digits,
        "ExcludePunctuation": string.punctuation,
    }
    alphabet = [
        character
        for rule, group in groups.items()
        if not rules.get(rule)
        for character in group
        if character not in excluded
    ]
    if rules.get("IncludeSpace"):
        alphabet.append(" ")
    password = "".join(secrets.choice(alphabet) for _ in range(int(str(rules.get("PasswordLength", 32)))))
    if "SecretStringTemplate" not in rules:
        return password
    return json.dumps({**json.loads(str(rules["SecretStringTemplate"])), str(rules["GenerateStringKey"]): password})
