"""Ways to reach people outside the site. Which of them a site offers, ``HUIQUN_CHANNELS`` says."""

from __future__ import annotations

from procurement.accounts.enums import Channel
from procurement.accounts.notifications.channels.base import Back, ChannelError
from procurement.accounts.notifications.channels.email import EmailBack
from procurement.accounts.notifications.channels.official import OfficialBack
from procurement.accounts.notifications.channels.sms import SmsBack
from procurement.accounts.notifications.channels.wecom import RobotBack, WecomBack

__all__ = ["Back", "ChannelError", "of"]

_BACKS: dict[str, Back] = {
    Channel.EMAIL: EmailBack(),
    Channel.SMS: SmsBack(),
    Channel.WECOM: WecomBack(),
    Channel.WECOM_ROBOT: RobotBack(),
    Channel.OFFICIAL: OfficialBack(),
}


def of(channel: str) -> Back:
    """The back end of a channel."""
    return _BACKS[channel]
