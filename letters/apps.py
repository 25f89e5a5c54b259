from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LettersConfig(AppConfig):
    name = "letters"
    verbose_name = _("추천서")

    def ready(self) -> None:
        from audit.triggers import append_only, refuse_rows
        from letters import (
            bundles,
            catalogue,
            checks,  # noqa: F401
            designs,
            making,
            selectors,
            services,
            signed_list,
            timestamps,
        )
        from letters import ending_models as endings
        from notifications import outbox
        from programs import registry as catalogue_names
        from programs.quota import checking

        append_only("letters_letter", may_change=endings.LETTER_MAY_CHANGE)
        append_only("letters_ending", may_change=endings.ENDING_MAY_CHANGE)
        refuse_rows("letters_letter", name="wrongway", columns=("state",), exists=endings.WRONG_WAY)
        refuse_rows(
            "letters_letter",
            name="notbytwo",
            columns=("state", "ended_by_id", "end_confirmed_by_id"),
            exists=endings.NOT_BY_TWO,
        )
        refuse_rows(
            "letters_letter",
            name="itsplace",
            columns=("state", "supersedes_id"),
            exists=endings.NOT_IN_ITS_PLACE,
        )
        refuse_rows("letters_letter", name="leftopen", columns=("state",), exists=endings.LEFT_OPEN)
        refuse_rows(
            "letters_ending", name="novalid", columns=("state",), exists=endings.OF_NO_VALID_LETTER
        )
        refuse_rows(
            "letters_ending", name="closed", columns=("state",), exists=endings.CLOSED_AGAIN
        )
        outbox.register(services.MAKE, making.handle)
        outbox.register(bundles.TOPIC, bundles.handle)
        outbox.register(services.TIMESTAMP, timestamps.handle)
        outbox.register(signed_list.TOPIC, signed_list.handle)
        outbox.expect(services.MAKE, bundles.TOPIC, services.TIMESTAMP, signed_list.TOPIC)
        checking.register_letter_counter(selectors.count_for_quota)
        catalogue_names.register("letter template", designs.nameable)
        catalogue_names.check_template(catalogue.problems)
        catalogue_names.on_template(catalogue.bring)
