"""Logs: one JSON object a line, on standard output."""

from __future__ import annotations

import logging
import sys

import msgspec
import structlog
from aiohttp.http_exceptions import HttpProcessingError


def configure(service: str, level: str) -> None:
    """Send structlog and the libraries' own logging the same way."""
    threshold = logging.getLevelNamesMapping().get(level.upper(), logging.INFO)
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    render = structlog.processors.JSONRenderer(serializer=lambda value, **_: _encode(value))
    structlog.configure(
        processors=[*shared, structlog.processors.format_exc_info, render],
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        logger_factory=structlog.PrintLoggerFactory(sys.stdout),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(service=service)
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.add_logger_name],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                render,
            ],
        )
    )
    logging.getLogger("aiohttp.server").addFilter(without_bytes)
    logging.basicConfig(level=max(threshold, logging.WARNING), handlers=[handler], force=True)


def without_bytes(record: logging.LogRecord) -> bool:
    """Leave out what a peer sent that is not HTTP: it may hold a key, and it is nothing of ours that failed."""
    error = record.exc_info[1] if record.exc_info else None
    if isinstance(error, HttpProcessingError):
        record.msg, record.args, record.exc_info = "refused bytes that are not HTTP", (), None
    return True


def _encode(value: object) -> str:
    return msgspec.json.encode(value, enc_hook=str).decode()
