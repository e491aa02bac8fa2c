"""What `devopslint rule new` writes: a rule that holds, finds only what its own example has, and shows how rules are made."""

from __future__ import annotations

import re

_HEAD = """\
# {lead}
# The form of rules: docs/writing-rules.md. The examples are the tests: devopslint rule test {words}
title: {title}
level: warning                    # error | warning | note
practice: infrastructure/as-code  # the one that the rule serves: one of rules/practices.yaml
tags: []                          # `security` also needs `security-severity`, 0.1 to 10.0
confidence: high                  # high | medium | low
profile: default                  # default | strict: a matter of taste
equivalents: []                   # what other tools call it: [hadolint:DL3007]
references: []                    # https://…; reports lead to the first
why: |                            # at least 20 letters
  Say what goes wrong in real life when this is not so.
how: |                            # at least 10 letters
  Say what to do about it.
on: {kind}
"""
_HOLDS = "It works as it stands and finds nothing but its example: make it yours, condition and examples together."
_UNFINISHED = "`preview` keeps it from running until it is named: fill it in, then take that line out."
_EXAMPLES = """\
examples:
  - bad: {bad}
  - good: {near}
  - good: {unknown}
"""
_BEHIND = ("          # `#! 6-9` marks the columns where it must be found", "         # the near miss",
           "         # what can't be known is never reported")  # fmt: skip
_POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: shop}\nspec:\n"
_JOB = "on: push\njobs:\n  build:\n    runs-on: "
_UPDATE = "version: 2\nupdates:\n  - package-ecosystem: npm\n    directory: /\n    schedule: {interval: weekly}\n"
_TEAM = "apiVersion: v1\nkind: TYPE\nmetadata:\n  name: shop\n  labels:\n    team: "
_REGISTRY = "version: 2\nregistries:\n  house:\n    type: npm-registry\n    url: "

_SAMPLES = {
    "dockerfile.stage": (
        "image: {image_registry: old.example.com}", "`{image}` comes from the old registry", "",
        "FROM old.example.com/base:1 #! 6-27\n", "FROM new.example.com/base:1\n", "ARG BASE\nFROM ${BASE}\n",
    ),
    "dockerfile.instruction.RUN": (
        "flags.network: host", "the network of the host is used", "",
        "FROM debian:13\nRUN --network=host make #!\n", "FROM debian:13\nRUN --network=none make\n",
        "FROM debian:13\nRUN make\n",
    ),
    "dockerfile.instruction": (
        'args: {any_item: {matches: "^old-name$"}}', "`{value}` is gone", "COPY",
        "FROM debian:13\nTYPE old-name /srv #!\n", "FROM debian:13\nTYPE new-name /srv\n",
        "FROM debian:13\nARG NAME\nTYPE $NAME /srv\n",
    ),
    "kubernetes.object": (
        "metadata.labels.team: old-team", "{address} belongs to a team that is no more", "ConfigMap",
        _TEAM + "old-team #! 11-18\n", _TEAM + "new-team\n", _TEAM + '"{{ .Values.team }}"\n',
    ),
    "kubernetes.pod": (
        "serviceAccountName: old-account", "{address} runs as `{serviceAccountName}`", "",
        _POD + "  serviceAccountName: old-account #! 23-33\n", _POD + "  serviceAccountName: new-account\n",
        _POD + '  serviceAccountName: "{{ .Values.account }}"\n',
    ),
    "kubernetes.container.init": (
        "image: {image_registry: old.example.com}", "`{image}` comes from the old registry", "",
        _POD + "  initContainers:\n    - name: wait\n      image: old.example.com/wait:1 #! 14-35\n",
        _POD + "  containers:\n    - name: web\n      image: old.example.com/web:1\n",
        _POD + '  initContainers:\n    - name: wait\n      image: "{{ .Values.image }}"\n',
    ),
    "kubernetes.container": (
        "image: {image_registry: old.example.com}", "`{image}` comes from the old registry", "",
        _POD + "  containers:\n    - name: web\n      image: old.example.com/web:1 #! 14-34\n",
        _POD + "  containers:\n    - name: web\n      image: new.example.com/web:1\n",
        _POD + '  containers:\n    - name: web\n      image: "{{ .Values.image }}"\n',
    ),
    "terraform.resource": (
        "tags.team: old-team", "`{address}` belongs to a team that is no more", "aws_sqs_queue",
        'resource "TYPE" "shop" {\n  tags = {\n    team = "old-team" #! 12-21\n  }\n}\n',
        'resource "TYPE" "shop" {\n  tags = {\n    team = "new-team"\n  }\n}\n',
        'variable "team" {}\nresource "TYPE" "shop" {\n  tags = {\n    team = var.team\n  }\n}\n',
    ),
    "terraform.data": (
        "tags.team: old-team", "`{address}` belongs to a team that is no more", "aws_vpc",
        'data "TYPE" "shop" {\n  tags = {\n    team = "old-team" #! 12-21\n  }\n}\n',
        'data "TYPE" "shop" {\n  tags = {\n    team = "new-team"\n  }\n}\n',
        'variable "team" {}\ndata "TYPE" "shop" {\n  tags = {\n    team = var.team\n  }\n}\n',
    ),
    "terraform.module_call": (
        'source: {matches: "old[.]example[.]com"}', "`{source}` is the old place of our modules", "",
        'module "shop" {\n  source = "git::https://old.example.com/shop.git" #! 12-50\n}\n',
        'module "shop" {\n  source = "git::https://new.example.com/shop.git"\n}\n',
        'module "shop" {\n  source = "./shop"\n}\n',
    ),
    "terraform.output": (
        "value: old.example.com", "the output names the old host", "",
        'output "host" {\n  value = "old.example.com" #! 11-27\n}\n',
        'output "host" {\n  value = "new.example.com"\n}\n',
        'variable "host" {}\noutput "host" {\n  value = var.host\n}\n',
    ),
    "terraform.variable": (
        "default: old.example.com", "the default is the old host", "",
        'variable "host" {\n  default = "old.example.com" #! 13-29\n}\n',
        'variable "host" {\n  default = "new.example.com"\n}\n', 'variable "host" {}\n',
    ),
    "terraform.provider": (
        "region: old-region-1", "`{region}` is a region that we have left", "aws",
        'provider "TYPE" {\n  region = "old-region-1" #! 12-25\n}\n', 'provider "TYPE" {\n  region = "new-region-1"\n}\n',
        'variable "region" {}\nprovider "TYPE" {\n  region = var.region\n}\n',
    ),
    "terraform.backend": (
        "bucket: old-state", "the state lies in `{bucket}`", "s3",
        'terraform {\n  backend "TYPE" {\n    bucket = "old-state" #! 14-24\n  }\n}\n',
        'terraform {\n  backend "TYPE" {\n    bucket = "new-state"\n  }\n}\n',
        'terraform {\n  backend "TYPE" {}\n}\n',
    ),
    "workflow.file": (
        "env.HOST: old.example.com", "the workflow talks to the old host", "",
        "on: push\nenv:\n  HOST: old.example.com #! 9-23\njobs: {}\n", "on: push\nenv:\n  HOST: new.example.com\njobs: {}\n",
        "on: push\nenv:\n  HOST: ${{ vars.HOST }}\njobs: {}\n",
    ),
    "workflow.job": (
        "runs-on: old-runner", "{address} runs on `{runs-on}`", "",
        _JOB + "old-runner #! 14-23\n    steps: [{run: make}]\n", _JOB + "new-runner\n    steps: [{run: make}]\n",
        _JOB + "${{ inputs.runner }}\n    steps: [{run: make}]\n",
    ),
    "workflow.step.run": (
        'run: {matches: "old[.]example[.]com"}', "the script talks to the old host", "",
        _JOB + "ubuntu-24.04\n    steps:\n      - run: curl https://old.example.com #!\n",
        _JOB + "ubuntu-24.04\n    steps:\n      - run: curl https://new.example.com\n",
        _JOB + "ubuntu-24.04\n    steps:\n      - run: ${{ inputs.script }}\n",
    ),
    "workflow.step": (
        'uses: {matches: "^old-owner/"}', "`{uses}` has moved", "",
        _JOB + "ubuntu-24.04\n    steps:\n      - uses: old-owner/tool@v1 #! 15-31\n",
        _JOB + "ubuntu-24.04\n    steps:\n      - uses: new-owner/tool@v1\n",
        _JOB + "ubuntu-24.04\n    steps:\n      - run: ${{ inputs.script }}\n",
    ),
    "shell.command": (
        'args: {any_item: {matches: "old[.]example[.]com"}}', "`{name}` talks to the old host", "curl",
        "Dockerfile:FROM debian:13\nRUN TYPE https://old.example.com/a #!\n",
        "Dockerfile:FROM debian:13\nRUN TYPE https://new.example.com/a\n",
        "Dockerfile:FROM debian:13\nARG HOST\nRUN TYPE https://$HOST/a\n",
    ),
    "dependabot.update": (
        "target-branch: old-main", "updates go to the branch `{target-branch}`", "",
        _UPDATE + "    target-branch: old-main #! 20-27\n", _UPDATE + "    target-branch: new-main\n", _UPDATE,
    ),
    "dependabot.registry": (
        'url: {matches: "old[.]example[.]com"}', "`{url}` is the old registry", "",
        _REGISTRY + "https://old.example.com #! 10-32\nupdates: []\n",
        _REGISTRY + "https://new.example.com\nupdates: []\n", _REGISTRY + "${{ secrets.URL }}\nupdates: []\n",
    ),
    "dockerignore.pattern": (
        "pattern: old-folder", "`{pattern}` is no more", "", "old-folder #!\n", "new-folder\n", "old-folder/*\n",
    ),
}  # fmt: skip
"""Kind → what is forbidden, what is said of it, the type that stands for any, and three examples (`Dockerfile:` is a file)."""
_WITHOUT = frozenset({"dockerfile.instruction.ONBUILD", "kubernetes.object.Kustomization"})
"""Types that have none of what the sample of their kind asks for."""
_TO_FILL_IN = (
    "preview: true\nrequire:\n  name: {exists: true}\nmessage: \"`{name}` is not as it should be\"\n",
    "replace me #!\n", "replace me with the near miss\n", "replace me with a value that can't be known\n",
)  # fmt: skip


def skeleton(title: str, kind: str, words: str) -> str:
    """Return the text of a new rule on a kind of subject; `words` is what `rule test` has to be told to try it."""
    base = (
        next((one for one in _SAMPLES if kind == one or kind.startswith(f"{one}.")), "") if kind not in _WITHOUT else ""
    )
    if base:
        condition, message, of_any, *examples = _SAMPLES[base]
        body = f'forbid:\n  {condition}\nmessage: "{message}"\n'
        examples = [text.replace("TYPE", kind[len(base) + 1 :] or of_any) for text in examples]
    else:
        body, *examples = _TO_FILL_IN
    head = _HEAD.format(lead=_HOLDS if base else _UNFINISHED, title=title, kind=kind, words=words)
    bad, near, unknown = (_block(text, behind) for text, behind in zip(examples, _BEHIND, strict=True))
    return head + body + _EXAMPLES.format(bad=bad, near=near, unknown=unknown)


def _block(text: str, behind: str) -> str:
    """Return an example as a block scalar with a remark behind its start; below the name of its file where it has one."""
    name = re.match(r"(\w+):(?=\S)", text)
    inner = text[name.end() :] if name else text
    margin = " " * (8 if name else 6)
    lines = "\n".join(f"{margin}{line}" for line in inner.rstrip("\n").split("\n"))
    return f"{behind.lstrip()}\n      {name.group(1)}: |\n{lines}" if name else f"|{behind}\n{lines}"
