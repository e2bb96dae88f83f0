package dashboard

import (
	"context"
	"net/netip"
	"time"

	"github.com/go-logr/logr"

	"github.com/clausea/crawler/internal/oidc"
	"github.com/clausea/crawler/internal/service"
	"github.com/clausea/crawler/internal/signin"
)

// Options are what a dashboard is made of.
type Options struct {
	Services service.Services
	SignIn   *signin.SignIn
	// OIDC signs users in with an identity provider. Nil allows passwords only.
	OIDC *oidc.Provider
	// URL is the origin at which browsers reach the dashboard, or empty if it is not known.
	URL string
	// TrustedProxies are the networks whose X-Forwarded-For and X-Forwarded-Proto are believed.
	TrustedProxies []netip.Prefix
	Version        string
	Log            logr.Logger
	// Stop ends the streams of events.
	Stop context.Context //nolint:containedctx // the lifetime of the server
	// Now returns the time. Nil is time.Now.
	Now func() time.Time
}
