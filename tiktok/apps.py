from django.apps import AppConfig


class TikTokConfig(AppConfig):
    name = "tiktok"
