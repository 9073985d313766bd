"""Pages of the outbox, the provider's hook and the mailbox of `make run`."""

from django.urls import path

from mail.views import hooks, mailbox, messages, sender

urlpatterns = [
    path("hooks/mail/", hooks.tracking_hook, name="mail_hook"),
    path("mailbox/", mailbox.mailbox_page, name="mailbox"),
    path("mailbox/<slug:key>/", mailbox.mailbox_html, name="mailbox_html"),
]

# Below `/o/<slug>/`.
staff_pages = (
    [
        path("mail/", messages.sent_mail, name="messages"),
        path("mail/<int:message_pk>/send-again/", messages.send_message_again, name="send_again"),
        path(
            "mail/addresses/<int:address_pk>/allow/", messages.allow_address, name="allow_address"
        ),
        path("settings/mail/", sender.sender, name="sender"),
    ],
    "mail",
)
