"""Pages for whoever holds a link."""

from django.urls import path

from public import films, receipts, report, views
from public.apply import views as apply
from public.connect import views as connect
from public.orders import drafts
from public.orders import views as orders

PROGRAM = "apply/<slug:slug>/<slug:program_key>/"
urlpatterns = [
    path("u/<str:token>/", views.unsubscribe, name="unsubscribe"),
    path("f/<str:token>/", films.film, name="film"),
    path("m/<str:token>.gif", views.opened, name="opened"),
    path("a/<str:token>/", views.alerts_off, name="alerts_off"),
    path("join/<str:token>/", views.join, name="join"),
    path("i/<str:token>/", orders.show, name="order_page"),
    path("i/<str:token>/used/", orders.used, name="order_used"),
    path("i/<str:token>/published/", orders.published, name="order_published"),
    path("i/<str:token>/question/", orders.reply, {"kind": "question"}, name="order_question"),
    path("i/<str:token>/cannot/", orders.reply, {"kind": "cannot"}, name="order_cannot"),
    path("i/<str:token>/date/", orders.reply, {"kind": "new_date"}, name="order_new_date"),
    path("i/<str:token>/quiet/", orders.reply, {"kind": "quiet"}, name="order_quiet"),
    path("i/<str:token>/brief/<int:brief_pk>/", orders.brief_file, name="order_brief_file"),
    path("i/<str:token>/draft/<int:number>/", drafts.draft, name="order_draft"),
    path(
        "i/<str:token>/draft/<int:number>/<int:version>/file/",
        drafts.draft_file,
        name="order_draft_file",
    ),
    path("c/<str:token>/", connect.show, name="connect_invitation"),
    path("c/<str:token>/agree/", connect.agree, name="connect_agree"),
    path("c/<str:token>/no/", connect.decline, name="connect_decline"),
    path("c/<str:token>/later/", connect.later, name="connect_later"),
    path("c/<str:token>/reopen/", connect.reopen, name="connect_reopen"),
    path("c/<str:token>/mail/", connect.mail, name="connect_mail"),
    path("c/<str:token>/report/", connect.report, name="connect_report"),
    path("e/<str:token>/", receipts.show, name="receipt"),
    path("e/<str:token>/receipt.txt", receipts.download, name="receipt_file"),
    path("receipt-keys.pem", receipts.keys, name="receipt_keys"),
    path(PROGRAM, apply.show, name="apply"),
    path(f"{PROGRAM}form/", apply.apply, name="apply_form"),
    path(f"{PROGRAM}withdraw/", apply.withdraw, name="apply_withdraw"),
    path(f"{PROGRAM}logo.png", apply.logo, name="apply_logo"),
    path("r/<str:token>/", report.show, name="report"),
    path("r/<str:token>/logo.png", report.logo, name="report_logo"),
]
