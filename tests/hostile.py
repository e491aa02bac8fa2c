"""What breaks out of reports, and what a CI service makes of it."""

from __future__ import annotations

HOSTILE = (
    "\n::error file=x,line=1::forged",
    "::error::forged",
    " \t\u00a0::warning title=a::forged",
    "\r::add-mask::a",
    "##[error]forged",
    "a ##[set-output name=b]c",
    "##vso[task.setvariable variable=a]b",
    "##teamcity[buildStatus text='a']",
    "]]>",
    "--></failure><script>alert(1)</script>",
    "&lt;&#0;&amp;",
    "100%0A::error::forged",
    ",title=forged:a",
    "\x1b[2J\x1b]8;;http://evil.example\x1b\\\x07",
    "\u202e\u2066\u200b",
    "\U0001f600\U0010ffff",
    "\ud83d",
    "\ude00\ud83d",
    "\udcff",
    "\x00\x0b\x0c\x1f\x7f\x85\ufffe\uffff\u2028\u2029",
    "` | `` @everyone \\| ![a](http://evil.example/a.png) <img src=x onerror=alert(1)>",
    "\\`|`@everyone",
    "| a | b |\n|---|---|",
)
"""What a file, its name or a message may hold to break out of a report."""

_RUNNER_COMMANDS = {
    "add-mask", "add-matcher", "add-path", "debug", "echo", "endgroup", "error", "group", "notice", "remove-matcher",
    "save-state", "set-env", "set-output", "stop-commands", "warning",
}  # fmt: skip


def obeyed(text: str) -> list[tuple[str, dict[str, str], str]]:
    """What a runner of GitHub Actions takes for commands: name, properties, message.

    As `ActionCommand.cs` and `ActionCommandManager.cs` of actions/runner do it: of each line first the form with colons,
    at its start, else the one with a bracket, anywhere.
    """
    found = []
    for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        trimmed = line.lstrip()
        if trimmed.startswith("::") and (end := trimmed.find("::", 2)) >= 0:
            name, _, told = trimmed[2:end].partition(" ")
            if name.lower() in _RUNNER_COMMANDS:
                pairs = [one.split("=", 1) for one in told.strip().split(",") if one]
                properties = {one[0]: _decoded(one[1], "\r\n:,%") for one in pairs if len(one) == 2 and all(one)}
                found.append((name, properties, _decoded(trimmed[end + 2 :], "\r\n%")))
                continue
        start = line.find("##[")
        end = line.find("]", start)
        if start >= 0 and end >= 0 and line[start + 3 : end].split(" ")[0].lower() in _RUNNER_COMMANDS:
            found.append((line[start + 3 : end].split(" ")[0], {}, line[end + 1 :]))
    return found


def _decoded(text: str, characters: str) -> str:
    for char in characters:  # `%` is the last, as the runner has it
        text = text.replace(f"%{ord(char):02X}", char)
    return text
