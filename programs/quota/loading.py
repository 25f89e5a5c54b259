"""What a loaded file means for the pools of its programme and period."""

from programs.manifest import Manifest, QuotaNode
from programs.models import Pool, Programme
from programs.quota.locked import in_callers_transaction
from programs.quota.proposals import propose
from programs.quota.sizes import open_pool, walk
from programs.quota.trees import named_tree

# The reason of what a programme's file opens begins with this; the file's label follows.
CATALOGUE = "catalogue"


@in_callers_transaction
def ensure_pools(*, programme: Programme, manifest: Manifest) -> list[str]:
    """Open the pools of the manifest's period if there are none yet; one line for each.

    Pools belong to programme and period, not to a version: a file with another tree changes
    nothing but becomes a proposal. Names are texts and follow the file.
    """
    period = manifest.period
    if manifest.quota is None or period.to is None:
        return []  # the catalogue's checker refuses a quota without an end
    existing = list(
        Pool.objects.filter(programme=programme, period_code=period.code).order_by("pk")
    )
    if existing:
        _rename(existing, manifest.quota)
        return list(propose(programme=programme, manifest=manifest, pools=existing))
    opened: dict[str, Pool] = {}
    lines = []
    tree = named_tree(manifest)
    for said in tree["pools"]:
        opened[said["path"]] = open_pool(
            programme=programme,
            period=(period.code, tree["from"], tree["to"]),
            parent=opened.get(said["path"].rpartition("/")[0]),
            said=said,
            reason=f"{CATALOGUE} {manifest.label}",
        )
        head = f"quota {programme.slug}/{period.code}"
        lines.append(f"{head}/{said['path']} opened with {said['size']}")
    return lines


def _rename(pools: list[Pool], quota: QuotaNode) -> None:
    nodes = dict(walk(quota))
    for pool in pools:
        names = nodes[pool.path].names if pool.path in nodes else None
        if names and (pool.name_ko, pool.name_en) != (names.ko, names.en):
            pool.name_ko, pool.name_en = names.ko, names.en
            pool.save(update_fields=["name_ko", "name_en"])
