"""Single sign-on: the conversation with an organization's provider, by OpenID Connect or SAML, through allauth."""
