"""Ask an image registry for the digest of a tag, through a client that is set up on this machine."""

from __future__ import annotations

import re
import shutil

from claude_preflight.audit.answer import Answer
from claude_preflight.audit.client import Unavailable, run_client, without_secrets

_IMAGE = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._:/-]*[A-Za-z0-9])?")
_TAG = re.compile(r"[\w][\w.-]{0,127}")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_ENDED = re.compile(rb"(?:^|\n)\s*(sha256:[0-9a-f]{64})\s*(?:\n|$)")


def look_up(image: str, version: str | None, folder: str, seconds: float) -> Answer:
    """Return the digest that the tag (or digest) `version` of `image` stands for; None: `latest`. Nothing is fetched.

    Without a client the digest is unknown. Raises `Unavailable` where one is there and the registry does not answer.
    """
    tag, _, digest = (version or "latest").rpartition("@")
    tag = tag or (version or "latest")
    if _DIGEST.fullmatch(digest):
        return Answer(image, tag if tag != digest else digest, digest, {})
    if not _IMAGE.fullmatch(image) or not _TAG.fullmatch(tag):
        raise Unavailable("that is no name of an image")
    return Answer(image, tag, _digest(f"{image}:{tag}", folder, seconds), {})


def _digest(reference: str, folder: str, seconds: float) -> str | None:
    command: tuple[str, ...]
    if shutil.which("skopeo"):
        command = ("skopeo", "inspect", "--no-tags", "--format", "{{.Digest}}", f"docker://{reference}")
        return _asked(command, folder, seconds)
    if shutil.which("docker") and run_client(("docker", "buildx", "version"), folder, seconds).status == 0:
        command = ("docker", "buildx", "imagetools", "inspect", "--format", "{{.Manifest.Digest}}", reference)
        return _asked(command, folder, seconds)
    return None


def _asked(command: tuple[str, ...], folder: str, seconds: float) -> str:
    output = run_client(command, folder, seconds)
    digest = _ENDED.search(output.stdout)
    if output.status or not digest:
        told = without_secrets(output.stderr.decode("utf-8", "replace"))
        raise Unavailable(f"{command[0]}: {told or 'no digest'}")
    return digest[1].decode()
