"""The language of a page, once Wagtail's languages exist."""

from django.db import migrations
from wagtail.models import BootstrapLocaleField, BootstrapTranslatableModel, BootstrapTranslationKeyField


class Migration(migrations.Migration):

    dependencies = [
        ('cms', '0001_page'),
        ('wagtailcore', '0098_apitoken'),
    ]

    operations = [
        BootstrapLocaleField('cms.Page'),
        BootstrapTranslationKeyField('cms.Page'),
        BootstrapTranslatableModel('cms.Page'),
    ]
