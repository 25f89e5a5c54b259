"""The desk's way to change a quota: looked at, proposed by one, answered by another."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Office, StaffMembership, StaffRole, User
from programs.models import ChangeState, Pool, QuotaChange
from tests.world import GYEONGGI

pytestmark = pytest.mark.django_db


@pytest.fixture
def ulsan(world):
    return Pool.objects.get(programme__slug="ulsan", parent=None)


def staff(mail, role, office="ulsan"):
    user = User.objects.create_user(f"{mail}@example.test", name=mail)
    StaffMembership.objects.create(user=user, office=Office.objects.get(code=office), role=role)
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def one(ulsan):
    return staff("one", StaffRole.ADMINISTRATOR)


@pytest.fixture
def two(ulsan):
    return staff("two", StaffRole.ADMINISTRATOR)


def page(pool):
    return reverse("desk-quota", args=[pool.public_id])


def asked(ulsan, **more):
    parts = {pool.path.rpartition("/")[2]: pool for pool in ulsan.children.all()}
    return {
        "what": "transfer",
        "source": str(parts["welding"].public_id),
        "pool": str(parts["paint"].public_id),
        "units": "8",
        "reason": "도장공 수요가 늘었습니다.",
        "consent_reference": "법무부 체류관리과-123 (2026-10-01)",
    } | more


def sizes(ulsan):
    return {
        pool.path.rpartition("/")[2]: pool.size
        for pool in Pool.objects.filter(programme=ulsan.programme)
    }


def test_looked_at_proposed_and_approved_by_another(ulsan, one, two):
    before = sizes(ulsan)
    said = one.get(page(ulsan)).content.decode()
    assert "법무부와 사전협의 필요" in said
    said = one.post(page(ulsan), asked(ulsan)).content.decode()
    assert "아직 아무것도 바뀌지 않았습니다." in said
    assert "308 → 300" in said
    assert "77 → 85" in said
    assert "법무부와 사전협의 필요" in said
    assert not QuotaChange.objects.exists()
    said = one.post(page(ulsan), asked(ulsan, do="propose"), follow=True).content.decode()
    assert "다른 운영자가 승인하면 반영됩니다." in said
    change = QuotaChange.objects.get()
    address = reverse("desk-quota-change", args=[change.public_id])
    assert 'value="approve"' not in said, "nobody is offered to approve their own"
    said = one.post(address, {"do": "approve"}, follow=True).content.decode()
    assert "자신이 제안한 변경은 다른 운영자가 승인해야 합니다." in said
    assert sizes(ulsan) == before
    listed = two.get(reverse("desk-programmes")).content.decode()
    assert address in listed
    said = two.post(address, {"do": "approve"}, follow=True).content.decode()
    assert "쿼터 변경을 승인하고 반영했습니다." in said
    assert sizes(ulsan) | {"welding": 300} == sizes(ulsan)
    assert 85 in sizes(ulsan).values()
    said = two.get(page(ulsan)).content.decode()
    assert "-8" in said
    assert "+8" in said
    assert "도장공 수요가 늘었습니다." in said


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"units": "309"}, "옮길 수 있는 수: 308"),
        ({"units": "0"}, "1"),
        ({"units": "many"}, "many"),
        ({"reason": ""}, "사유를 적어 주세요."),
        ({"consent_reference": ""}, "협의나 동의를 어떻게 받았는지 적어 주세요."),
        ({"source": "nonsense"}, "nonsense"),
    ],
)
def test_what_cannot_be_is_said_at_the_form(ulsan, one, wrong, says):
    answer = one.post(page(ulsan), asked(ulsan, do="propose", **wrong))
    assert answer.status_code == 400
    said = answer.content.decode()
    assert says in said
    if "reason" not in wrong:
        assert "도장공 수요가 늘었습니다." in said, "nothing typed is lost"
    assert not QuotaChange.objects.exists()


def test_from_a_pool_to_itself(ulsan, one):
    said = asked(ulsan)
    answer = one.post(page(ulsan), said | {"pool": said["source"]})
    assert answer.status_code == 400
    assert "다른 쿼터를 골라 주세요." in answer.content.decode()


def test_another_size_and_another_period(ulsan, one, two):
    size = {"what": "size", "pool": str(ulsan.public_id), "units": "450", "reason": "증원"}
    assert "440 → 450" in one.post(page(ulsan), size).content.decode()
    one.post(page(ulsan), size | {"do": "propose"})
    change = QuotaChange.objects.get()
    two.post(reverse("desk-quota-change", args=[change.public_id]), {"do": "approve"})
    ulsan.refresh_from_db()
    assert ulsan.size == 450
    period = {
        "what": "period",
        "first_day": "2025-06-13",
        "last_day": "2027-06-30",
        "reason": "연장 고시",
    }
    wrong = one.post(page(ulsan), period | {"last_day": "2025-01-01"})
    assert wrong.status_code == 400
    one.post(page(ulsan), period | {"do": "propose"})
    change = QuotaChange.objects.get(state=ChangeState.OPEN)
    two.post(reverse("desk-quota-change", args=[change.public_id]), {"do": "approve"})
    ulsan.refresh_from_db()
    assert ulsan.period_to.isoformat() == "2027-06-30"


def test_rejected_with_a_reason_and_withdrawn_by_the_proposer(ulsan, one, two):
    for client, post, state in (
        (two, {"do": "reject", "reason": "근거가 없습니다."}, ChangeState.REJECTED),
        (one, {"do": "withdraw"}, ChangeState.WITHDRAWN),
    ):
        one.post(page(ulsan), asked(ulsan, do="propose"))
        change = QuotaChange.objects.latest("pk")
        address = reverse("desk-quota-change", args=[change.public_id])
        assert two.post(address, {"do": "reject", "reason": " "}).status_code == 400
        two.post(address, {"do": "withdraw"})
        change.refresh_from_db()
        assert change.state == ChangeState.OPEN
        client.post(address, post)
        change.refresh_from_db()
        assert change.state == state


def test_leads_look_and_strangers_see_nothing(ulsan, one, world):
    one.post(page(ulsan), asked(ulsan, do="propose"))
    change = QuotaChange.objects.get()
    address = reverse("desk-quota-change", args=[change.public_id])
    lead = staff("lead", StaffRole.LEAD)
    for path in (page(ulsan), address):
        said = lead.get(path)
        assert said.status_code == 200
        assert 'name="do"' not in said.content.decode()
        assert 'name="what"' not in said.content.decode()
        assert lead.post(path, asked(ulsan, do="approve")).status_code == 404
    for login in ("gyeonggi.admin", "kotra.reviewer", "company"):
        stranger = Client()
        stranger.force_login(world[login])
        for path in (page(ulsan), address):
            assert stranger.get(path).status_code in {403, 404}
            assert stranger.post(path, {"do": "approve"}).status_code in {403, 404}


def test_no_transfer_where_the_programme_names_none(world):
    pool = Pool.objects.get(programme__slug=GYEONGGI, parent=None)
    admin = Client()
    admin.force_login(world["gyeonggi.admin"])
    said = admin.get(page(pool)).content.decode()
    assert "이동을 허용하지 않습니다" in said
    assert 'value="transfer"' not in said


def test_the_number_of_queries(ulsan, one, django_assert_max_num_queries):
    with django_assert_max_num_queries(22):
        assert one.get(page(ulsan)).status_code == 200
