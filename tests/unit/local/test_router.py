from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.gateway.router import Router

ROUTES = [
    "/",
    "/rest",
    "/rest/{proxy+}",
    "/rest/metadata/{proxy+}",
    "/rest/{object}/{id}",
    "/rest/open-api/core",
    "/users/{id}/keys",
]


@pytest.mark.parametrize(
    ("path", "resource", "parameters"),
    [
        ("/", "/", {}),
        ("/rest", "/rest", {}),
        ("/rest/", "/rest", {}),
        ("/rest/people", "/rest/{proxy+}", {"proxy": "people"}),
        ("/rest/people/1", "/rest/{object}/{id}", {"object": "people", "id": "1"}),
        ("/rest/people/1/2", "/rest/{proxy+}", {"proxy": "people/1/2"}),
        ("/rest/metadata/objects", "/rest/metadata/{proxy+}", {"proxy": "objects"}),
        ("/rest/metadata/a/b", "/rest/metadata/{proxy+}", {"proxy": "a/b"}),
        ("/rest/open-api/core", "/rest/open-api/core", {}),
        ("/rest/open%2Dapi/core", "/rest/open-api/core", {}),
        ("/rest/open-api/other", "/rest/{object}/{id}", {"object": "open-api", "id": "other"}),
        ("/rest/a%2Fb/1", "/rest/{object}/{id}", {"object": "a%2Fb", "id": "1"}),
        ("/users/1/keys/", "/users/{id}/keys", {"id": "1"}),
    ],
)
def test_the_most_specific_resource(path: str, resource: str, parameters: dict[str, str]) -> None:
    resource_match = Router(ROUTES).match(path)
    assert resource_match
    assert (resource_match.path, resource_match.parameters) == (resource, parameters)


@pytest.mark.parametrize("path", ["/users", "/users/1", "/users//keys", "/other"])
def test_no_resource(path: str) -> None:
    assert Router(ROUTES).match(path) is None


def test_two_names_for_one_place() -> None:
    with pytest.raises(ValueError, match="sibling"):
        Router(["/a/{id}", "/a/{name}/b"])


SEGMENTS = st.sampled_from(["a", "b", "{x}"])
PATHS = st.lists(SEGMENTS, max_size=4).flatmap(
    lambda segments: st.sampled_from(["/" + "/".join(segments), "/" + "/".join([*segments, "{rest+}"])])
)


def _matches(resource: str, path: str) -> bool:
    pattern = re.sub(r"\{\w+\}", "[^/]+", re.sub(r"\{\w+\+\}", ".+", resource.strip("/")))
    return re.fullmatch(pattern, path.strip("/")) is not None


def _specificity(resource: str) -> list[int]:
    return [2 if "+}" in segment else 1 if "{" in segment else 0 for segment in resource.strip("/").split("/")]


@given(st.sets(PATHS, max_size=8), st.lists(st.sampled_from(["a", "b", "c"]), max_size=5))
def test_against_trying_every_resource(resources: set[str], segments: list[str]) -> None:
    path = "/" + "/".join(segments)
    resource_match = Router(resources).match(path)
    matching = sorted((resource for resource in resources if _matches(resource, path)), key=_specificity)
    assert (resource_match.path if resource_match else None) == (matching[0] if matching else None)
