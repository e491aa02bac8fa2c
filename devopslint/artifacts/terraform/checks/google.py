"""Checks of resources at Google that ask for several values, or for another resource."""

from __future__ import annotations

from devopslint.artifacts.terraform.checks.blocks import is_absent, is_off, problem_at
from devopslint.artifacts.terraform.indexes import is_before, resources
from devopslint.policy.subject import Problem
from devopslint.syntax.tree import MISSING, UNKNOWN, Seq

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.terraform.module import Module
    from devopslint.policy.subject import Subject

    Options = Mapping[str, Any]

_EXTERNAL = (MISSING, "EXTERNAL", "EXTERNAL_MANAGED")
"""Schemes of load balancers that the internet reaches; the first is what counts where none is named."""


def logs_to_itself(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for a bucket of Cloud Storage that keeps the log of its requests in itself."""
    name, logs = subject.get("name"), subject.get("logging.log_bucket")
    if isinstance(name, str) and name == logs:
        yield Problem("logging.log_bucket")


def missing_flags(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield one problem for a database of Cloud SQL that does not set all flags that its kind should."""
    engine = str(subject.get("database_version")).partition("_")[0].lower()
    wanted = options.get(engine, ())
    flags = subject.get("settings.database_flags")
    if not wanted or not (flags is MISSING or (isinstance(flags, Seq) and not flags.open)):
        return
    count = len(flags) if isinstance(flags, Seq) else 0
    names = [subject.get(("settings", "database_flags", index, "name")) for index in range(count)]
    missing = [] if UNKNOWN in names else [f"`{name}`" for name in wanted if name not in names]
    if missing:
        yield Problem(flags=", ".join(missing))


def plain_http(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for a forwarding rule that leads the internet to a proxy of HTTP that does not redirect to HTTPS."""
    if subject.get("load_balancing_scheme") not in _EXTERNAL:
        return
    module: Module = subject.context
    targets = module.referred_by(subject.raw("target"))
    maps = [
        named
        for kind in ("google_compute_target_http_proxy", "google_compute_region_target_http_proxy")
        for proxy in resources(module, kind)
        if proxy.address in targets
        for named in module.referred_by(proxy.block.get("url_map"))
    ]
    known = [module.subjects[named] for named in maps if named in module.subjects]
    if known and all(one.get("default_url_redirect") is MISSING for one in known):
        yield Problem("target")


def public_model(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for an endpoint of Vertex AI that the internet reaches: one for indexes only if it says so."""
    private = ("private_service_connect_config", "enable_private_service_connect")
    if subject.type == "google_vertex_ai_index_endpoint":
        if subject.get("public_endpoint_enabled") in (True, "true"):
            yield problem_at(subject, ("public_endpoint_enabled",))
    elif is_absent(subject, "network") and is_off(subject, private):
        yield Problem()


def routes_for_pods(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for a cluster whose pods have routes: it says so, or the provider is one of before version 5."""
    mode, ranges, autopilot = (subject.get(n) for n in ("networking_mode", "ip_allocation_policy", "enable_autopilot"))
    if mode == "ROUTES":
        yield problem_at(subject, ("networking_mode",))
    elif mode is MISSING and ranges is MISSING and autopilot in (MISSING, False):
        named = str(subject.raw("provider", "google")).partition(".")[0]
        if is_before(subject.context, named, 5):
            yield Problem()


def key_rotation(subject: Subject, options: Options) -> Iterator[Problem]:
    """Yield a problem for a key of Google that is rotated too rarely or never."""
    purpose = subject.get("purpose")
    if purpose is not MISSING and purpose != "ENCRYPT_DECRYPT":
        return
    period = subject.get("rotation_period")
    if period is MISSING:
        yield Problem(problem="is never rotated")
    elif isinstance(period, str) and period.endswith("s") and period[:-1].replace(".", "").isdigit():
        days = float(period[:-1]) / 86400
        if days > float(options["days"]):
            yield Problem("rotation_period", problem=f"is rotated every {days:.0f} days")
