"""Addresses of the campaign pages, below `/o/<slug>/`."""

from django.urls import path

from campaigns.views import (
    briefs,
    campaigns,
    ending,
    exports,
    links,
    lists,
    network_imports,
    network_posts,
    new_orders,
    of_influencer,
    order_actions,
    order_bulk,
    order_replies,
    order_templates,
    orders,
    overview,
    participants,
    post_page,
    posts,
    posts_asked,
    published,
    report,
    reviews,
    spark,
)

app_name = "campaigns"
urlpatterns = [
    path("influencers/ending/", ending.ending, name="ending"),
    path("influencers/ending/remind/", ending.remind_ending, name="remind_ending"),
    path(
        "influencers/<int:pk>/campaigns/", of_influencer.influencer_campaigns, name="of_influencer"
    ),
    path(
        "influencers/<int:pk>/campaigns/add/", of_influencer.influencer_join, name="influencer_join"
    ),
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
    path(
        "influencers/<int:pk>/orders/<int:order_pk>/restore/",
        order_actions.order_restore_of,
        name="order_restore_of",
    ),
    path("campaigns/", lists.campaign_list, name="list"),
    path("campaigns/export/", lists.campaign_export, name="export"),
    path("campaigns/new/", campaigns.campaign_new, name="new"),
    path("campaigns/<int:pk>/", overview.campaign_overview, name="campaign"),
    path("campaigns/<int:pk>/orders/", orders.order_list, name="orders"),
    path("campaigns/<int:pk>/settings/", campaigns.campaign_settings, name="settings"),
    path("campaigns/<int:pk>/edit/", campaigns.campaign_edit, name="edit"),
    path("campaigns/<int:pk>/brief/add/", briefs.brief_file_add, name="brief_file_add"),
    path("campaigns/<int:pk>/brief/<int:brief_pk>/", briefs.brief_file, name="brief_file"),
    path(
        "campaigns/<int:pk>/brief/<int:brief_pk>/remove/",
        briefs.brief_file_remove,
        name="brief_file_remove",
    ),
    path(
        "campaigns/<int:pk>/brief/restore/<int:removal_pk>/",
        briefs.brief_file_restore,
        name="brief_file_restore",
    ),
    path("campaigns/<int:pk>/duplicate/", campaigns.campaign_duplicate, name="duplicate"),
    path("campaigns/<int:pk>/orders/new/", new_orders.order_new, name="order_new"),
    path("campaigns/<int:pk>/orders/accounts/", new_orders.account_picker, name="account_picker"),
    path(
        "campaigns/<int:pk>/orders/templates/restore/<int:removal_pk>/",
        order_templates.order_template_restore,
        name="order_template_restore",
    ),
    path("campaigns/<int:pk>/orders/bulk/", order_bulk.orders_bulk, name="orders_bulk"),
    path(
        "campaigns/<int:pk>/orders/bulk/<int:job_pk>/undo/",
        order_bulk.orders_bulk_undo,
        name="orders_bulk_undo",
    ),
    *(
        path(f"campaigns/<int:pk>/{tab}/export/", view, name=name)
        for tab, view, name in (
            ("orders", exports.orders_export, "orders_export"),
            ("influencers", exports.participants_export, "participants_export"),
            ("review", exports.reviews_export, "reviews_export"),
        )
    ),
    path("campaigns/<int:pk>/orders/refresh/", orders.orders_refresh, name="orders_refresh"),
    path("campaigns/<int:pk>/orders/<int:order_pk>/", orders.order_page, name="order"),
    path("campaigns/<int:pk>/orders/<int:order_pk>/sent/", orders.order_sent, name="order_sent"),
    path(
        "campaigns/<int:pk>/orders/<int:order_pk>/replies/<int:reply_pk>/",
        order_replies.settle_reply,
        name="settle_reply",
    ),
    path(
        "campaigns/<int:pk>/orders/<int:order_pk>/replies/<int:reply_pk>/allow/",
        order_replies.allow_mail_again,
        name="allow_mail_again",
    ),
    *(
        path(f"campaigns/<int:pk>/orders/<int:order_pk>/{word}/", view, name=f"order_{word}")
        for word, view in (
            ("cancel", order_actions.order_cancel),
            ("restore", order_actions.order_restore),
            ("again", order_actions.order_again),
            ("remind", order_actions.order_remind),
            ("due", order_actions.order_due),
        )
    ),
    path(
        "campaigns/<int:pk>/orders/<int:order_pk>/link/",
        order_replies.replace_page,
        name="order_page_replace",
    ),
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
    path("campaigns/<int:pk>/review/", reviews.review_list, name="reviews"),
    path("campaigns/<int:pk>/review/<int:review_pk>/", reviews.review_page, name="review"),
    path("campaigns/<int:pk>/review/<int:review_pk>/due/", reviews.review_due, name="review_due"),
    path(
        "campaigns/<int:pk>/review/<int:review_pk>/restore/<int:removal_pk>/",
        reviews.review_restore,
        name="review_restore",
    ),
    path(
        "campaigns/<int:pk>/review/<int:review_pk>/comments/<int:comment_pk>/remove/",
        reviews.comment_remove,
        name="comment_remove",
    ),
    *(
        path(
            f"campaigns/<int:pk>/review/<int:review_pk>/versions/<int:version_pk>/{word}/",
            view,
            name=name,
        )
        for word, view, name in (
            ("file", reviews.review_file, "review_file"),
            ("comment", reviews.review_comment, "review_comment"),
            ("approve", reviews.review_approve, "review_approve"),
            ("changes", reviews.review_changes, "review_changes"),
            ("undo", reviews.verdict_undo, "verdict_undo"),
            ("remove", reviews.version_remove, "version_remove"),
        )
    ),
    path("campaigns/<int:pk>/report/", report.report_page, name="report"),
    path("campaigns/<int:pk>/report/edit/", report.report_edit, name="report_edit"),
    path("campaigns/<int:pk>/report/campaigns/", report.report_campaigns, name="report_campaigns"),
    path("campaigns/<int:pk>/report/logo/", report.report_logo, name="report_logo"),
    path(
        "campaigns/<int:pk>/report/logo/remove/",
        report.report_logo_remove,
        name="report_logo_remove",
    ),
    path("campaigns/<int:pk>/report/export/", report.report_export, name="report_export"),
    path("campaigns/<int:pk>/report/share/", report.report_share, name="report_share"),
    path("campaigns/<int:pk>/report/revoke/", report.report_revoke, name="report_revoke"),
    path("campaigns/<int:pk>/influencers/", participants.participant_list, name="participants"),
    path(
        "campaigns/<int:pk>/influencers/add/",
        participants.participants_add,
        name="participants_add",
    ),
    path(
        "campaigns/<int:pk>/influencers/change/",
        participants.participants_change,
        name="participants_change",
    ),
    path(
        "campaigns/<int:pk>/influencers/change/undo/",
        participants.participants_undo,
        name="participants_undo",
    ),
    path("campaigns/<int:pk>/posts/", published.published_list, name="published_posts"),
    path("campaigns/<int:pk>/posts/totals/", published.posts_totals, name="posts_totals"),
    path("campaigns/<int:pk>/posts/filter/", posts_asked.posts_filter, name="posts_filter"),
    path("campaigns/<int:pk>/posts/as/", published.posts_as, name="posts_as"),
    path("campaigns/<int:pk>/posts/columns/", published.posts_columns, name="posts_columns"),
    path("campaigns/<int:pk>/posts/export/", published.posts_export, name="posts_export"),
    *(
        path(f"campaigns/<int:pk>/networks/{way}", view, name=name)
        for way, view, name in (
            ("", network_posts.network_list, "network_posts"),
            ("add/", network_posts.network_post_add, "network_post_add"),
            ("columns/", network_posts.network_columns, "network_columns"),
            ("export/", network_posts.network_export, "network_export"),
            ("all/", network_posts.network_all, "network_all"),
            ("place/", network_posts.network_place, "network_place"),
            ("import/", network_posts.network_import, "network_import"),
            ("import/<int:import_pk>/", network_imports.network_import_page, "network_import_page"),
            (
                "import/<int:import_pk>/account/",
                network_imports.network_import_account,
                "network_import_account",
            ),
            ("queue/", network_posts.network_queue, "network_queue"),
            ("move/", network_posts.network_move, "network_move"),
            ("<int:place_pk>/", network_posts.network_post, "network_post"),
        )
    ),
    path("campaigns/<int:pk>/posts/all/", posts.all_list, name="all_posts"),
    path("campaigns/<int:pk>/posts/all/export/", posts.all_export, name="all_export"),
    path("campaigns/<int:pk>/posts/add/<int:video_pk>/", posts.post_add, name="post_add"),
    path("campaigns/<int:pk>/posts/tie/<int:video_pk>/", links.post_tie, name="post_tie"),
    path("campaigns/<int:pk>/posts/<int:post_pk>/", post_page.post_page, name="post"),
    path("campaigns/<int:pk>/posts/<int:post_pk>/remove/", posts.post_remove, name="post_remove"),
    path(
        "campaigns/<int:pk>/posts/restore/<int:video_pk>/", posts.post_restore, name="post_restore"
    ),
    path("campaigns/<int:pk>/posts/<int:post_pk>/remind/", links.tie_remind, name="tie_remind"),
    path("campaigns/<int:pk>/posts/<int:post_pk>/take-back/", links.tie_stop, name="tie_stop"),
    path("campaigns/<int:pk>/posts/<int:post_pk>/spark/", spark.spark_ask, name="spark_ask"),
    path(
        "campaigns/<int:pk>/posts/<int:post_pk>/refresh/", posts.post_refresh, name="post_refresh"
    ),
]
