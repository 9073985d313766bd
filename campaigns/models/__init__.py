from campaigns.models.campaigns import Campaign, Participant
from campaigns.models.orders import Order, OrderRequest
from campaigns.models.posts import Post

__all__ = ["Campaign", "Order", "OrderRequest", "Participant", "Post"]
