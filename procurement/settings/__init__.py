from procurement.settings.base import *  # noqa: F403
