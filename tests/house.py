"""A small policy of a house of its own, so that tests of the whole do not hang on the rules that come with devopslint."""

from __future__ import annotations

from pathlib import Path

from running import write

COMMON = """\
why: |
  It has cost us an evening, and it will cost another one.
how: |
  Do it as the house does it.
examples:
  - good: |
      FROM scratch
"""

RULES = {
    "house/maintainer": """\
title: Image names its maintainer by a dead instruction
level: note
practice: infrastructure/documented
tags: [style]
on: dockerfile.instruction.MAINTAINER
forbid:
  .: {exists: true}
message: "`MAINTAINER` is of the past"
""",
    "house/ssh-port": """\
title: Container lets people log in
level: error
practice: security/network-segmentation
tags: [security]
security-severity: 7.5
on: dockerfile.instruction.EXPOSE
options:
  closed: {type: list, default: ["22"], description: Ports that stay closed.}
require:
  args: {each: {not_in: {option: closed}}}
message: port `{value}` is open to all
""",
    "house/floating": """\
title: Image floats on the latest tag
level: warning
practice: containers/specific-tags
tags: [supply-chain]
equivalents: [hadolint:DL3007]
on: dockerfile.instruction.FROM
forbid:
  image: {matches: ":latest$"}
message: image `{image}` floats
""",
    "house/nameless-stage": """\
title: Stage has no name of its own
level: warning
practice: infrastructure/documented
profile: strict
on: dockerfile.instruction.FROM
require:
  as: {exists: true}
message: stage on `{image}` has no name
""",
}

DOCKERFILE = "FROM node:latest\nMAINTAINER ann\nEXPOSE 80 22\n"
"""What the house finds here: floating 1:6-17, maintainer 2:1-11, ssh-port 3:11-13 (end columns one past the end)."""


def house(folder: Path, **more: str) -> Path:
    """Write the rules of the house below `folder`/policy, and return that folder."""
    rules = {**RULES, **{name.replace("__", "/").replace("_", "-"): text for name, text in more.items()}}
    write(folder / "policy", {f"{name}.yaml": text + COMMON for name, text in rules.items()})
    return folder / "policy"
