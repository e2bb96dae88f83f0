// Package oidc tests the sign-in of the dashboard against an OpenID Connect provider of others. It
// is a module of its own, because the provider has dependencies that the main module does not need.
package oidc
