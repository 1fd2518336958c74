"""The settings of a run as users write them, in flags, a file or a program."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import TYPE_CHECKING

from attrs import frozen

from tgi_common.access import parse_header, parse_url, trust
from tgi_common.proxy import proxy_for
from tgi_conformance.config.profiles import profile_named
from tgi_conformance.config.requirement_set import requirement_set
from tgi_conformance.config.run_config import RunConfig, check_names
from tgi_conformance.config.selection import Selection, requirement_id, route_name, selecting_word
from tgi_conformance.config.usage_error import UsageError
from tgi_conformance.http.client import FIRST_SECONDS, REQUEST_SECONDS, Bounds
from tgi_conformance.http.target import Key, Target, key_from
from tgi_conformance.results.deviations import read_deviations, shipped_deviations
from tgi_conformance.results.levels import BUDGETS, Depth

if TYPE_CHECKING:
    from pathlib import Path

    from tgi_conformance.results.deviations import Deviation


@frozen
class Settings:
    """The flags of `tgi-conformance run`, which documents them."""

    url: str
    api_key_env: str | None = None
    headers: tuple[str, ...] = ()
    depth: str = Depth.STANDARD.value
    seed: int = 0
    only: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    profile: tuple[str, ...] = ()
    set: str | None = None
    require: tuple[str, ...] = ()
    deviations: Path | None = None
    strict: bool = False
    concurrency: int = 4
    rate: float | None = None
    max_seconds: float = 900.0
    wait: float = 0.0
    max_requests: int | None = None
    max_tokens: int | None = None
    gentle: bool = False
    ca: Path | None = None
    insecure: bool = False
    timeout: float | None = None
    no_proxy_env: bool = False


def run_config_of(settings: Settings, key: Key | None = None) -> RunConfig:
    """Parse the settings; raises AccessError, UsageError or DeviationsError with a one-line message."""
    if key is None and settings.api_key_env is not None:
        key = key_from(settings.api_key_env)
    config = RunConfig(
        target=_target(settings, key),
        depth=Depth(settings.depth),
        seed=settings.seed,
        selection=_selection(settings),
        profiles=tuple(dict.fromkeys(profile_named(name).name for name in settings.profile)),
        scored_by=None if settings.set is None else requirement_set(settings.set),
        require=tuple(map(route_name, settings.require)),
        strict=settings.strict,
        deviations=deviations_with(settings.deviations),
        bounds=_bounds(settings),
        concurrency=settings.concurrency,
        gentle=settings.gentle,
        wait=settings.wait,
    )
    if not config.selected:
        raise UsageError(f"no requirement of depth {settings.depth} is selected")
    return config


def deviations_with(file: Path | None) -> tuple[Deviation, ...]:
    """Give the user's known deviations that have not expired, and those of TGI.

    Raises:
        DeviationsError, UsageError: The file cannot be used, or names no requirement.
    """
    own = read_deviations(file) if file else ()
    check_names(own)
    today = datetime.now(timezone.utc).date()
    return tuple(one for one in (*own, *shipped_deviations()) if not one.expired(today))


def _selection(settings: Settings) -> Selection:
    return Selection(
        only=tuple(map(selecting_word, settings.only)),
        skip=tuple(map(selecting_word, settings.skip)),
        ids=frozenset(map(requirement_id, settings.ids)),
    )


def _target(settings: Settings, key: Key | None) -> Target:
    url = parse_url(settings.url)
    trust(settings.ca, insecure=settings.insecure)  # so that a wrong file is told before anything is sent
    proxy = None if settings.no_proxy_env else proxy_for(url)
    headers = tuple(map(parse_header, settings.headers))
    return Target(url, key, headers, settings.ca, settings.insecure, proxy)


def _bounds(settings: Settings) -> Bounds:
    requests, tokens = BUDGETS.get(Depth(settings.depth), (None, None))
    return Bounds(
        request_seconds=REQUEST_SECONDS if settings.timeout is None else settings.timeout,
        first_seconds=FIRST_SECONDS if settings.timeout is None else settings.timeout,
        run_seconds=settings.max_seconds,
        requests_per_second=settings.rate,
        requests=requests if settings.max_requests is None else settings.max_requests,
        generated_tokens=tokens if settings.max_tokens is None else settings.max_tokens,
    )
