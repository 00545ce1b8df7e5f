"""Who runs this site and how it looks: set by editors, with the environment's values where nothing is set."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.contrib.settings.models import BaseGenericSetting, register_setting
from wagtail.images import get_image_model_string

from cms.colours import contrast
from cms.models.base import advice

HEX = RegexValidator(r"^#[0-9a-fA-F]{6}\Z", _("A colour as six digits, such as #a61b29."))
PAPER = "#faf8f4"
LEAST_CONTRAST = 4.5  # WCAG 2.1 AA, for text on the paper of the page


@register_setting(icon="cog")
class SiteSettings(BaseGenericSetting):
    """Name, emblem, colours, contact, record numbers, mourning days and the notice bar."""

    name = models.CharField(_("name of the site"), max_length=40, blank=True)
    emblem = models.ForeignKey(
        get_image_model_string(),
        verbose_name=_("emblem"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text=_("Square; shown at 30 pixels beside the name. Empty: the thread of the platform."),
    )
    seal_colour = models.CharField(
        _("colour of what is official"), max_length=7, blank=True, validators=[HEX], help_text=_("Empty: #a61b29.")
    )
    lead_colour = models.CharField(
        _("colour of links and buttons"), max_length=7, blank=True, validators=[HEX], help_text=_("Empty: #1d6b67.")
    )
    organiser = models.CharField(_("run by"), max_length=200, blank=True)
    contact = models.CharField(_("contact of the office"), max_length=200, blank=True)
    icp = models.CharField(_("ICP record"), max_length=60, blank=True)
    police_record = models.CharField(_("public security record"), max_length=60, blank=True)
    site_code = models.CharField(_("site code"), max_length=40, blank=True)
    grey_from = models.DateField(_("grey from"), null=True, blank=True)
    grey_until = models.DateField(
        _("grey until"),
        null=True,
        blank=True,
        help_text=_("Both days included. The site then has no colour."),
    )
    bar_text = models.CharField(_("notice bar"), max_length=200, blank=True)
    bar_url = models.CharField(_("where the notice bar leads"), max_length=200, blank=True)
    bar_until = models.DateTimeField(_("shown until"), null=True, blank=True)

    panels = [
        advice(_("What is left empty comes from the settings the site was started with. Changes show at once.")),
        MultiFieldPanel(
            ["name", FieldPanel("emblem"), FieldRowPanel(["seal_colour", "lead_colour"])], heading=_("Look")
        ),
        MultiFieldPanel(["organiser", "contact", "icp", "police_record", "site_code"], heading=_("Foot of every page")),
        MultiFieldPanel([FieldRowPanel(["grey_from", "grey_until"])], heading=_("Days of mourning")),
        MultiFieldPanel(["bar_text", "bar_url", "bar_until"], heading=_("Notice bar")),
    ]

    class Meta:
        verbose_name = _("the site")

    def clean(self) -> None:
        super().clean()
        wrong: dict[str, object] = {}
        for name in ("seal_colour", "lead_colour"):
            value = getattr(self, name)
            if value and len(value) == 7 and contrast(value, PAPER) < LEAST_CONTRAST:
                wrong[name] = _("Too pale to be read on the page: take a darker colour.")
        if self.grey_from and self.grey_until and self.grey_until < self.grey_from:
            wrong["grey_until"] = _("This day lies before the first one.")
        if self.bar_url and not self.bar_url.startswith(("/", "https://", "http://")):
            wrong["bar_url"] = _("An address that begins with / or https://.")
        if wrong:
            raise ValidationError(wrong)

    @property
    def is_grey(self) -> bool:
        """Whether today is a day of mourning."""
        today = timezone.localdate()
        if self.grey_from is None and self.grey_until is None:
            return False
        return (self.grey_from or today) <= today <= (self.grey_until or today)

    @property
    def shows_bar(self) -> bool:
        return bool(self.bar_text) and (self.bar_until is None or timezone.now() <= self.bar_until)
