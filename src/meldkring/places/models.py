"""Where people live: municipality, district (wijk) and neighbourhood (buurt), the unit by which members are divided over groups."""

from datetime import timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _


class Municipality(models.Model):
    """A municipality (gemeente): several districts whose groups may be linked (S9)."""

    name = models.CharField(_("name"), max_length=100)
    code = models.CharField(_("CBS code"), max_length=10, unique=True)

    class Meta:
        verbose_name = _("municipality")
        verbose_name_plural = _("municipalities")

    def __str__(self) -> str:
        return self.name


class District(models.Model):
    """A district (wijk), with the settings that its residents agreed on."""

    municipality = models.ForeignKey(Municipality, models.PROTECT, related_name="districts")
    name = models.CharField(_("name"), max_length=100)
    slug = models.SlugField(unique=True)
    remind_after = models.DurationField(
        _("remind of an open case after"), default=timedelta(hours=2), help_text=_("First the case holders, then the steering members.")
    )

    def __str__(self) -> str:
        return self.name


class Neighbourhood(models.Model):
    """A neighbourhood (buurt). `outline` is a GeoJSON geometry in WGS84; the label point is where its name is drawn."""

    district = models.ForeignKey(District, models.PROTECT, related_name="neighbourhoods")
    name = models.CharField(_("name"), max_length=100)
    households = models.PositiveIntegerField(_("households"), null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    latitude = models.FloatField(null=True, blank=True)
    outline = models.JSONField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint("district", "name", name="neighbourhood_name_once_per_district")]

    def __str__(self) -> str:
        return self.name
