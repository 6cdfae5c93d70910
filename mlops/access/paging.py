"""Cursor pages of the REST API, newest first."""

from __future__ import annotations

from rest_framework.pagination import CursorPagination


class CursorPages(CursorPagination):
    page_size = 50
    page_size_query_param = "limit"
    max_page_size = 500
    ordering: str | tuple[str, ...] = "-created_at"
