"""System checks of the catalogue that comes with the product.

They read every file, which takes a second: only `check --deploy` runs them. A broken file never
reaches the database and never stops a running site.
"""

from typing import Any

from django.conf import settings
from django.core.checks import Error, Tags, register

from programs.catalogue_files import read_catalogue


@register(Tags.files, deploy=True)
def shipped_catalogue_is_sound(app_configs: Any, **kwargs: Any) -> list[Error]:
    return [
        Error(str(problem), id="programs.E001")
        for problem in read_catalogue([settings.CATALOGUE_DIR]).problems
    ]
