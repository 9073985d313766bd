from rest_framework.routers import SimpleRouter

from api.v1 import views

router = SimpleRouter()
router.register("influencers", views.InfluencerViewSet, basename="influencer")
router.register("social-accounts", views.SocialAccountViewSet, basename="social-account")
router.register("campaigns", views.CampaignViewSet, basename="campaign")
router.register("orders", views.OrderViewSet, basename="order")
router.register("network-posts", views.NetworkPostViewSet, basename="network-post")
router.register("posts", views.PostViewSet, basename="post")

urlpatterns = router.urls
