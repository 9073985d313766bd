from campaigns.models.campaigns import Campaign, Participant
from campaigns.models.orders import Order, OrderEvent, OrderRequest
from campaigns.models.posts import Post

__all__ = ["Campaign", "Order", "OrderEvent", "OrderRequest", "Participant", "Post"]
