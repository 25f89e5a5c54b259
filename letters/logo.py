"""The logo of an office's own design: looked at when it is uploaded, kept with the version.

It is part of the published version, so it cannot be missing when a letter is made, and a changed
logo changes no letter that has its number.
"""

import io

from django.utils.translation import gettext as _
from PIL import Image as Picture

from files.errors import Refused
from files.inspection import inspect
from letters.errors import DesignError

# Letters stay under 300 kB with it; at 150 dots an inch 1,200 are 20 cm.
MOST_BYTES = 60_000
SHORTEST_SIDE, LONGEST_SIDE = 60, 1200
TYPES = {"image/png", "image/jpeg"}


def taken(data: bytes, *, name: str = "") -> bytes:
    """The picture as letters print it: PNG, on white, without what a camera or an editor wrote
    into it. Opened first where nothing is in reach. Raises DesignError with a sentence."""
    try:
        found = inspect(data, name=name)
    except Refused as refused:
        raise DesignError(str(refused), part="logo") from None
    if found.content_type not in TYPES:
        raise DesignError(_("로고는 PNG 또는 JPEG 그림이어야 합니다."), part="logo")
    with Picture.open(io.BytesIO(data)) as given:
        width, height = given.size
        if min(width, height) < SHORTEST_SIDE or max(width, height) > LONGEST_SIDE:
            raise DesignError(
                _(
                    "로고의 크기를 고쳐 주세요: %(width)d×%(height)d 화소 "
                    "(짧은 변 %(least)d 이상, 긴 변 %(most)d 이하)"
                )
                % {
                    "width": width,
                    "height": height,
                    "least": SHORTEST_SIDE,
                    "most": LONGEST_SIDE,
                },
                part="logo",
            )
        drawn = given.convert("RGBA")
    whole = Picture.new("RGB", drawn.size, "white")
    whole.paste(drawn, mask=drawn)
    out = io.BytesIO()
    whole.save(out, "PNG", optimize=True)
    if len(out.getvalue()) > MOST_BYTES:
        raise DesignError(
            _("로고가 너무 큽니다: %(size)d kB (최대 %(most)d kB). 작게 저장해 주세요.")
            % {"size": len(out.getvalue()) // 1000 + 1, "most": MOST_BYTES // 1000},
            part="logo",
        )
    return out.getvalue()
