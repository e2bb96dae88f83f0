package oidc

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"time"

	openid "github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"github.com/clausea/crawler/internal/signin"
)

// AttemptAge is how long a user has for the sign-in at the provider.
const AttemptAge = 10 * time.Minute

// Identity is a user of the provider who has a role.
type Identity struct {
	User string // begins with UserPrefix
	Role signin.Role
}

// randomText returns 256 random bits as text.
func randomText() string {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // never fails
	return base64.RawURLEncoding.EncodeToString(b)
}

// Begin returns the URL of the provider at which a user signs in, and what the browser sends with
// the callback. to is the path to which the sign-in leads; one that does not fit in a cookie becomes empty. The
// error is an *UnavailableError.
func (p *Provider) Begin(ctx context.Context, to string) (providerURL, sealed string, err error) {
	metadata, err := p.discover(ctx)
	if err != nil {
		return "", "", err
	}
	a := attempt{State: randomText(), Nonce: randomText(), Verifier: oauth2.GenerateVerifier(), To: to, Expires: p.o.Now().Add(AttemptAge)}
	if sealed, err = p.seal(a); err != nil {
		return "", "", err
	}
	return p.oauth(metadata).AuthCodeURL(a.State, openid.Nonce(a.Nonce), oauth2.S256ChallengeOption(a.Verifier)), sealed, nil
}

// Finish verifies a callback. sealed is that of Begin, and query that of the callback. It returns
// the user and the path to which the sign-in leads. Its errors are ErrState, an *UnavailableError,
// a *RefusedError and a *NoRoleError.
func (p *Provider) Finish(ctx context.Context, sealed string, query url.Values) (who Identity, to string, err error) {
	a, err := p.open(sealed)
	if err != nil {
		return who, "", err
	}
	if subtle.ConstantTimeCompare([]byte(a.State), []byte(query.Get("state"))) != 1 {
		return who, "", ErrState
	}
	// A response of another provider is an attack (RFC 9207, 2.4).
	if iss := query.Get("iss"); iss != "" && iss != p.o.Issuer {
		return who, "", &RefusedError{Cause: errors.New("the response names another issuer")}
	}
	if code := query.Get("error"); code != "" {
		return who, "", providerError(code, query.Get("error_description"))
	}
	ctx, cancel := context.WithTimeout(ctx, exchangeTimeout)
	defer cancel()
	select {
	case p.exchanges <- struct{}{}:
		defer func() { <-p.exchanges }()
	case <-ctx.Done():
		return who, "", &UnavailableError{fmt.Errorf("wait for other sign-ins: %w", ctx.Err())}
	}
	c, err := p.exchange(ctx, a, query.Get("code"))
	if err != nil {
		return who, "", err
	}
	if who.User, err = c.user(); err != nil {
		return Identity{}, "", &RefusedError{Cause: err}
	}
	if who.Role = p.o.Roles.role(c); who.Role == "" {
		return Identity{}, "", &NoRoleError{who.User}
	}
	return who, a.To, nil
}

// errorCode is the form of an error code (RFC 6749, 4.1.2.1), as far as it is shown.
var errorCode = regexp.MustCompile(`^[a-z_]{1,64}$`)

// providerError returns the error of a response of the provider, whose texts are not trusted.
func providerError(code, description string) error {
	if len(description) > 200 {
		description = description[:200]
	}
	err := fmt.Errorf("the provider responded with the error %.64q: %q", code, description)
	if !errorCode.MatchString(code) {
		code = ""
	}
	return &RefusedError{Code: code, Cause: err}
}

// exchange redeems the code of a callback, and returns the claims of its ID token, with those of
// the user info endpoint that the roles need and the ID token does not have.
func (p *Provider) exchange(ctx context.Context, a attempt, code string) (claims, error) {
	metadata, err := p.discover(ctx)
	if err != nil {
		return nil, err
	}
	ctx = openid.ClientContext(ctx, p.o.Client)
	token, err := p.oauth(metadata).Exchange(ctx, code, oauth2.VerifierOption(a.Verifier))
	if err != nil {
		return nil, exchangeError(err)
	}
	raw, _ := token.Extra("id_token").(string)
	idToken, err := metadata.Verifier(&openid.Config{ClientID: p.o.ClientID, Now: p.o.Now}).Verify(ctx, raw)
	if err != nil {
		return nil, &RefusedError{Cause: fmt.Errorf("verify the ID token: %w", err)}
	}
	if subtle.ConstantTimeCompare([]byte(idToken.Nonce), []byte(a.Nonce)) != 1 {
		return nil, &RefusedError{Cause: errors.New("the ID token has another nonce")}
	}
	if idToken.AccessTokenHash != "" {
		if err := idToken.VerifyAccessToken(token.AccessToken); err != nil {
			return nil, &RefusedError{Cause: fmt.Errorf("verify the access token: %w", err)}
		}
	}
	var body json.RawMessage
	if err := idToken.Claims(&body); err != nil {
		return nil, &RefusedError{Cause: fmt.Errorf("read the ID token: %w", err)}
	}
	c, err := parseClaims(body)
	if err != nil {
		return nil, &RefusedError{Cause: err}
	}
	// The token of another client must not be accepted (OpenID Connect Core, 3.1.3.7).
	if azp := c.text("azp"); azp != "" && azp != p.o.ClientID {
		return nil, &RefusedError{Cause: errors.New("the ID token was issued to another client")}
	}
	return p.complete(ctx, metadata, token, c)
}

// exchangeError tells a refusal by the provider from one that did not respond.
func exchangeError(err error) error {
	err = fmt.Errorf("exchange the code: %w", err)
	refused := &oauth2.RetrieveError{}
	if errors.As(err, &refused) && refused.Response.StatusCode < http.StatusInternalServerError {
		code := refused.ErrorCode
		if !errorCode.MatchString(code) {
			code = ""
		}
		return &RefusedError{Code: code, Cause: err}
	}
	return &UnavailableError{err}
}

// complete adds the claims of the user info endpoint, if the roles need one that c does not have.
func (p *Provider) complete(ctx context.Context, metadata *openid.Provider, token *oauth2.Token, c claims) (claims, error) {
	missing := false
	for _, name := range append(p.o.Roles.needed(), "email", "email_verified") {
		missing = missing || c.get(name) == nil
	}
	if !missing || metadata.UserInfoEndpoint() == "" {
		return c, nil
	}
	info, err := metadata.UserInfo(ctx, oauth2.StaticTokenSource(token))
	if err != nil {
		return nil, &UnavailableError{fmt.Errorf("read the user info: %w", err)}
	}
	// The response can be that of another user (OpenID Connect Core, 5.3.2).
	if info.Subject != c.text("sub") {
		return nil, &RefusedError{Cause: errors.New("the user info has another subject than the ID token")}
	}
	var body json.RawMessage
	if err := info.Claims(&body); err != nil {
		return nil, &RefusedError{Cause: fmt.Errorf("read the user info: %w", err)}
	}
	more, err := parseClaims(body)
	if err != nil {
		return nil, &RefusedError{Cause: err}
	}
	// An address and its verification must come from the same response.
	if c["email"] != nil {
		delete(more, "email_verified")
	}
	for name, v := range more {
		if _, ok := c[name]; !ok {
			c[name] = v
		}
	}
	return c, nil
}
