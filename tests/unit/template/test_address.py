"""Where the API is found: the parameters of a domain, and everything that names the address."""

from __future__ import annotations

import re
from typing import Any

import pytest

from local.template.intrinsics import NO_VALUE, Intrinsics

Document = dict[str, Any]

_DOMAIN = {"DomainName": "api.example.com", "CertificateArn": "arn:aws:acm:r:1:certificate/c"}
_EXECUTE_API = "https://Api.execute-api.AWS::Region.AWS::URLSuffix/dev"
_ADDRESS = {"Domain", "DomainMapping", "DomainRecord", "WebAcl"}


class _Deployment:
    """The template with values of its parameters. A resource is its own name."""

    def __init__(self, template: Document, parameters: dict[str, str]) -> None:
        values: Document = {name: body["Default"] for name, body in template["Parameters"].items()} | parameters
        values["AWS::NoValue"] = NO_VALUE
        self._template = template
        self._intrinsics = Intrinsics(
            ref=lambda name: values.get(name, name),
            attribute=lambda name, attribute: f"{name}.{attribute}",
            mappings=template["Mappings"],
            conditions=template["Conditions"],
        )

    def resources(self) -> dict[str, Document]:
        """The properties of those resources about the address that there are."""
        return {
            name: self._intrinsics.resolve(resource["Properties"])
            for name, resource in self._template["Resources"].items()
            if name in _ADDRESS and self._intrinsics.condition(resource["Condition"])
        }

    def value(self, path: str) -> Any:
        part: Any = self._template
        for step in path.split("/"):
            part = part[step]
        return self._intrinsics.resolve(part)

    def refusals(self) -> set[str]:
        """The rules that CloudFormation would find broken."""
        return {
            name
            for name, rule in self._template["Rules"].items()
            if self._intrinsics.resolve(rule["RuleCondition"])
            and not all(self._intrinsics.resolve(entry["Assert"]) for entry in rule["Assertions"])
        }


@pytest.mark.parametrize(
    ("parameters", "url"),
    [
        ({}, _EXECUTE_API),
        ({"StageName": "prod"}, _EXECUTE_API.replace("/dev", "/prod")),
        (_DOMAIN, "https://api.example.com"),
        (_DOMAIN | {"BasePath": "crm"}, "https://api.example.com/crm"),
        (_DOMAIN | {"BasePath": "rest/v1", "StageName": "prod"}, "https://api.example.com/rest/v1"),
    ],
)
def test_every_address_follows_the_domain(template: Document, parameters: dict[str, str], url: str) -> None:
    deployment = _Deployment(template, parameters)

    assert deployment.value("Outputs/ApiUrl/Value") == url
    assert deployment.value("Outputs/ConsoleUrl/Value") == f"{url}/"
    assert deployment.value("Resources/ApiUrlParameter/Properties/Value") == url
    assert deployment.refusals() == set()


def test_without_a_domain_there_is_nothing_of_it(template: Document) -> None:
    deployment = _Deployment(template, {})

    assert deployment.resources() == {}
    assert deployment.value("Resources/Api/Properties/DisableExecuteApiEndpoint") is False
    assert template["Outputs"]["DomainTarget"]["Condition"] == "HasDomain"


def test_the_gateway_is_told_whether_its_own_address_is_closed(transformed: Document) -> None:
    """In the definition of the API, which a deployment takes over; the resource has no such property."""
    [server] = transformed["Resources"]["Api"]["Properties"]["Body"]["servers"]

    assert server["x-amazon-apigateway-endpoint-configuration"] == {
        "disableExecuteApiEndpoint": {"Fn::If": ["ClosesExecuteApi", True, False]}
    }


def test_a_domain_leads_to_the_stage(template: Document) -> None:
    told = _DOMAIN | {"BasePath": "v1/crm", "HostedZoneId": "Z1", "DisableExecuteApiEndpoint": "true"}
    deployment = _Deployment(template, told)

    assert deployment.resources() == {
        "Domain": {
            "DomainName": "api.example.com",
            "RegionalCertificateArn": "arn:aws:acm:r:1:certificate/c",
            "EndpointConfiguration": {"Types": ["REGIONAL"]},
            "SecurityPolicy": "TLS_1_2",
        },
        "DomainMapping": {"ApiId": "Api", "ApiMappingKey": "v1/crm", "DomainName": "Domain", "Stage": "Api.Stage"},
        "DomainRecord": {
            "HostedZoneId": "Z1",
            "Name": "api.example.com",
            "Type": "A",
            "AliasTarget": {"DNSName": "Domain.RegionalDomainName", "HostedZoneId": "Domain.RegionalHostedZoneId"},
        },
    }
    assert deployment.value("Resources/Api/Properties/DisableExecuteApiEndpoint") is True


def test_of_a_domain_as_a_whole_the_mapping_names_no_path(template: Document) -> None:
    resources = _Deployment(template, _DOMAIN).resources()

    assert resources["DomainMapping"] == {"ApiId": "Api", "DomainName": "Domain", "Stage": "Api.Stage"}
    assert "DomainRecord" not in resources


def test_newer_policies_of_tls_say_how_callers_are_checked(template: Document) -> None:
    for policy in template["Parameters"]["TlsPolicy"]["AllowedValues"]:
        domain = _Deployment(template, _DOMAIN | {"TlsPolicy": policy}).resources()["Domain"]
        assert domain["SecurityPolicy"] == policy
        assert domain.get("EndpointAccessMode") == (None if policy == "TLS_1_2" else "BASIC")


def test_a_web_acl_stands_before_the_stage(template: Document) -> None:
    arn = "arn:aws:wafv2:r:1:regional/webacl/a/b"

    assert _Deployment(template, {"WebAclArn": arn}).resources() == {
        "WebAcl": {
            "ResourceArn": "arn:AWS::Partition:apigateway:AWS::Region::/restapis/Api/stages/Api.Stage",
            "WebACLArn": arn,
        }
    }


@pytest.mark.parametrize(
    ("parameters", "rule"),
    [
        ({"DomainName": "api.example.com"}, "DomainHasCertificate"),
        ({"HostedZoneId": "Z1"}, "ZoneHasDomain"),
        ({"BasePath": "crm"}, "BasePathHasDomain"),
        ({"DisableExecuteApiEndpoint": "true"}, "ClosedEndpointHasDomain"),
    ],
)
def test_what_cannot_work_is_refused(template: Document, parameters: dict[str, str], rule: str) -> None:
    assert _Deployment(template, parameters).refusals() == {rule}


@pytest.mark.parametrize(
    ("name", "allowed", "refused"),
    [
        ("BasePath", ["", "crm", "a/b", "rest", "v1.2_x-y/z"], ["/crm", "crm/", "a//b", "a b", "ä", "?"]),
        (
            "DomainName",
            ["", "example.com", "api.eu-1.example.co.uk"],
            ["https://x.com", "x", "X.com", "x.com/", "-x.com"],
        ),
        (
            "CertificateArn",
            ["", "arn:aws:acm:eu-central-1:1:certificate/x"],
            ["x", "arn:aws:iam::1:server-certificate/x"],
        ),
        ("HostedZoneId", ["", "Z0123ABC"], ["/hostedzone/Z1", "example.com."]),
        ("WebAclArn", ["", "arn:aws:wafv2:r:1:regional/webacl/a/b"], ["a", "arn:aws:waf::1:webacl/x"]),
    ],
)
def test_values(template: Document, name: str, allowed: list[str], refused: list[str]) -> None:
    pattern = template["Parameters"][name]["AllowedPattern"]

    assert [value for value in allowed if not re.fullmatch(pattern, value)] == []
    assert [value for value in refused if re.fullmatch(pattern, value)] == []
