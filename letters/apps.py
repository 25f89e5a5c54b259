from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LettersConfig(AppConfig):
    name = "letters"
    verbose_name = _("추천서")

    def ready(self) -> None:
        from letters import catalogue, checks, designs, making, selectors, services  # noqa: F401
        from notifications import outbox
        from programs import registry as catalogue_names
        from programs.quota import checking

        outbox.register(services.MAKE, making.handle)
        outbox.expect(services.MAKE)
        checking.register_letter_counter(selectors.count_for_quota)
        catalogue_names.register("letter template", designs.nameable)
        catalogue_names.check_template(catalogue.problems)
        catalogue_names.on_template(catalogue.bring)
