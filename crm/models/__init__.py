from crm.models.influencers import Influencer, SocialAccount
from crm.models.search import SearchWord

__all__ = ["Influencer", "SearchWord", "SocialAccount"]
