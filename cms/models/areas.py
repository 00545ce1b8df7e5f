"""Places the standard has no name for."""

from __future__ import annotations

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.snippets.models import register_snippet

from cms.models.base import advice


@register_snippet
class AreaName(models.Model):
    """What a code is called here: a development zone, or a place renamed since the standard was taken over."""

    code = models.CharField(
        _("code"),
        max_length=6,
        unique=True,
        validators=[RegexValidator(r"^\d{6}\Z", _("Six digits of the region's code, such as 330106."))],
    )
    name = models.CharField(_("name"), max_length=40, help_text=_("The place alone, such as 西湖区."))
    source = models.CharField(_("where this is laid down"), max_length=200)
    dated = models.DateField(_("since"))

    panels = [
        advice(
            _(
                "The names of provinces, cities and counties are there already. Add only what is missing: a "
                "development zone with a code of its own, or a place that was renamed."
            )
        ),
        "code",
        "name",
        "source",
        "dated",
    ]

    class Meta:
        verbose_name = _("name of an area")
        verbose_name_plural = _("names of areas")
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"
