"""How does a template write a number that may be left out, and a length of time?"""

from django import template

from meldkring.figures import wording

register = template.Library()
register.filter("counted", wording.number)
register.filter("lasting", wording.duration)
register.filter("decimal", wording.decimal)
