"""The structured log: one line of JSON an event on standard error, readable lines on a terminal; no personal data."""

import logging
import os
import sys

import structlog


def configure() -> None:
    """Sets up structlog for this process; `COCKPIT_LOG` names the lowest level shown (default warning)."""
    level = logging.getLevelNamesMapping().get(os.environ.get("COCKPIT_LOG", "warning").upper(), logging.WARNING)
    renderer = (
        structlog.dev.ConsoleRenderer()
        if sys.stderr.isatty()
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    logging.getLogger("psycopg").setLevel(logging.CRITICAL)  # a lost connection is raised to us; once is enough
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=_logger,
    )


def _logger(*_: object) -> structlog.PrintLogger:
    """A logger on what is standard error at that moment, not on what it was when the log was set up."""
    return structlog.PrintLogger(sys.stderr)
