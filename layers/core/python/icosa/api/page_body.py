"""Pages of collections in the responses of FastAPI applications."""

from __future__ import annotations

from ..validation.body import ResponseBody


class PageInfo(ResponseBody):
    """``has_next_page``: there are more in the direction of the request."""

    has_next_page: bool
    start_cursor: str | None
    end_cursor: str | None


class PageBody[T: ResponseBody](ResponseBody):
    """As ``metadata.pages.CollectionPage.envelope`` makes it."""

    data: list[T]
    page_info: PageInfo
    total_count: int
