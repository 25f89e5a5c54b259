"""`manage.py office`: the first administrator, lost telephones, and who is officially what."""

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.utils import translation

from accounts.errors import PeopleError
from accounts.models import Office, StaffRole, User
from accounts.services import invitations, offices


class Command(BaseCommand):
    help = "Offices: list them, invite staff, show one as official, reset a second factor."

    def add_arguments(self, parser: ArgumentParser) -> None:
        commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
        commands.add_parser(
            "list", help="One line per office: code, people, official or not, name."
        )
        invite = commands.add_parser("invite", help="Mail someone a link by which they join.")
        invite.add_argument("office", metavar="CODE")
        invite.add_argument("email", metavar="MAIL")
        invite.add_argument("--role", choices=StaffRole.values, default=StaffRole.ADMINISTRATOR)
        official = commands.add_parser(
            "official", help="Show the site as an office's own, or stop."
        )
        official.add_argument("office", metavar="CODE")
        official.add_argument("shown", choices=["on", "off"])
        reset = commands.add_parser("reset-second-factor", help="Forget a person's authenticator.")
        reset.add_argument("email", metavar="MAIL")

    def handle(self, *args: Any, command: str, **options: Any) -> None:
        with translation.override("en"):
            try:
                getattr(self, f"_{command.replace('-', '_')}")(**options)
            except PeopleError as refused:
                raise CommandError(refused.sentence) from None

    def _list(self, **_options: Any) -> None:
        for office in Office.objects.order_by("code"):
            people = office.staff.filter(user__is_active=True).values("user").distinct().count()
            shown = "official" if office.shown_as_official else "not-official"
            self.stdout.write(f"{office.code} {people} {shown} {office.name_ko}")

    def _invite(self, *, office: str, email: str, role: str, **_options: Any) -> None:
        try:
            validate_email(email)
        except ValidationError:
            raise CommandError(f"{email} is no mail address.") from None
        invitations.to_office(
            office=_office(office), actor=None, email=email, role=StaffRole(role), programmes=[]
        )
        self.stdout.write(f"invited {email} {office} {role}")

    def _official(self, *, office: str, shown: str, **_options: Any) -> None:
        offices.show_as_official(office=_office(office), shown=shown == "on")
        self.stdout.write(f"{office} {'official' if shown == 'on' else 'not-official'}")

    def _reset_second_factor(self, *, email: str, **_options: Any) -> None:
        person = User.objects.filter(email__iexact=email).first()
        if person is None:
            raise CommandError(f"Nobody signs in as {email}.")
        forgotten = offices.forget_second_factor(person=person, actor=None)
        self.stdout.write(f"{email} {'reset' if forgotten else 'had none'}")


def _office(code: str) -> Office:
    office = Office.objects.filter(code=code).first()
    if office is None:
        raise CommandError(f"There is no office {code}.")
    return office
