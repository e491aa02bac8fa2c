"""HEALTHCHECK: which images need one."""

from __future__ import annotations

from devopslint.artifacts.dockerfile.checks.stages import image_of
from devopslint.artifacts.dockerfile.lookback import first
from devopslint.artifacts.dockerfile.use import is_action
from devopslint.policy.subject import Problem
from devopslint.syntax.patterns import lazily
from devopslint.syntax.tree import UNKNOWN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devopslint.artifacts.dockerfile.model import Stage
    from devopslint.policy.subject import Subject

    Options = Mapping[str, Any]

_SERVER_IMAGES = frozenset(
    {"caddy", "cassandra", "couchdb", "elasticsearch", "ghost", "haproxy", "httpd", "influxdb", "jetty", "kibana", "mariadb",
     "memcached", "mongo", "mysql", "nats", "neo4j", "nginx", "nginxinc/nginx-unprivileged", "postgres", "rabbitmq", "redis",
     "tomcat", "traefik", "varnish", "wordpress"}
)  # fmt: skip
"""Images on Docker Hub whose own command listens."""
_SERVER = lazily(
    r"\b(?:apache2(?:ctl|-foreground)?|caddy|daphne|gunicorn|haproxy|httpd|hypercorn|mongod|mysqld|nginx|php-fpm|postgres"
    r"|puma|redis-server|streamlit|unicorn|uvicorn|uwsgi)\b|\bflask\W+run|\brunserver\b|\brails\W+s(?:erver)?\b"
    r"|\b(?:npm|yarn|pnpm)\W+(?:run\W+)?(?:start|serve)\b|\bserver?\.(?:js|py|ts|rb|jar)\b"
)


def no_healthcheck(subject: Subject, options: Options) -> Iterator[Problem]:
    """A final stage that listens on a port or starts a server, without HEALTHCHECK."""
    stage: Stage = subject.context
    if stage.setting("HEALTHCHECK") is None and stage.root_stage.image is not UNKNOWN and _listens(stage):
        yield Problem(())


def no_healthcheck_at_all(subject: Subject, options: Options) -> Iterator[Problem]:
    """Any other final stage without HEALTHCHECK; what is built from `scratch` and starts nothing only carries files."""
    stage: Stage = subject.context
    if stage.setting("HEALTHCHECK") is not None or stage.root_stage.image is UNKNOWN:
        return
    if stage.root_stage.image == "scratch" and not (stage.setting("CMD") or stage.setting("ENTRYPOINT")):
        return
    if not _listens(stage) and not is_action(stage.model):
        yield Problem(())


def _listens(stage: Stage) -> bool:
    if first(stage, "exposes", lambda step: step.name == "EXPOSE") is not None:
        return True
    commands = [held.value for name in ("ENTRYPOINT", "CMD") if (held := stage.setting(name)) is not None]
    if commands:
        return any(_SERVER.search(text) for text in commands)
    image = image_of(stage.root_stage)
    return image is not None and image.name in _SERVER_IMAGES
