// Package oidc signs users of the dashboard in with an OpenID Connect provider.
package oidc

import (
	"context"
	"crypto/cipher"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	openid "github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// UserPrefix begins the names of users who signed in with a provider.
const UserPrefix = "oidc:"

// Options are what a Provider is made of.
type Options struct {
	// Issuer is the URL of the provider, as its discovery document has it.
	Issuer                 string
	ClientID, ClientSecret string
	// URL is the callback, which the provider must allow for the client.
	URL string
	// Scopes are requested in addition to openid.
	Scopes []string
	Roles  Roles
	// Client sends the requests to the provider.
	Client *http.Client
	// Now returns the time. Nil is time.Now.
	Now func() time.Time
}

// The limits of requests to the provider.
const (
	discoveryTimeout = 10 * time.Second // with its retries
	exchangeTimeout  = 15 * time.Second
	discoveryTries   = 3
	discoveryDelay   = 250 * time.Millisecond // before the first retry; doubled before the second
	// failureAge is how long a failed discovery is remembered, so that browsers that reload do not
	// each wait for a provider that is down.
	failureAge = 3 * time.Second
	// metadataAge is how long a discovery document is used without a new request.
	metadataAge = 24 * time.Hour
	// maxExchanges is the number of codes that are exchanged at once.
	maxExchanges = 8
)

// Provider is an OpenID Connect provider, and this process as its client.
type Provider struct {
	o         Options
	aead      cipher.AEAD
	exchanges chan struct{}
	delay     time.Duration
	// lock has one element while a goroutine uses the fields below.
	lock     chan struct{}
	metadata *openid.Provider
	readAt   time.Time // of metadata
	failure  error
	failedAt time.Time
}

// New returns a Provider. It sends no request.
func New(o Options) (*Provider, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	k, err := o.key("OIDC state")
	if err != nil {
		return nil, err
	}
	p := &Provider{o: o, exchanges: make(chan struct{}, maxExchanges), lock: make(chan struct{}, 1), delay: discoveryDelay}
	p.aead, err = newAEAD(k)
	return p, err
}

// SessionKey returns the key that seals sessions. It changes with the settings of the provider.
func (p *Provider) SessionKey() ([]byte, error) { return p.o.key("OIDC session") }

// Name returns the host of the provider.
func (p *Provider) Name() string {
	u, err := url.Parse(p.o.Issuer)
	if err != nil {
		return p.o.Issuer
	}
	return u.Hostname()
}

// discover returns the metadata of the provider. Its error is an *UnavailableError.
func (p *Provider) discover(ctx context.Context) (*openid.Provider, error) {
	ctx, cancel := context.WithTimeout(ctx, discoveryTimeout)
	defer cancel()
	select {
	case p.lock <- struct{}{}:
		defer func() { <-p.lock }()
	case <-ctx.Done():
		return nil, &UnavailableError{fmt.Errorf("wait for the discovery of %s: %w", p.o.Issuer, ctx.Err())}
	}
	now := p.o.Now()
	switch {
	case p.metadata != nil && now.Sub(p.readAt) < metadataAge:
		return p.metadata, nil
	case p.failure != nil && now.Sub(p.failedAt) < failureAge:
		return p.fallback()
	}
	metadata, err := p.tryDiscovery(ctx)
	if err != nil {
		p.failure, p.failedAt = fmt.Errorf("discover the OpenID Connect provider %s: %w", p.o.Issuer, err), p.o.Now()
		return p.fallback()
	}
	p.metadata, p.readAt, p.failure = metadata, p.o.Now(), nil
	return metadata, nil
}

// fallback returns earlier metadata, or the failure to read them.
func (p *Provider) fallback() (*openid.Provider, error) {
	if p.metadata == nil {
		return nil, &UnavailableError{p.failure}
	}
	return p.metadata, nil
}

// tryDiscovery reads the discovery document. It retries, unless a retry would give the same result.
func (p *Provider) tryDiscovery(ctx context.Context) (metadata *openid.Provider, err error) {
	delay := p.delay
	for i := range discoveryTries {
		if i > 0 {
			select {
			case <-time.After(delay):
				delay *= 2
			case <-ctx.Done():
				return nil, err
			}
		}
		mismatch := &openid.IssuerMismatchError{}
		if metadata, err = openid.NewProvider(openid.ClientContext(ctx, p.o.Client), p.o.Issuer); err == nil || errors.As(err, &mismatch) {
			return metadata, err
		}
	}
	return nil, err
}

// oauth returns the configuration of the client.
func (p *Provider) oauth(metadata *openid.Provider) *oauth2.Config {
	return &oauth2.Config{
		ClientID: p.o.ClientID, ClientSecret: p.o.ClientSecret, Endpoint: metadata.Endpoint(), RedirectURL: p.o.URL,
		Scopes: append([]string{openid.ScopeOpenID}, p.o.Scopes...),
	}
}
