# The sign-in of the dashboard against an OpenID Connect provider of others.
MODULES += hack/oidc
