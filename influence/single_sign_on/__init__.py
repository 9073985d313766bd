"""Single sign-on by OpenID Connect: the conversation with an organization's provider, through allauth."""
