"""System checks of the catalogue that comes with the product.

They read every file, which takes a second: only `check --deploy` runs them. A broken file never
reaches the database and never stops a running site.
"""

from typing import Any

from django.conf import settings
from django.core.checks import Error, Tags, register

from programs import registry
from programs.catalogue_files import Catalogue, read_catalogue
from programs.manifest import Manifest


@register(Tags.files, deploy=True)
def shipped_catalogue_is_sound(app_configs: Any, **kwargs: Any) -> list[Error]:
    return [Error(str(problem), id="programs.E001") for problem in _shipped().problems]


@register(Tags.compatibility, deploy=True)
def catalogue_names_what_there_is(app_configs: Any, **kwargs: Any) -> list[Error]:
    return [
        Error(
            f"{version.file} names the {kind} {name!r}, which no room has registered.",
            hint="Rooms call programs.registry.register in AppConfig.ready().",
            id="programs.E002",
        )
        for version in _shipped().versions
        for kind in registry.KINDS
        for name in sorted(_named(version.manifest, kind) - registry.known(kind))
    ]


def _shipped() -> Catalogue:
    return read_catalogue([settings.CATALOGUE_DIR])


def _named(manifest: Manifest, kind: registry.Kind) -> set[str]:
    if kind == "stage":
        return set(manifest.stage_kinds)
    return {manifest.letter.template} if manifest.letter else set()
