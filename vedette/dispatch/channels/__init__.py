"""One small module a channel, each with the face of `face.py`. `CHANNELS` is the table of them."""

from __future__ import annotations

from vedette.dispatch.channels.apprise_extra import AppriseChannel
from vedette.dispatch.channels.face import Channel
from vedette.dispatch.channels.mqtt import MqttChannel
from vedette.dispatch.channels.smpp import SmppChannel
from vedette.dispatch.channels.sms_http import SmsChannel
from vedette.dispatch.channels.smtp import SmtpChannel
from vedette.dispatch.channels.webhook import WebhookChannel
from vedette.dispatch.channels.webpush import WebPushChannel

#: Channel name -> the class that carries to it. A new channel is one module and one line here.
CHANNELS: dict[str, type[Channel]] = {
    "smpp": SmppChannel,
    "sms": SmsChannel,
    "smtp": SmtpChannel,
    "webhook": WebhookChannel,
    "webpush": WebPushChannel,
    "mqtt": MqttChannel,
    "apprise": AppriseChannel,
}
