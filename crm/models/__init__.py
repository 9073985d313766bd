from crm.models.influencers import Influencer, SocialAccount

__all__ = ["Influencer", "SocialAccount"]
