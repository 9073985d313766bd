"""Addresses of the campaign pages, below `/o/<slug>/`."""

from django.urls import path

from campaigns.views import campaigns, ending, links, new_orders, orders, participants, posts

app_name = "campaigns"
urlpatterns = [
    path("influencers/ending/", ending.ending, name="ending"),
    path("influencers/ending/remind/", ending.remind_ending, name="remind_ending"),
    path(
        "influencers/<int:pk>/campaigns/<int:campaign_pk>/remove/",
        participants.participant_remove,
        name="participant_remove",
    ),
    path(
        "influencers/<int:pk>/campaigns/<int:campaign_pk>/restore/",
        participants.participant_restore,
        name="participant_restore",
    ),
    path("campaigns/", campaigns.campaign_list, name="list"),
    path("campaigns/new/", campaigns.campaign_new, name="new"),
    path("campaigns/<int:pk>/", orders.order_list, name="campaign"),
    path("campaigns/<int:pk>/edit/", campaigns.campaign_edit, name="edit"),
    path("campaigns/<int:pk>/orders/new/", new_orders.order_new, name="order_new"),
    path("campaigns/<int:pk>/orders/accounts/", new_orders.account_picker, name="account_picker"),
    path("campaigns/<int:pk>/orders/refresh/", orders.orders_refresh, name="orders_refresh"),
    path("campaigns/<int:pk>/orders/<int:order_pk>/", orders.order_page, name="order"),
    path("campaigns/<int:pk>/orders/<int:order_pk>/sent/", orders.order_sent, name="order_sent"),
    path("campaigns/<int:pk>/requests/<int:request_pk>/", orders.request_page, name="request"),
    path(
        "campaigns/<int:pk>/requests/<int:request_pk>/check/",
        orders.request_check,
        name="request_check",
    ),
    path(
        "campaigns/<int:pk>/requests/<int:request_pk>/repeat/",
        orders.request_repeat,
        name="request_repeat",
    ),
    path("campaigns/<int:pk>/influencers/", participants.participant_list, name="participants"),
    path(
        "campaigns/<int:pk>/influencers/add/",
        participants.participants_add,
        name="participants_add",
    ),
    path("campaigns/<int:pk>/posts/", posts.published_list, name="published_posts"),
    path("campaigns/<int:pk>/posts/all/", posts.all_list, name="all_posts"),
    path("campaigns/<int:pk>/posts/add/<int:video_pk>/", posts.post_add, name="post_add"),
    path("campaigns/<int:pk>/posts/tie/<int:video_pk>/", links.post_tie, name="post_tie"),
    path("campaigns/<int:pk>/posts/<int:post_pk>/", posts.post_page, name="post"),
    path("campaigns/<int:pk>/posts/<int:post_pk>/remind/", links.tie_remind, name="tie_remind"),
    path("campaigns/<int:pk>/posts/<int:post_pk>/take-back/", links.tie_stop, name="tie_stop"),
    path(
        "campaigns/<int:pk>/posts/<int:post_pk>/refresh/", posts.post_refresh, name="post_refresh"
    ),
]
